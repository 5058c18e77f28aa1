"""Events get their numbers in an order that never skips one that commits late."""

import threading
import time
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, connections
from django.utils import timezone

from conftest import TESTER, make_car, make_lead
from leads.actions import archive_lead, change_lead, delete_lead, reorder_leads
from leads.feed import events_after, number_events
from leads.models import Feed, Lead, LeadEvent
from leads.privacy import people
from leads.privacy.retention import archive_leads, purge_leads
from steerleads.tests.clients import held_open, in_threads

HOUR = timedelta(hours=1)


def numbers(dealership):
    return list(events_after(dealership, 0).values_list("sequence", flat=True))


def test_events_are_numbered_without_a_gap(casa, civic):
    lead = make_lead(civic)
    change_lead(casa, lead.pk, {"tag": "Hot Lead"}, actor=TESTER)
    delete_lead(casa, lead.pk, actor=TESTER)
    number_events(casa)
    assert [(event.sequence, event.kind) for event in events_after(casa, 0)] == [
        (1, "lead.created"),
        (2, "lead.changed"),
        (3, "lead.deleted"),
    ]


@pytest.mark.parametrize("in_bulk", [False, True])
def test_a_clock_that_goes_back_does_not_turn_a_leads_events_round(casa, civic, monkeypatch, in_bulk):
    lead, began = make_lead(civic), timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: began - timedelta(seconds=5))  # another machine's, say
    change_lead(casa, lead.pk, {"tag": "Hot Lead"}, actor=TESTER)
    reorder_leads(casa, civic.pk, {lead.pk: 7}, actor=TESTER)
    if in_bulk:
        archive_leads(casa, before=began + HOUR, statuses=["NEW"], actor=TESTER, now=timezone.now())
        purge_leads(casa, before=began + HOUR, actor=TESTER, now=timezone.now())
    else:
        archive_lead(casa, lead.pk, actor=TESTER)
        delete_lead(casa, lead.pk, actor=TESTER)
    number_events(casa)
    told = [event.kind.removeprefix("lead.") for event in events_after(casa, 0)]
    assert told == ["created", "changed", "moved", "archived", "deleted"]


def test_numbers_go_on_where_they_ended(casa, civic):
    for _ in range(3):
        make_lead(civic)
        number_events(casa)
    assert numbers(casa) == [1, 2, 3] and Feed.objects.get(dealership=casa).last == 3


def test_dealerships_are_numbered_apart(casa, atlas, civic):
    make_lead(civic)
    number_events(casa)
    number_events(atlas)
    assert (numbers(casa), numbers(atlas)) == ([1], [])


def test_nothing_new_is_one_look(casa, civic, django_assert_num_queries):
    make_lead(civic)
    number_events(casa)
    with django_assert_num_queries(1):
        number_events(casa)


def test_more_than_a_batch_is_numbered(casa, civic, monkeypatch):
    monkeypatch.setattr("leads.feed.BATCH", 2)
    for _ in range(5):
        make_lead(civic)
    number_events(casa)
    assert numbers(casa) == [1, 2, 3, 4, 5]


@pytest.mark.django_db(transaction=True)
def test_a_late_commit_comes_behind_what_was_read(casa, civic):
    if connection.vendor == "sqlite":
        pytest.skip("only on PostgreSQL: SQLite has one writer at a time")
    with held_open(lambda: make_lead(make_car(casa), action="late")):  # a car of its own: creating locks the car
        make_lead(civic, action="early")
        number_events(casa)
        seen = numbers(casa)
    number_events(casa)
    late = LeadEvent.objects.of(casa).get(sequence=2)
    assert seen == [1] and late.texts["action"]["to"] == "late"


@pytest.mark.django_db(transaction=True)
def test_many_who_look_at_once_number_each_event_once(casa, civic):
    def work(number):
        for _ in range(10):
            make_lead(civic, action=f"{number}")
            number_events(casa)
        connections.close_all()

    workers = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    number_events(casa)
    assert numbers(casa) == list(range(1, 61))


@pytest.mark.django_db(transaction=True)
def test_erasing_a_person_and_numbering_their_events_do_not_deadlock(casa, civic, monkeypatch):
    """The events lie crosswise: numbering goes by their times, erasing goes lead by lead."""
    one = make_lead(civic, target_name="Sara Alami")
    number_events(casa)
    make_lead(civic, target_name="Sara Alami")
    change_lead(casa, one.pk, {"note": "Call back"}, actor=TESTER)
    begun, real = threading.Event(), people._delete

    def slowly(*lead):
        real(*lead)
        begun.set()
        time.sleep(0.3)
        return True

    def number():
        begun.wait(10)
        number_events(casa)

    monkeypatch.setattr(people, "_delete", slowly)
    leads = people.leads_of_person(casa, "Sara Alami")
    in_threads(partial(people.erase_leads, casa, "Sara Alami", leads, actor=TESTER, now=timezone.now()), number)
    number_events(casa)
    assert numbers(casa) == [1, 2, 3, 4, 5] and not Lead.objects.exists()
