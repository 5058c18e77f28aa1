"""Contacts that somebody had with a lead's person, or tried to have (contract W5)."""

from datetime import date

import pytest
from django.utils import timezone

from conftest import TESTER, error_of, make_lead
from leads.actions import delete_lead
from leads.analytics.catching_up import catch_up
from leads.analytics.models import LeadFact
from leads.models import LeadEvent
from leads.privacy.people import Person, hand_out, mentions
from leads.work.actions import note_contact
from leads.work.models import Work

CONTACT = {"via": "call", "outcome": "reached", "note": "Comes on Saturday\nwith his wife"}


def test_the_answer_is_the_entry_of_the_history(api, lead, path):
    answer = api.post(f"{path}/contacts", CONTACT)
    assert answer.status_code == 201
    assert answer.json() == api.get(f"{path}/history").json()[0]
    assert answer.json()["changes"] == {name: {"from": None, "to": value} for name, value in CONTACT.items()} and (
        answer.json()["kind"] == "lead.contacted"
    )


@pytest.mark.parametrize("via", ["call", "whatsapp", "email", "visit", "other"])
@pytest.mark.parametrize("outcome", ["reached", "no_answer"])
def test_every_way_and_outcome_is_taken(api, lead, path, via, outcome):
    changes = api.post(f"{path}/contacts", {"via": via, "outcome": outcome}).json()["changes"]
    assert {name: change["to"] for name, change in changes.items()} == {"via": via, "outcome": outcome}


REFUSED = [
    ({"outcome": "reached"}, "via"),
    ({"via": "call"}, "outcome"),
    ({"via": "fax", "outcome": "reached"}, "via"),
    ({"via": "Call", "outcome": "reached"}, "via"),
    ({"via": "call", "outcome": None}, "outcome"),
    ({**CONTACT, "note": "x" * 1001}, "note"),
    ({**CONTACT, "note": "a\x00"}, "note"),
]


@pytest.mark.parametrize(("body", "field"), REFUSED)
def test_what_is_wrong_is_refused(api, lead, path, body, field):
    assert error_of(api.post(f"{path}/contacts", body)) == (400, "VALIDATION_ERROR", field)
    assert not LeadEvent.objects.filter(kind="lead.contacted").exists()


@pytest.mark.parametrize("note", [None, "", "  ", "é" * 1000])
def test_a_note_may_be_left_out_and_has_a_thousand_letters_at_most(api, lead, path, note):
    changes = api.post(f"{path}/contacts", {**CONTACT, "note": note}).json()["changes"]
    assert changes.get("note", {}).get("to") == ((note or "").strip() or None)


def test_each_contact_is_one_even_if_they_are_equal_but_not_if_it_is_a_retry(api, lead, path):
    for key in ("1", "1", "2"):
        api.post(f"{path}/contacts", CONTACT, idempotency_key=key)
    assert LeadEvent.objects.filter(kind="lead.contacted").count() == 2


def test_nothing_is_planned_by_it(api, lead, path):
    api.post(f"{path}/contacts", CONTACT)
    assert not Work.objects.exists()


def test_the_note_goes_with_the_lead(api, casa, lead, path):
    api.post(f"{path}/contacts", CONTACT, idempotency_key="1")
    delete_lead(casa, lead.pk, actor=TESTER)
    event = LeadEvent.objects.get(kind="lead.contacted")
    assert (event.texts, event.changes["via"]["to"]) == (None, "call")
    assert "Saturday" not in api.get("/events").content.decode()
    assert error_of(api.post(f"{path}/contacts", CONTACT, idempotency_key="1")) == (404, "LEAD_NOT_FOUND", None)


def test_a_contact_by_staff_is_an_answer_and_one_by_a_program_is_none(api, casa, lead, path, as_sara):
    api.post(f"{path}/contacts", CONTACT)
    catch_up(casa)
    assert (LeadFact.objects.get().first_human_at, api.get(f"{path}/work").json()["respondedAt"]) == (None, None)
    note_contact(casa, lead.pk, via="whatsapp", outcome="no_answer", actor=as_sara)
    catch_up(casa)
    fact = LeadFact.objects.get()
    assert fact.first_human_by == "staff:Sara Alami"
    assert api.get(f"{path}/work").json()["respondedAt"] is not None


# --- A person who asks what is known of them -------------------------------------------------------


def test_a_person_is_told_what_is_planned_and_what_was_noted(api, casa, lead, path):
    api.patch(f"{path}/work", {"nextStep": "Call his wife", "dueOn": "2026-12-01"})
    api.post(f"{path}/contacts", CONTACT)
    [told] = hand_out(casa, [lead], actor=TESTER, now=timezone.now())["leads"]
    assert (told["work"]["nextStep"], told["work"]["dueOn"]) == ("Call his wife", date(2026, 12, 1))
    assert told["history"][-1]["changes"]["note"]["to"].startswith("Comes on Saturday")


def test_who_is_named_in_a_next_step_or_a_note_of_another_lead_is_found(api, casa, civic, lead):
    step, note = make_lead(civic, target_name="Ali"), make_lead(civic, target_name="Omar")
    api.patch(f"/leads/{step.pk}/work", {"nextStep": "Ask Sara Alami first"})
    api.post(f"/leads/{note.pk}/contacts", {**CONTACT, "note": "His sister is Sara Alami"})
    persons = {Person.of("Sara Alami")}
    assert mentions(casa, persons, besides={lead.pk}) == sorted([step.pk, note.pk])
