"""What history, feed and webhooks tell of work (contract W10)."""

import json
from itertools import pairwise

import pytest
from django.utils import timezone, translation

from conftest import make_lead
from leads import actions as verbs
from leads import timeline
from leads.models import KINDS_OF_WORK, EventKind, LeadEvent
from leads.ordering.placing import Place
from leads.outbox.models import Delivery
from leads.outbox.telling import tell_all
from leads.webhooks.actions import create_webhook
from leads.webhooks.models import default_kinds
from leads.work.actions import plan_work

PLAN = {"nextStep": "Call Sara's mother", "dueAt": "2026-12-01T14:00:00Z"}


def test_an_assignment_is_told_by_names(api, sara, omar, path):
    for who in (sara, omar, None):
        api.patch(f"{path}/work", {"assignee": str(who.pk) if who else None})
    third, second, first, _created = api.get(f"{path}/history").json()
    assert {each["kind"] for each in (first, second, third)} == {"lead.assigned"}
    assert first["changes"] == {"assignee": {"from": None, "to": "Sara Alami"}}
    assert second["changes"] == {"assignee": {"from": "Sara Alami", "to": "Omar Tazi"}}
    assert third["changes"] == {"assignee": {"from": "Omar Tazi", "to": None}}


def test_a_plan_is_told_with_all_that_changed(api, path):
    api.patch(f"{path}/work", PLAN)
    api.patch(f"{path}/work", {"dueOn": "2026-12-02"})
    second, first, _created = api.get(f"{path}/history").json()
    assert (first["kind"], second["kind"]) == ("lead.due", "lead.due")
    assert first["changes"] == {
        "dueAt": {"from": None, "to": "2026-12-01T14:00:00Z"},
        "nextStep": {"from": None, "to": "Call Sara's mother"},
    }
    assert second["changes"] == {
        "dueAt": {"from": "2026-12-01T14:00:00Z", "to": None},
        "dueOn": {"from": None, "to": "2026-12-02"},
    }


def test_the_feed_tells_the_same(api, sara, path):
    api.patch(f"{path}/work", {**PLAN, "assignee": str(sara.pk)})
    api.post(f"{path}/contacts", {"via": "visit", "outcome": "reached"})
    _created, *events = api.get("/events").json()
    history = api.get(f"{path}/history").json()[:3][::-1]
    assert [(each["type"], each["data"]["changes"]) for each in events] == [
        (entry["kind"], entry["changes"]) for entry in history
    ]
    assert [each["type"] for each in events] == ["lead.assigned", "lead.due", "lead.contacted"]


def test_no_event_of_work_names_the_contact(api, lead, sara, path):
    api.patch(f"{path}/work", {**PLAN, "assignee": str(sara.pk)})
    api.post(f"{path}/contacts", {"via": "visit", "outcome": "reached", "note": "On Saturday"})
    for event in LeadEvent.objects.filter(kind__in=KINDS_OF_WORK):
        told = json.dumps([event.changes, event.texts])
        assert "600-123456" not in told and "targetName" not in told and "targetInfo" not in told


def test_events_of_a_lead_follow_each_other_whatever_clocks_say(api, casa, lead, path):
    LeadEvent.objects.update(at="2999-01-01T00:00:00Z")  # by a clock that was ahead
    api.patch(f"{path}/work", PLAN)
    api.post(f"{path}/contacts", {"via": "visit", "outcome": "reached"})
    times = list(LeadEvent.objects.order_by("pk").values_list("at", flat=True))
    assert all(before < after for before, after in pairwise(times))


# --- Webhooks ------------------------------------------------------------------------------------


def test_webhooks_are_told_only_if_they_name_the_kinds(casa, api, sara, path):
    plain, all_kinds = create_webhook(casa, {"url": "https://crm.example.com/1"}), {}
    all_kinds = create_webhook(casa, {"url": "https://crm.example.com/2", "kinds": EventKind.values})
    api.patch(f"{path}/work", {**PLAN, "assignee": str(sara.pk)})
    while tell_all(now=timezone.now()):
        pass
    assert not Delivery.objects.filter(destination=plain, kind__in=KINDS_OF_WORK).exists()
    kinds = Delivery.objects.filter(destination=all_kinds, kind__in=KINDS_OF_WORK).values_list("kind", flat=True)
    assert set(kinds) == {"lead.assigned", "lead.due"}


def test_the_defaults_of_webhooks_are_what_they_were():
    assert default_kinds() == ["lead.created", "lead.changed", "lead.archived", "lead.restored", "lead.deleted"]


# --- What counts versions --------------------------------------------------------------------------


def test_a_card_that_is_moved_is_in_nobodys_way_for_its_work(casa, civic, api, sara, as_sara):
    lead, other = make_lead(civic, order=1), make_lead(civic, order=2)
    for changes in ({"assignee": sara.pk}, {"next_step": "Call"}):
        plan_work(casa, lead.pk, changes, actor=as_sara)
    moved = verbs.move_lead(casa, lead.pk, Place("NEW", after=other.pk), actor=as_sara, version=1)
    assert moved.order > 2


# --- In words ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "kinds"),
    [
        ("en", ["contacted", "planned", "assigned"]),
        ("fr", ["contact pris", "planifié", "attribué"]),
        ("ar", ["تم التواصل", "تم التخطيط", "تم الإسناد"]),
    ],
)
def test_staff_read_it_in_words(api, lead, sara, path, language, kinds):
    api.patch(f"{path}/work", {**PLAN, "assignee": str(sara.pk)})
    api.post(f"{path}/contacts", {"via": "call", "outcome": "no_answer", "note": "On Saturday"})
    with translation.override(language):
        lines = timeline.lines(timeline.events_of(lead), lead.dealership.tz)
        assert [str(line["kind"]) for line in lines[:3]] == kinds
    if language == "en":
        told = [[(str(change["label"]), change["now"]) for change in line["changes"]] for line in lines[:3]]
        assert told == [
            [("note", "On Saturday"), ("contact by", "phone call"), ("outcome", "no answer")],
            [("due", "12/01/2026 2 p.m."), ("next step", "Call Sara's mother")],
            [("assigned to", "Sara Alami")],
        ]
