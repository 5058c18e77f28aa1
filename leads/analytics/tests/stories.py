"""A dealership with something behind every number: asked and answered leads, decided, reopened, archived, deleted ones."""

from leads import actions
from leads.analytics.answers import figure_answer
from leads.fields import Status
from steerleads.dealers.actors import Actor

SARA, AMINA = Actor("staff", "Sara Alami"), Actor("staff", "Amina Bennani")
COMPLETED, NOT_NEEDED, NEW = ({"status": status} for status in (Status.COMPLETED, Status.NOT_NEEDED, Status.NEW))
WEBSITE, PORTAL = Actor("api_key", "Website"), Actor("api_key", "Car portal")


def tell(car):
    """The leads of one car, by what became of them."""
    dealership = car.dealership

    def make(actor, tag=None, **fields):
        texts = {"action": "Call", "target_name": "Karim Tazi", "target_info": "+212-600-123456", "tag": tag}
        return actions.create_lead(dealership, car.pk, {**texts, **fields}, actor=actor)

    def change(lead, actor, *changes):
        for fields in changes:
            actions.change_lead(dealership, lead.pk, fields, actor=actor)
        return lead

    leads = {f"won {n}": change(make(WEBSITE, "Hot"), SARA, COMPLETED) for n in range(5)}
    leads |= {f"lost {n}": change(make(PORTAL), AMINA, NOT_NEEDED) for n in range(2)}
    leads["reopened"] = change(make(PORTAL, "hot"), AMINA, COMPLETED, NEW)
    leads["noted"] = change(make(WEBSITE), SARA, {"note": "Wants a discount"})
    leads["waiting"] = make(WEBSITE, "Cold")
    leads["by hand"] = make(SARA)
    leads["closed"] = make(PORTAL, status=Status.COMPLETED)
    leads["archived"] = make(WEBSITE)
    actions.archive_lead(dealership, leads["archived"].pk, actor=AMINA)
    leads["deleted"] = change(make(WEBSITE, "Hot"), SARA, COMPLETED)
    actions.delete_lead(dealership, leads["deleted"].pk, actor=SARA)
    return leads


def counts_in(answer):
    """{address: count} of all counts of an answer."""
    if isinstance(answer, dict):
        if "leads" in answer:
            return {answer["leads"]: answer["count"]}
        answer = list(answer.values())
    if not isinstance(answer, list):
        return {}
    return {address: count for part in answer for address, count in counts_in(part).items()}


def counts_of(dealership, figure, query, **how):
    """The same of a figure, with the pages' addresses."""
    return counts_in(figure_answer(dealership, figure, query, base="/admin/leads/analytics", **how))
