"""What becomes of somebody's leads who leaves the staff, and of their name."""

from django.db.models import Q
from django.utils.translation import gettext as _

from leads.models import EventKind, LeadEvent
from leads.work.actions import hand_over, locked_open_leads, open_leads
from leads.work.dealing import deal_open_leads
from leads.work.models import FormerColleague, Work
from leads.work.people import Colleague, colleague_of, held_pair
from steerleads.api import json
from steerleads.dealers.actors import FORMER_COLLEAGUE, Actor, ActorType
from steerleads.dealers.idempotency import forget_answers
from steerleads.dealers.leaving import Handover, Keeper, Leaver
from steerleads.dealers.models import Dealership, User


class WorkOfPeople(Keeper):
    """Open leads go where it was said, else to the successor or to nobody. Those that are closed keep who had them."""

    def named(self, user: User, dealership: Dealership) -> list[str]:
        count = self.open_work(user, dealership)
        return [_("Open leads that they have: %(count)s") % {"count": count}] if count else []

    def open_work(self, user: User, dealership: Dealership) -> int:
        colleague = colleague_of(dealership, user)
        return open_leads(dealership, colleague.id).count() if colleague else 0

    def hand_over(self, user: User, dealership: Dealership, *, handover: Handover, actor: Actor) -> None:
        if handover.is_dealt:
            deal_open_leads(dealership, user, actor=actor)
            return
        # Held first, as whoever assigns a lead holds the colleague before the lead.
        leaver, successor = held_pair(dealership, user, handover.to)
        if leaver is not None:
            leads = locked_open_leads(dealership, leaver)
            hand_over(dealership, leaver, [(lead, successor) for lead in leads], actor=actor)

    def take_off(self, user: User, dealership: Dealership, *, successor: User | None, actor: Actor) -> None:
        leaver = colleague_of(dealership, user, hold=True)
        if leaver is not None and _is_named(dealership, leaver, user):
            FormerColleague.objects.create(id=leaver.id, dealership=dealership, name=leaver.name, role=leaver.role)

    def erase(self, leaver: Leaver) -> dict[str, int]:
        return {"colleagues of leads": sum(_erase(each, leaver) for each in Dealership.objects.all())}


def _is_named(dealership: Dealership, colleague: Colleague, user: User) -> bool:
    """Whether a lead or an event names somebody. Asked once, when they leave: events stay."""
    named = Q(changes__assignee__from=colleague.name) | Q(changes__assignee__to=colleague.name)
    by_them = Q(actor_id=user.pk) | Q(actor_id=None, actor_name=colleague.name)
    acted = by_them & Q(actor_type=ActorType.STAFF)
    events = LeadEvent.objects.of(dealership)
    return (
        Work.objects.of(dealership).filter(assignee=colleague.id).exists()
        or events.filter(acted).exists()
        or events.filter(named, kind=EventKind.ASSIGNED).exists()
    )


def _erase(dealership: Dealership, leaver: Leaver) -> int:
    names = leaver.names_in(dealership)
    rendered = [json.render(name).decode()[1:-1] for name in names]
    forget_answers(dealership, lambda answer: any(name in answer for name in rendered))
    return FormerColleague.objects.of(dealership).filter(name__in=names).update(name=FORMER_COLLEAGUE)
