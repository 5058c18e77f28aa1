"""Closing a lead clears its due date, which is recorded; reopening does not bring it back (contract W13)."""

from functools import partial
from threading import Barrier

import pytest
from django.db import connection

from conftest import TESTER, make_lead
from leads.actions import archive_lead, change_lead, delete_lead, move_lead
from leads.models import LeadEvent
from leads.ordering.placing import Place
from leads.work.actions import plan_work
from leads.work.models import Work
from steerleads.tests.clients import in_threads
from steerleads.tests.test_query_counts import statements

CLOSINGS = {
    "completed": lambda lead, **how: change_lead(lead.dealership, lead.pk, {"status": "COMPLETED"}, **how),
    "not needed": lambda lead, **how: change_lead(lead.dealership, lead.pk, {"status": "NOT_NEEDED"}, **how),
    "with other fields": lambda lead, **how: change_lead(
        lead.dealership, lead.pk, {"status": "COMPLETED", "tag": "Sold", "order": 7}, **how
    ),
    "dropped": lambda lead, **how: move_lead(lead.dealership, lead.pk, Place("COMPLETED"), **how),
}
each_closing = pytest.mark.parametrize("close", CLOSINGS.values(), ids=CLOSINGS)
DUE = {"dueOn": "2026-12-01", "nextStep": "Call"}


@each_closing
@pytest.mark.parametrize("due", [{"dueOn": "2026-12-01"}, {"dueAt": "2026-12-01T14:00:00Z"}])
def test_a_closed_lead_is_due_no_more_and_history_says_so(api, lead, sara, path, close, due):
    api.patch(f"{path}/work", {"assignee": str(sara.pk), "nextStep": "Call", **due})
    close(lead, actor=TESTER)
    work = api.get(f"{path}/work").json()
    assert (work["dueAt"], work["dueOn"], work["state"]) == (None, None, "none")
    assert (work["nextStep"], work["assignee"]["name"]) == ("Call", "Sara Alami")
    cleared, closed = api.get(f"{path}/history").json()[:2]
    [(name, value)] = due.items()
    assert (cleared["kind"], cleared["changes"]) == ("lead.due", {name: {"from": value, "to": None}})
    assert (closed["kind"], cleared["actor"]["name"]) == ("lead.changed", "test")
    assert Work.objects.get().version == 2


def test_reopening_does_not_bring_it_back(api, lead, path):
    api.patch(f"{path}/work", DUE)
    for status in ("COMPLETED", "NEW"):
        api.patch(path, {"status": status})
    assert api.get(f"{path}/work").json()["dueOn"] is None


OTHERS = {
    "another field": lambda lead: change_lead(lead.dealership, lead.pk, {"tag": "Hot"}, actor=TESTER),
    "an archive": lambda lead: archive_lead(lead.dealership, lead.pk, actor=TESTER),
    "a move in its column": lambda lead: move_lead(lead.dealership, lead.pk, Place("NEW", end="bottom"), actor=TESTER),
}


@pytest.mark.parametrize("act", OTHERS.values(), ids=OTHERS)
def test_nothing_else_clears_it(api, lead, path, act):
    api.patch(f"{path}/work", DUE)
    act(lead)
    assert api.get(f"{path}/work").json()["dueOn"] == "2026-12-01"


def test_one_act_on_several_has_one_batch(casa, civic):
    leads = [make_lead(civic) for _ in range(2)]
    batch = leads[0].car_id
    for lead in leads:
        plan_work(casa, lead.pk, {"next_step": "Call", "due_on": lead.created_at.date()}, actor=TESTER)
        change_lead(casa, lead.pk, {"status": "COMPLETED"}, actor=TESTER, batch=batch)
    cleared = LeadEvent.objects.filter(kind="lead.due", batch=batch)
    assert cleared.count() == 2


# --- What it costs -------------------------------------------------------------------------------


@pytest.mark.parametrize("work", [None, {"nextStep": "Call"}], ids=["no work", "not due"])
@each_closing
def test_a_lead_that_is_not_due_is_closed_by_the_statements_that_it_took(api, casa, lead, path, close, work):
    if work:
        api.patch(f"{path}/work", work)
    other = make_lead(lead.car)
    _, reopening = statements(lambda: change_lead(casa, other.pk, {"tag": "Hot"}, actor=TESTER))
    _, closing = statements(lambda: change_lead(casa, lead.pk, {"status": "COMPLETED"}, actor=TESTER))
    assert len(closing) == len(reopening) == 3


def test_a_deleted_lead_takes_its_work_along(api, casa, lead, path):
    api.patch(f"{path}/work", DUE)
    delete_lead(casa, lead.pk, actor=TESTER)
    assert not Work.objects.exists()
    assert "Call" not in str(list(LeadEvent.objects.values()))


# --- Both at once --------------------------------------------------------------------------------


def test_a_lead_that_is_closed_while_somebody_plans_it_is_closed_first_or_cleared(transactional_db, casa, civic):
    """Whichever gets the lead's lock first: none is closed with a due date that was set before."""
    for _ in range(20):
        lead, start = make_lead(civic), Barrier(2)

        def at_once(act, start=start):
            start.wait()
            act()
            connection.close()

        plan = partial(plan_work, casa, lead.pk, {"due_on": lead.created_at.date()}, actor=TESTER)
        close = partial(change_lead, casa, lead.pk, {"status": "COMPLETED"}, actor=TESTER)
        in_threads(partial(at_once, plan), partial(at_once, close))
        events = LeadEvent.objects.filter(lead_id=lead.pk).order_by("at", "id").values_list("kind", flat=True)
        is_due = Work.objects.get(lead=lead).due is not None
        expected = ["changed", "due"] if is_due else ["due", "changed", "due"]
        assert list(events) == ["lead.created", *(f"lead.{kind}" for kind in expected)]
