"""What a key may that acts for somebody: what they may themselves (contract W12)."""

import pytest

from conftest import error_of
from leads.models import LeadEvent
from leads.work.models import Work
from leads.work.tests.people import client_for, hire
from steerleads.dealers.models import Role

PLAN = {"nextStep": "Call back", "dueOn": "2026-12-04"}
NOT_YOURS = (403, "NOT_YOURS", None)


@pytest.fixture
def boss(casa):
    return hire(casa, "Amina Idrissi", Role.MANAGER)


def test_salespeople_take_plan_and_give_back_their_own(sara, path):
    hers = client_for(sara)
    for changes in ({"assignee": str(sara.pk), **PLAN}, {"nextStep": "Write"}, {"assignee": None}):
        assert hers.patch(f"{path}/work", changes).status_code == 200


@pytest.mark.parametrize("changes", [PLAN, {"assignee": None}, {"nextStep": None}])
def test_what_a_colleague_has_is_not_theirs_to_plan(api, sara, omar, path, changes):
    api.patch(f"{path}/work", {"assignee": str(omar.pk)})
    assert error_of(client_for(sara).patch(f"{path}/work", changes)) == NOT_YOURS
    assert (Work.objects.get().assignee, Work.objects.get().version) == (omar.pk, 1)
    assert LeadEvent.objects.filter(kind="lead.due").count() == 0


def test_they_give_no_lead_to_a_colleague(sara, omar, path):
    hers = client_for(sara)
    assert error_of(hers.patch(f"{path}/work", {"assignee": str(omar.pk)})) == NOT_YOURS
    hers.post(f"{path}/claim")
    assert error_of(hers.patch(f"{path}/work", {"assignee": str(omar.pk)})) == NOT_YOURS
    assert Work.objects.get().assignee == sara.pk


def test_they_claim_before_they_plan(sara, path):
    assert error_of(client_for(sara).patch(f"{path}/work", PLAN)) == NOT_YOURS


def test_everybody_notes_contacts(api, sara, omar, path):
    api.patch(f"{path}/work", {"assignee": str(omar.pk)})
    assert client_for(sara).post(f"{path}/contacts", {"via": "call", "outcome": "reached"}).status_code == 201


def test_managers_and_keys_that_act_for_nobody_do_all(api, boss, sara, omar, path):
    for client, to in ((client_for(boss), sara), (api, omar), (client_for(boss), None)):
        body = {"assignee": to and str(to.pk), **PLAN}
        assert client.patch(f"{path}/work", body).status_code == 200


def test_who_becomes_a_manager_may_at_once(sara, omar, path):
    hers = client_for(sara)
    assert error_of(hers.patch(f"{path}/work", {"assignee": str(omar.pk)})) == NOT_YOURS
    sara.role = Role.MANAGER
    sara.save()
    assert hers.patch(f"{path}/work", {"assignee": str(omar.pk)}).status_code == 200
