"""What becomes of somebody's leads, name and keys when they leave the staff, and when they are erased."""

from functools import partial
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from conftest import TESTER, make_car, make_lead
from leads.actions import change_lead
from leads.models import LeadEvent
from leads.work.actions import plan_work
from leads.work.dealing import deal_open_leads
from leads.work.errors import InvalidAssignee
from leads.work.models import FormerColleague, Turns, Work
from leads.work.tests.dealing import deal, in_turn, new_lead
from leads.work.tests.people import client_for, hire
from steerleads.dealers import leaving, staff
from steerleads.dealers.availability import set_availability
from steerleads.dealers.idempotency import IdempotencyRecord
from steerleads.dealers.models import ApiKey, Membership, User
from steerleads.dealers.tests.people import told
from steerleads.tests.clients import held_open, in_threads
from steerleads.tests.servers import wait_until
from steerleads.tests.test_query_counts import statements


@pytest.fixture
def hers(casa, civic, sara):
    """Two open leads of Sara's, and one that she has completed."""
    leads = [make_lead(civic) for _ in range(3)]
    for lead in leads:
        plan_work(casa, lead.pk, {"assignee": sara.pk, "next_step": "Call"}, actor=TESTER)
    change_lead(casa, leads[2].pk, {"status": "COMPLETED"}, actor=TESTER)
    return leads


def assigned():
    return list(LeadEvent.objects.filter(kind="lead.assigned").order_by("at", "lead_id"))[3:]


@pytest.mark.parametrize("to", ["a colleague", "nobody"])
def test_open_leads_go_to_the_successor_or_to_nobody_in_one_act(api, hers, sara, omar, to):
    successor = omar if to == "a colleague" else None
    staff.remove(sara, by=None, successor=successor and successor.user)
    works = [api.get(f"/leads/{lead.pk}/work").json() for lead in hers]
    names = [work["assignee"] and work["assignee"]["name"] for work in works]
    assert names == ["Omar Tazi" if successor else None] * 2 + ["Sara Alami"]
    assert [work["assignedAt"] is None for work in works] == [not successor] * 2 + [False]
    events = assigned()
    change = {"from": "Sara Alami", "to": "Omar Tazi" if successor else None}
    assert [event.changes for event in events] == [{"assignee": change}] * 2
    assert len({event.batch for event in events}) == 1 and events[0].batch
    assert {work.version for work in Work.objects.all()} == {1, 2}


WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone()[0] > 0


@pytest.mark.django_db(transaction=True)
def test_a_lead_that_a_colleague_takes_over_meanwhile_stays_theirs(casa, hers, sara, omar):
    if connection.vendor == "sqlite":
        pytest.skip("only on PostgreSQL: SQLite has one writer at a time")

    def leave():
        try:
            with transaction.atomic():
                leaving.take_off(sara.user, casa, successor=None, actor=TESTER)
        finally:
            connections.close_all()

    going = Thread(target=leave)
    with held_open(lambda: plan_work(casa, hers[0].pk, {"assignee": omar.pk}, actor=TESTER)):
        going.start()
        wait_until(somebody_waits)
    going.join()
    assert [Work.objects.get(lead=lead).assignee for lead in hers] == [omar.pk, None, sara.pk]
    assert [event.changes["assignee"]["to"] for event in assigned()] == ["Omar Tazi", None]


def test_two_hundred_leads_take_the_statements_of_two(casa, civic, hers, sara, omar):
    def hand_over(person, to):
        return len(statements(lambda: leaving.take_off(person.user, casa, successor=to.user, actor=TESTER))[1])

    two = hand_over(sara, omar)
    for _ in range(200):
        plan_work(casa, make_lead(civic).pk, {"assignee": omar.pk}, actor=TESTER)
    assert hand_over(omar, hire(casa, "Nadia Idrissi")) <= two + 4  # SQLite takes so many values at once


def test_who_takes_somebody_out_reads_what_they_have(hers, sara, casa):
    assert "Open leads that they have: 2" in leaving.named(sara.user, casa)


def test_who_takes_somebody_out_reads_which_keys_end(sara, casa):
    client_for(sara)
    assert [text for text in leaving.named(sara.user, casa) if text.startswith("API key that acts for them")]


# --- Where they go is asked --------------------------------------------------------------------------


@pytest.fixture
def page(sara):
    """Where a manager takes Sara out of the staff."""
    return f"/admin/dealers/membership/{sara.pk}/delete/"


def who_has(leads):
    """The names of those who have these leads, or None."""
    names = {each.pk: str(each.user) for each in Membership.objects.select_related("user")}
    works = dict(Work.objects.values_list("lead", "assignee"))
    return [works[lead.pk] and names.get(works[lead.pk], "who has left") for lead in leads]


def is_there(person):
    return Membership.objects.filter(pk=person.pk).exists()


def test_the_page_asks_and_takes_nobody_out_before_it_is_said(in_english, hers, sara, page, manager):
    assert "Their open leads (2) go:" in manager.get(page).content.decode()
    answer = manager.post(page, {"post": "yes"}, follow=True)
    assert told(answer) == ["Choose where their open leads go."] and is_there(sara)


def test_who_has_nothing_open_is_taken_out_unasked(in_english, sara, page, manager):
    assert "open lead" not in manager.get(page).content.decode()
    manager.post(page, {"post": "yes"})
    assert not is_there(sara)


def test_they_go_to_a_colleague_who_need_not_be_told_what_the_other_was(in_english, hers, sara, omar, page, manager):
    nadia = hire(sara.dealership, "Nadia Idrissi")
    manager.post(page, {"post": "yes", "open_leads": str(omar.pk), "successor": str(nadia.pk)})
    assert who_has(hers) == ["Omar Tazi", "Omar Tazi", "who has left"]


def test_they_go_to_nobody(hers, sara, omar, page, manager):
    manager.post(page, {"post": "yes", "open_leads": "queue"})
    assert who_has(hers) == [None, None, "who has left"]


def test_they_are_dealt_out_in_turn_in_one_act(casa, hers, sara, omar, page, manager):
    nadia, away = hire(casa, "Nadia Idrissi"), hire(casa, "Rachid")
    for person in (away, casa.memberships.get(role="manager")):
        set_availability(person, {"is_available": False}, by=None)
    manager.post(page, {"post": "yes", "open_leads": "dealt"})
    assert who_has(hers) == ["Omar Tazi", "Nadia Idrissi", "who has left"]
    events = assigned()
    assert len({event.batch for event in events}) == 1 and events[0].batch
    assert {event.actor_type for event in events} == {"staff"}
    assert Turns.objects.get().last_served == nadia.pk  # the turn goes on behind them


def test_not_all_can_be_dealt_so_nothing_is_done(in_english, casa, hers, sara, omar, page, manager):
    set_availability(omar, {"most_open": 1}, by=None)
    set_availability(casa.memberships.get(role="manager"), {"is_available": False}, by=None)
    answer = manager.post(page, {"post": "yes", "open_leads": "dealt"}, follow=True)
    assert told(answer) == ["Only 1 of their 2 open leads can be dealt out to those who are available."]
    assert is_there(sara) and who_has(hers)[:2] == ["Sara Alami"] * 2


def test_several_at_once_are_not_taken_out_if_one_of_them_has_open_leads(in_english, hers, sara, omar, manager):
    rows = [str(omar.pk), str(sara.pk)]
    data = {"action": "delete_selected", "_selected_action": rows, "post": "yes"}
    answer = manager.post("/admin/dealers/membership/", data, follow=True)
    assert "Sara Alami has open leads" in told(answer)[0] and is_there(sara) and is_there(omar)


@pytest.mark.parametrize("who", ["nonsense", "0196b3f2-0000-7000-8000-000000000000", "her own", "another dealership's"])
def test_only_a_colleague_can_have_them(hers, sara, atlas, page, manager, who):
    ids = {"her own": sara.pk, "another dealership's": hire(atlas, "Rachid").pk}
    manager.post(page, {"post": "yes", "open_leads": str(ids.get(who, who))})
    assert is_there(sara)


@pytest.mark.parametrize(
    ("typed", "then"),
    [("queue", None), ("dealt", "Omar Tazi"), ("omar.tazi@casa.example", "Omar Tazi")],
)
def test_the_command_asks_as_well(casa, hers, sara, omar, typed, then):
    with pytest.raises(CommandError, match="They have 2 open leads"):
        call_command("erase_staff", sara.user.email, "--yes")
    assert is_there(sara)
    call_command("erase_staff", sara.user.email, "--yes", f"--open-leads={typed}")
    assert who_has(hers)[:2] == [then, then] and not is_there(sara)


@pytest.mark.parametrize("typed", ["", "nobody@casa.example", "sara.alami@casa.example", "rachid@atlas.example"])
def test_the_command_refuses_who_does_not_work_there(casa, atlas, hers, sara, typed):
    hire(atlas, "Rachid")
    with pytest.raises(CommandError):
        call_command("erase_staff", sara.user.email, "--yes", f"--open-leads={typed}")
    assert is_there(sara)


def test_dealing_out_two_hundred_takes_the_statements_of_two(casa, civic, hers, sara, omar):
    def dealt(person):
        return len(statements(lambda: deal_open_leads(casa, person.user, actor=TESTER))[1])

    two = dealt(sara)
    for _ in range(200):
        plan_work(casa, make_lead(civic).pk, {"assignee": sara.pk}, actor=TESTER)
    assert dealt(sara) <= two + 4  # SQLite takes so many values at once


def test_who_leaves_while_new_leads_are_dealt_keeps_none(transactional_db, casa, civic, sara, omar):
    """Whichever comes first, at a dealership that deals in turn, and without a deadlock."""
    in_turn(casa)
    for _ in range(20):
        new_lead(civic)
    in_threads(
        partial(deal, casa),
        partial(staff.remove, sara, by=None, handover=leaving.Handover(is_dealt=True)),
    )
    deal(casa)
    assert Work.objects.filter(assignee=omar.pk).count() == 20 and Work.objects.count() == 20


# --- Erased --------------------------------------------------------------------------------------


def erase(user, casa):
    call_command("erase_staff", user.email, "--yes", "--open-leads=queue")


@pytest.mark.parametrize("left_before", [True, False])
def test_no_name_of_somebody_who_is_erased_is_left(api, casa, hers, sara, left_before):
    client_for(sara)
    path = f"/leads/{hers[0].pk}/work"
    api.patch(path, {"assignee": None})
    api.patch(path, {"assignee": str(sara.pk)}, idempotency_key="1")
    assert b"Sara Alami" in bytes(IdempotencyRecord.objects.get().body)
    user = User.objects.get(pk=sara.user_id)
    if left_before:
        staff.remove(sara, by=None)
    erase(user, casa)
    everything = [
        *LeadEvent.objects.values("changes", "texts", "actor_name"),
        *FormerColleague.objects.values(),
        *(bytes(body) for body in IdempotencyRecord.objects.exclude(body=None).values_list("body", flat=True)),
    ]
    assert "Sara Alami" not in str(everything)
    assert LeadEvent.objects.filter(changes__assignee__to="a former colleague").count() == 4
    assert api.get(f"/leads/{hers[2].pk}/work").json()["assignee"]["name"] == "a former colleague"
    assert not ApiKey.objects.filter(revoked_at=None).exclude(pk=api.key.pk).exists()


def test_a_namesake_elsewhere_keeps_the_name(casa, atlas, hers, sara):
    namesake = hire(atlas)
    lead = make_lead(make_car(atlas))
    plan_work(atlas, lead.pk, {"assignee": namesake.pk}, actor=TESTER)
    erase(User.objects.get(pk=sara.user_id), casa)
    assert LeadEvent.objects.of(atlas).get(kind="lead.assigned").changes["assignee"]["to"] == "Sara Alami"


def test_somebody_who_comes_back_is_somebody_new(casa, hers, sara, api):
    user, old = sara.user, str(sara.pk)
    staff.remove(sara, by=None)
    staff.invite(user.email, casa, name="Sara Bennani")
    people = {each["id"]: (each["name"], each["isActive"]) for each in api.get("/staff").json()}
    assert people.pop(old) == ("Sara Alami", False)
    assert list(people.values()) == [("Sara Bennani", True)]


def test_the_name_that_another_dealership_gives_is_not_seen_where_somebody_left(casa, atlas, hers, sara, api):
    user = sara.user
    staff.remove(sara, by=None)
    staff.invite(user.email, atlas, name="Sara of Atlas")
    assert "Atlas" not in api.get("/staff").content.decode()


def test_a_lead_cannot_be_given_to_somebody_who_is_leaving(transactional_db, casa, civic, sara):
    """Whichever comes first: no open lead names somebody who has left."""
    lead = make_lead(civic)

    def assign():
        try:
            plan_work(casa, lead.pk, {"assignee": sara.pk}, actor=TESTER)
        except InvalidAssignee:
            return "refused"

    in_threads(assign, partial(staff.remove, sara, by=None))
    assert not Work.objects.filter(assignee=sara.pk).exists()
