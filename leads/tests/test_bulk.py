"""Many leads are changed in as many statements as one, and each is told of as if it were changed alone."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conftest import TESTER, make_car, make_lead
from leads import actions
from leads.bulk import change_leads
from leads.errors import LeadMovedMeanwhile
from leads.history import batch_of
from leads.models import Lead, LeadEvent
from leads.tests.volumes import many_leads
from leads.work.actions import plan_work
from leads.work.models import Work

pytestmark = pytest.mark.django_db

MOST = 500
LEFT_OUT = {"id", "created_at", "updated_at"}
SINGLY = {
    "a status": ({"status": "COMPLETED"}, None),
    "a tag": ({"tag": "Élan “x”\\ '%s"}, None),
    "no tag": ({"tag": None}, None),
    "all texts": (
        {"action": "Z", "target_name": "Ömar", "target_info": "+212 600", "note": "Two\nlines", "tag": "T"},
        None,
    ),
    "an order": ({"order": -7}, None),
    "a place in another column": ({"status": "NOT_NEEDED", "order": 2048}, None),
    "nothing new": ({"status": "NEW", "tag": "Hot"}, None),
    "archived": ({"archived": True}, actions.archive_lead),
    "not archived, as before": ({"archived": False}, actions.restore_lead),
}


def stored(lead):
    columns = [each.attname for each in Lead._meta.concrete_fields if each.attname not in LEFT_OUT]
    return Lead.objects.values(*columns).get(pk=lead.pk)


def told(lead):
    """What the events of a lead say, beside whose and when they are."""
    events = LeadEvent.objects.filter(lead_id=lead.pk).order_by("at", "id")
    return list(events.values("kind", "car_id", "actor_type", "actor_name", "changes", "texts", "batch", "sequence"))


@pytest.mark.parametrize("name", SINGLY)
def test_a_lead_becomes_what_the_verb_for_one_makes_of_it(casa, civic, name):
    changes, verb = SINGLY[name]
    alone, among = (make_lead(civic, tag="Hot", note="Old", order=5) for _ in range(2))
    for lead in (alone, among):
        plan_work(casa, lead.pk, {"due_on": date(2026, 12, 1), "next_step": "Call"}, actor=TESTER)
    if verb:
        verb(casa, alone.pk, actor=TESTER)
    else:
        actions.change_lead(casa, alone.pk, changes, actor=TESTER)
    [(_before, after)] = change_leads(casa, [among.pk], lambda lead: changes, actor=TESTER, orders=True).done
    assert stored(among) == stored(alone)
    assert told(among) == told(alone)
    assert Work.objects.values("version", "due", "due_on").get(lead=among) == Work.objects.values(
        "version", "due", "due_on"
    ).get(lead=alone)
    for column, value in stored(among).items():
        assert getattr(after, column) == value or column == "status_rank"


def test_events_follow_all_that_was_done_before(casa, lead):
    plan_work(casa, lead.pk, {"due_on": date(2026, 12, 1)}, actor=TESTER)
    LeadEvent.objects.filter(kind="lead.due").update(at="2100-01-01T00:00:00Z")  # by a clock that was set back since
    change_leads(casa, [lead.pk], lambda lead: {"status": "COMPLETED"}, actor=TESTER)
    kinds = LeadEvent.objects.filter(lead_id=lead.pk).order_by("at").values_list("kind", flat=True)
    assert list(kinds)[-1] == "lead.due" and Lead.objects.get().updated_at > lead.updated_at


@pytest.mark.parametrize("due", [False, True], ids=["not due", "due"])
def test_500_take_as_many_statements_as_one(casa, civic, due):
    leads = many_leads(civic, MOST + 1)
    if due:
        Work.objects.bulk_create(
            Work(lead=lead, dealership=casa, due="2026-12-01T10:00:00Z", version=1) for lead in leads
        )
    few, many = (counted(casa, [lead.pk for lead in some]) for some in (leads[:1], leads[1:]))
    # The lock of the orders, the leads' own, the leads, what is due of them, the events; of due ones the work and its time.
    assert few == many == 5 + 2 * due
    assert Lead.objects.filter(status="COMPLETED", version__gt=1).count() == MOST + 1
    closed = LeadEvent.objects.filter(changes__has_key="status").exclude(kind="lead.created")
    assert closed.exclude(batch=None).values("batch").distinct().count() == 1
    cleared = LeadEvent.objects.filter(kind="lead.due")
    assert cleared.count() == (MOST + 1 if due else 0)
    assert {each.batch for each in cleared} <= {each.batch for each in closed}
    assert not Work.objects.filter(due__isnull=False).exists()


def counted(dealership, ids):
    numbers = iter(range(len(ids)))
    with CaptureQueriesContext(connection) as asked:
        changed = change_leads(
            dealership,
            ids,
            lambda lead: {"status": "COMPLETED", "order": next(numbers), "tag": "All"},
            actor=TESTER,
            batch=batch_of(ids),
            orders=True,
        )
    assert len(changed.done) == len(ids)
    return len([each for each in asked.captured_queries if "SAVEPOINT" not in each["sql"]])


def test_what_is_refused_gone_or_foreign_is_named_and_keeps_no_other(casa, atlas, civic):
    fine, refused = make_lead(civic), make_lead(civic)
    theirs = make_lead(make_car(atlas))

    def wanted(lead):
        if lead.pk == refused.pk:
            raise LeadMovedMeanwhile("Omar", "lead.moved")
        return {"tag": "Hot"}

    changed = change_leads(casa, [refused.pk, theirs.pk, fine.pk, fine.pk], wanted, actor=TESTER)
    assert [after.pk for _before, after in changed.done] == [fine.pk]
    assert (list(changed.refused), changed.gone) == ([refused.pk], [theirs.pk])
    assert dict(Lead.objects.values_list("id", "tag")) == {fine.pk: "Hot", refused.pk: None, theirs.pk: None}
    assert change_leads(casa, [], wanted, actor=TESTER).done == []
