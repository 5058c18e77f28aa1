"""New leads are dealt out in turn (contract W7): who gets which, who is left out, and what waits."""

import random
from collections import Counter
from datetime import datetime
from functools import partial
from threading import Thread

import pytest
from django.db import connection, connections
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import TESTER, make_car, make_lead
from leads.actions import archive_lead, change_lead, delete_lead
from leads.models import LeadEvent
from leads.privacy.people import erase_leads
from leads.work.actions import plan_work
from leads.work.dealing import Outcome, next_in_turn
from leads.work.models import Turns, Work
from leads.work.tests.dealing import deal, dealt, in_turn, new_lead
from leads.work.tests.people import hire
from leads.work.tests.test_leaving import somebody_waits
from steerleads.dealers import staff
from steerleads.dealers.actors import Actor
from steerleads.dealers.availability import set_availability
from steerleads.dealers.dealerships import change_dealership
from steerleads.dealers.hours.schedule import WEEKDAYS
from steerleads.tests.clients import held_open, in_threads
from steerleads.tests.servers import wait_until
from steerleads.tests.test_query_counts import statements

IMPORT = Actor("import", "leads.xlsx")


@pytest.fixture
def three(casa):
    """Sara, Omar and Nadia, in the order of their ids, at a dealership that deals in turn."""
    people = [hire(casa, name) for name in ("Sara Alami", "Omar Tazi", "Nadia Idrissi")]
    in_turn(casa)
    return sorted(people, key=lambda each: each.pk)


def switch(person, on):
    set_availability(person, {"is_available": on}, by=None)


# --- Whose turn it is ------------------------------------------------------------------------------


def test_each_gets_one_in_turn(casa, civic, three):
    leads = [new_lead(civic) for _ in range(7)]
    assert deal(casa) is Outcome.ALL_SEEN_TO
    a, b, c = (each.pk for each in three)
    assert dealt(*leads) == [a, b, c, a, b, c, a]


def test_it_is_in_the_history_without_a_person_who_did_it(api, casa, civic, three):
    lead = new_lead(civic)
    deal(casa)
    event = api.get(f"/leads/{lead.pk}/history").json()[0]
    assert (event["kind"], event["actor"]) == ("lead.assigned", {"type": "command", "name": "round robin"})
    assert event["changes"]["assignee"]["to"] == str(three[0].user)
    assert api.get(f"/leads/{lead.pk}/work").json()["respondedAt"] is None


def test_who_is_away_keeps_the_place(casa, civic, three):
    a, b, c = three
    switch(b, False)
    first = [new_lead(civic) for _ in range(3)]
    deal(casa)
    switch(b, True)
    then = [new_lead(civic) for _ in range(3)]
    deal(casa)
    assert dealt(*first) == [a.pk, c.pk, a.pk] and dealt(*then) == [b.pk, c.pk, a.pk]


@settings(deadline=None, max_examples=50)
@given(st.data())
def test_those_who_are_always_there_differ_by_one_at_most_over_a_thousand_leads(data):
    """Whoever else comes, goes, is hired and leaves; each time the whole round long."""
    order = list(range(1, data.draw(st.integers(1, 9)) + 1))
    always = set(data.draw(st.lists(st.sampled_from(order), min_size=1, unique=True)))
    chance, last, shares = random.Random(data.draw(st.integers(0, 999))), None, Counter()
    for _ in range(1000):
        there = [each for each in order if each in always or chance.random() < 0.5]
        last = next_in_turn(there, last)
        assert last in there
        shares[last] += 1
        counts = [shares[each] for each in always]
        assert max(counts) - min(counts) <= 1
        assert all(shares[each] <= max(counts) + 1 for each in order)  # who comes back gains nothing


def test_shares_over_many_leads_while_one_comes_and_goes(casa, civic, three):
    a, b, c = three
    chance = random.Random(1)
    for _ in range(12):
        switch(b, chance.random() < 0.5)
        for _ in range(chance.randrange(5)):
            new_lead(civic)
        deal(casa)
    shares = Counter(Work.objects.values_list("assignee", flat=True))
    assert abs(shares[a.pk] - shares[c.pk]) <= 1 and shares[b.pk] <= max(shares.values())


def test_who_has_left_is_dealt_nothing_and_the_turn_goes_on_behind_them(casa, civic, three):
    a, b, c = three
    leads = [new_lead(civic) for _ in range(2)]
    deal(casa)
    staff.remove(b, by=None)
    leads = [new_lead(civic) for _ in range(2)]
    deal(casa)
    assert dealt(*leads) == [c.pk, a.pk]


# --- Who can be given leads --------------------------------------------------------------------------


def test_outside_of_their_own_hours_nobody_is_dealt_a_lead(casa, civic, three):
    a, b, c = three
    week = {day: [] for day in WEEKDAYS} | {"monday": [["09:00", "12:00"], ["14:00", "18:00"]]}
    set_availability(a, {"week": week}, by=None)
    for person in (b, c):
        switch(person, False)
    found = {}
    for hour, minute in ((8, 59), (9, 0), (11, 59), (12, 0), (17, 59), (18, 0)):
        lead = new_lead(civic)
        deal(casa, datetime(2026, 11, 30, hour, minute, tzinfo=casa.tz))
        found[f"{hour}:{minute:02}"] = dealt(lead) == [a.pk]
        Work.objects.all().delete()
        change_lead(casa, lead.pk, {"status": "COMPLETED"}, actor=TESTER)
    assert [time for time, was in found.items() if was] == ["9:00", "11:59", "17:59"]


def test_who_has_as_many_as_they_may_is_dealt_no_more_until_one_is_closed(casa, civic, three):
    a, b, c = three
    set_availability(a, {"most_open": 1}, by=None)
    leads = [new_lead(civic) for _ in range(4)]
    deal(casa)
    assert dealt(*leads) == [a.pk, b.pk, c.pk, b.pk]
    change_lead(casa, leads[0].pk, {"status": "COMPLETED"}, actor=TESTER)
    leads = [new_lead(civic) for _ in range(2)]
    deal(casa)
    assert dealt(*leads) == [c.pk, a.pk]


def test_the_staff_say_who_can_be_given_leads(api, casa, three):
    a, b, c = three
    now = timezone.localtime(timezone=casa.tz)
    other = WEEKDAYS[(now.weekday() + 3) % 7]
    switch(a, False)
    set_availability(b, {"week": {other: [["09:00", "10:00"]]}}, by=None)
    found = {each["id"]: each["isAvailable"] for each in api.get("/staff").json()}
    assert found == {str(a.pk): False, str(b.pk): False, str(c.pk): True}


# --- Nobody is available -----------------------------------------------------------------------------


def nobody(three):
    for person in three:
        switch(person, False)


def test_leads_wait_for_somebody_and_come_in_their_order(casa, civic, three, django_capture_on_commit_callbacks):
    nobody(three)
    leads, now = [new_lead(civic) for _ in range(3)], timezone.now()
    assert [deal(casa, now), deal(casa, now)] == [Outcome.BEGINS_TO_WAIT, Outcome.WAITS]
    assert dealt(*leads) == [None] * 3
    with django_capture_on_commit_callbacks(execute=True):
        switch(three[1], True)
    assert Turns.objects.get().look_at <= timezone.now()
    deal(casa)
    assert dealt(*leads) == [three[1].pk] * 3
    assert Turns.objects.get().nobody_since is None


def test_what_somebody_took_meanwhile_is_theirs(casa, civic, three):
    nobody(three)
    leads = [new_lead(civic) for _ in range(5)]
    deal(casa)
    plan_work(casa, leads[0].pk, {"assignee": three[2].pk}, actor=TESTER)
    change_lead(casa, leads[1].pk, {"status": "NOT_NEEDED"}, actor=TESTER)
    archive_lead(casa, leads[2].pk, actor=TESTER)
    delete_lead(casa, leads[3].pk, actor=TESTER)
    switch(three[0], True)
    deal(casa)
    assert dealt(*leads) == [three[2].pk, None, None, None, three[0].pk]


# --- Which leads ---------------------------------------------------------------------------------------


def test_the_leads_of_an_import_are_dealt_to_nobody(casa, civic, three):
    lead = new_lead(civic)
    LeadEvent.objects.filter(lead_id=lead.pk).update(actor_type=IMPORT.type)
    assert deal(casa) is Outcome.ALL_SEEN_TO and dealt(lead) == [None]


def test_what_was_there_before_it_was_switched_on_stays(casa, civic, sara):
    before = new_lead(civic)
    in_turn(casa)
    after = new_lead(civic)
    deal(casa)
    assert dealt(before, after) == [None, sara.pk]


@pytest.mark.parametrize("way", ["manual", "claim"])
def test_otherwise_nothing_is_dealt(casa, civic, sara, way):
    change_dealership(in_turn(casa), {"assigning": way})
    lead = new_lead(civic)
    assert deal(casa) is Outcome.ALL_SEEN_TO and dealt(lead) == [None]


def test_a_lead_that_was_given_back_stays_there(casa, civic, three):
    lead = new_lead(civic)
    deal(casa)
    plan_work(casa, lead.pk, {"assignee": None}, actor=TESTER)
    deal(casa)
    assert dealt(lead) == [None]


def test_another_dealership_is_not_touched(casa, atlas, civic, three):
    hire(atlas, "Rachid")
    theirs = new_lead(make_car(atlas))
    deal(casa)
    deal(atlas)
    assert dealt(theirs) == [None]


# --- The same contact again ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("+212-600-123456", "06 00 12 34 56"),
        ("tel 0600123456", "00212600123456 (WhatsApp)"),
        ("Karim@Mail.ma", "karim@mail.ma"),
        ("0600123456, karim@mail.ma", "karim@mail.ma"),
        ("٠٦٠٠١٢٣٤٥٦", "0600 123 456"),
    ],
)
def test_it_goes_to_whom_it_had(casa, civic, three, first, again):
    a, b, c = three
    earlier = make_lead(civic, target_info=first)
    plan_work(casa, earlier.pk, {"assignee": c.pk}, actor=TESTER)
    change_lead(casa, earlier.pk, {"status": "COMPLETED"}, actor=TESTER)
    lead, other = make_lead(civic, target_info=again), new_lead(civic)
    deal(casa)
    assert dealt(lead, other) == [c.pk, a.pk]  # and it was no turn of theirs


def test_but_not_if_they_are_away(casa, civic, three):
    a, b, c = three
    earlier = make_lead(civic)
    plan_work(casa, earlier.pk, {"assignee": c.pk}, actor=TESTER)
    switch(c, False)
    lead = make_lead(civic)
    deal(casa)
    assert dealt(lead) == [a.pk]


def test_nor_if_the_earlier_lead_has_another_contact_by_now(casa, civic, three):
    a, b, c = three
    earlier = make_lead(civic)
    plan_work(casa, earlier.pk, {"assignee": c.pk}, actor=TESTER)
    change_lead(casa, earlier.pk, {"target_info": "+212 661 00 00 00"}, actor=TESTER)
    lead = make_lead(civic)
    deal(casa)
    assert dealt(lead) == [a.pk]


def test_nor_for_a_contact_without_a_number_or_an_address(casa, civic, three):
    a, b, c = three
    plan_work(casa, make_lead(civic, target_info="WhatsApp").pk, {"assignee": c.pk}, actor=TESTER)
    lead = make_lead(civic, target_info="WhatsApp")
    deal(casa)
    assert dealt(lead) == [a.pk]


# --- Several at once -------------------------------------------------------------------------------------


def test_several_workers_deal_each_lead_once(transactional_db, casa, civic):
    people = sorted(hire(casa, f"Seller {letter}").pk for letter in "ABC")
    in_turn(casa)
    leads = [new_lead(civic) for _ in range(30)]
    in_threads(*[partial(deal, casa)] * 4)
    deal(casa)
    assert dealt(*leads) == people * 10
    assert LeadEvent.objects.filter(kind="lead.assigned").count() == 30


def test_after_somebody_is_switched_off_nothing_is_dealt_to_them(transactional_db, casa, civic):
    """The lead of a moment before is theirs; whichever comes first, none comes later."""
    sara, omar = hire(casa), hire(casa, "Omar Tazi")
    in_turn(casa)
    for _ in range(40):
        new_lead(civic)
    had = []

    def go_home():
        wait_until(lambda: Work.objects.filter(assignee=sara.pk).count() > 2)
        switch(sara, False)
        had.append(Work.objects.filter(assignee=sara.pk).count())

    in_threads(go_home, partial(deal, casa))
    deal(casa)
    assert had == [Work.objects.filter(assignee=sara.pk).count()]
    assert had[0] + Work.objects.filter(assignee=omar.pk).count() == 40


@pytest.mark.django_db(transaction=True)
def test_who_is_being_switched_off_is_waited_for(casa, civic):
    if connection.vendor == "sqlite":
        pytest.skip("only on PostgreSQL: SQLite has one writer at a time")
    sara = hire(casa)
    in_turn(casa)
    lead = new_lead(civic)

    def work():
        deal(casa)
        connections.close_all()

    dealing = Thread(target=work)
    with held_open(lambda: switch(sara, False)):
        dealing.start()
        wait_until(somebody_waits)
    dealing.join()
    assert dealt(lead) == [None] and Turns.objects.get().nobody_since


def test_a_lead_costs_as_many_statements_whoever_works_there(casa, civic, three):
    def one():
        new_lead(civic)
        return len(statements(lambda: deal(casa))[1])

    one()
    few = one()
    for number in range(20):
        hire(casa, f"Seller {number}", most_open=50)
    assert one() <= few + 1  # how many leads those have who may have so many


# --- What is kept of the contact -------------------------------------------------------------------------


@pytest.mark.parametrize("gone", [delete_lead, None], ids=["their lead is deleted", "the lead is another's by now"])
def test_who_is_erased_is_known_by_no_key(casa, civic, sara, gone):
    lead, theirs = make_lead(civic), make_lead(civic)
    plan_work(casa, lead.pk, {"assignee": sara.pk}, actor=TESTER)
    assert Work.objects.filter(contact_phone="212600123456").exists()
    if gone:
        gone(casa, lead.pk, actor=TESTER)
    else:
        change_lead(casa, lead.pk, {"target_name": "Karim", "target_info": "+212661000000"}, actor=TESTER)
        erase_leads(casa, "0600123456", [theirs], actor=TESTER, now=timezone.now())
    assert not Work.objects.filter(contact_phone="212600123456").exists()
