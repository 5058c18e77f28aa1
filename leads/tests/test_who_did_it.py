"""History knows which of two colleagues of one name did something, and shows it nowhere."""

import pytest

from conftest import TESTER, make_lead
from leads.actions import archive_lead, change_lead, reorder_leads
from leads.conflicts import Seen, check_unchanged
from leads.errors import LeadChangedMeanwhile
from leads.models import LeadEvent
from leads.work.actions import note_contact, plan_work
from leads.work.models import FormerColleague
from steerleads.dealers import staff
from steerleads.dealers.actors import Actor
from steerleads.dealers.tests.people import make_staff


@pytest.fixture
def saras(casa):
    return [make_staff(casa, email=f"{name}@casa.example", first_name="Sara") for name in ("one", "two")]


ACTS = {
    "a change": lambda lead, actor: change_lead(lead.dealership, lead.pk, {"note": "x"}, actor=actor),
    "the archive": lambda lead, actor: archive_lead(lead.dealership, lead.pk, actor=actor),
    "a reorder": lambda lead, actor: reorder_leads(lead.dealership, lead.car_id, {lead.pk: 9}, actor=actor),
    "a plan": lambda lead, actor: plan_work(lead.dealership, lead.pk, {"next_step": "Call"}, actor=actor),
    "a contact": lambda lead, actor: note_contact(lead.dealership, lead.pk, via="call", outcome="reached", actor=actor),
}


@pytest.mark.parametrize("act", ACTS)
def test_the_event_has_the_persons_id_and_no_door_shows_it(api, lead, saras, act):
    ACTS[act](lead, Actor.of_user(saras[1]))
    event = LeadEvent.objects.latest("at", "id")
    assert (event.actor_name, event.actor_id) == ("Sara", saras[1].pk)
    shown = [api.get(f"/leads/{lead.pk}/history").json()[0]["actor"], api.get("/events").json()[-1]["data"]["actor"]]
    assert shown == [{"type": "staff", "name": "Sara"}] * 2


@pytest.mark.parametrize("act", ACTS)
def test_programs_and_commands_have_none(api, lead, act):
    for actor in (Actor.of_key(api.key), TESTER, Actor("import", "Sara", "5"), Actor("staff", "Sara")):
        ACTS[act](lead, actor)
    assert set(LeadEvent.objects.values_list("actor_id", flat=True)) == {None}


def test_what_a_namesake_did_is_not_ones_own(lead, saras):
    change_lead(lead.dealership, lead.pk, {"note": "Theirs"}, actor=Actor.of_user(saras[1]))
    lead.refresh_from_db()
    seen = Seen(1, frozenset({2}))  # as if it were one's own
    check_unchanged(lead, seen, actor=Actor.of_user(saras[1]))
    with pytest.raises(LeadChangedMeanwhile):
        check_unchanged(lead, seen, actor=Actor.of_user(saras[0]))


def test_what_was_done_before_there_were_ids_is_known_by_the_name(lead, saras):
    change_lead(lead.dealership, lead.pk, {"note": "Mine"}, actor=Actor("staff", "Sara"))
    lead.refresh_from_db()
    check_unchanged(lead, Seen(1, frozenset({2})), actor=Actor.of_user(saras[0]))


def test_who_leaves_without_a_trace_is_not_named_for_what_a_namesake_did(casa, civic, saras):
    change_lead(casa, make_lead(civic).pk, {"note": "x"}, actor=Actor.of_user(saras[1]))
    for sara in saras:
        staff.remove(sara.membership, by=None)
    assert FormerColleague.objects.count() == 1
