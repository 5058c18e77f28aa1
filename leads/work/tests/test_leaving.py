"""What becomes of somebody's leads, name and keys when they leave the staff, and when they are erased."""

from functools import partial
from threading import Thread

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from conftest import TESTER, make_car, make_lead
from leads.actions import change_lead
from leads.models import LeadEvent
from leads.work.actions import plan_work
from leads.work.errors import InvalidAssignee
from leads.work.models import FormerColleague, Work
from leads.work.tests.people import client_for, hire
from steerleads.dealers import leaving, staff
from steerleads.dealers.idempotency import IdempotencyRecord
from steerleads.dealers.models import ApiKey, User
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


# --- Erased --------------------------------------------------------------------------------------


def erase(user, casa):
    call_command("erase_staff", user.email, "--yes")


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
