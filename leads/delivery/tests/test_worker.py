"""The worker: who may serve whom, what ends a webhook, and what a stop does."""

import threading
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.db import OperationalError, connection, connections

from conftest import TESTER, make_lead
from leads.actions import change_lead
from leads.delivery import claims
from leads.delivery.actions import change_webhook, redeliver, send_test
from leads.delivery.housekeeping import forget_old
from leads.delivery.models import Attempt, Body, Delivery, State, Webhook
from leads.delivery.outcomes import Outcome
from leads.delivery.sending import send
from leads.delivery.tests.deliveries import Clock, deliver, subscribe
from leads.delivery.tests.receivers import Reply, receiver
from leads.delivery.worker import Worker
from steerleads.dealers.models import Role
from steerleads.dealers.tests.people import make_staff
from steerleads.tests.servers import wait_until


@pytest.fixture
def crm(db):
    with receiver() as listening:
        yield listening


@pytest.fixture
def webhook(casa, crm, settings):
    return subscribe(casa, crm.url, settings)


@pytest.fixture
def clock():
    clock = Clock()
    clock.move(seconds=1)
    return clock


# --- Leases --------------------------------------------------------------------------------------


def test_one_worker_at_a_time_has_a_destination(casa, webhook, clock):
    send_test(webhook)
    assert [each.pk for each in claims.claim(Webhook, now=clock(), most=5)] == [webhook.pk]
    assert claims.claim(Webhook, now=clock(), most=5) == []


def test_a_lease_that_nobody_renews_ends(casa, webhook, clock):
    send_test(webhook)
    (mine,) = claims.claim(Webhook, now=clock(), most=5)
    clock.now += Webhook.LEASE
    (theirs,) = claims.claim(Webhook, now=clock(), most=5)
    assert claims.renew(mine, now=clock()) is None and claims.renew(theirs, now=clock()) == webhook


def test_what_is_released_is_free_at_once(casa, webhook, clock):
    send_test(webhook)
    (mine,) = claims.claim(Webhook, now=clock(), most=5)
    claims.release(mine, now=clock())
    assert len(claims.claim(Webhook, now=clock(), most=5)) == 1


def test_nothing_due_is_not_claimed(casa, webhook, clock):
    assert claims.claim(Webhook, now=clock(), most=5) == []


def test_an_attempt_that_another_worker_recorded_is_not_counted_twice(casa, webhook, clock, monkeypatch):
    send_test(webhook)

    def slow(*_):
        Delivery.objects.update(attempts=1)  # by the one who took over
        return Outcome(False, 500)

    monkeypatch.setattr("leads.delivery.channels.webhook.send", slow)
    deliver(clock)
    assert Delivery.objects.get().attempts == 2 and Attempt.objects.count() == 1


# --- What ends a webhook -------------------------------------------------------------------------


def test_gone_switches_it_off_and_keeps_what_waited_as_dead_letters(casa, civic, webhook, crm, clock):
    crm.answer = Reply(410)
    make_lead(civic)
    make_lead(civic)
    deliver(clock)
    webhook.refresh_from_db()
    assert (webhook.is_on, webhook.switched_off_why, len(crm.requests)) == (False, "gone", 1)
    assert [(each.state, each.last_error) for each in Delivery.objects.order_by("id")] == [
        ("dead", ""),
        ("dead", "switched_off"),
    ]


def test_five_days_of_failures_switch_it_off_and_managers_are_told(casa, civic, webhook, crm, clock):
    make_staff(casa, Role.MANAGER, email="boss@casa.ma")
    make_staff(casa, Role.SALESPERSON, email="seller@casa.ma")
    crm.answer = Reply(500)
    for _ in range(5):
        make_lead(civic)
        deliver(clock)
        clock.move(days=1)
    assert Webhook.objects.get().is_on and mail.outbox == []
    make_lead(civic)
    deliver(clock)
    webhook.refresh_from_db()
    assert (webhook.is_on, webhook.switched_off_why) == (False, "failing")
    (told,) = mail.outbox
    assert told.to == ["boss@casa.ma"] and crm.url in told.body and f"/webhook/{webhook.pk}/" in told.body


def test_managers_who_could_not_be_told_are_told_later(casa, webhook, crm, clock, monkeypatch):
    def away(*_):
        raise ConnectionRefusedError

    make_staff(casa, Role.MANAGER, email="boss@casa.ma")
    crm.answer = Reply(410)
    send_test(webhook)
    with monkeypatch.context() as broken:
        broken.setattr("leads.delivery.notices.send_mail", away)
        deliver(clock)
    assert (mail.outbox, Webhook.objects.get().owes_notice) == ([], True)
    for _ in range(2):
        deliver(clock)
    assert len(mail.outbox) == 1 and Webhook.objects.get().owes_notice is False


def test_one_success_in_five_days_keeps_it_on(casa, civic, webhook, crm, clock):
    for day in range(12):
        crm.answer = Reply(200 if day == 4 else 500)
        make_lead(civic)
        if day < 8:
            deliver(clock)
        clock.move(days=1)
    assert Webhook.objects.get().is_on


def test_switched_on_again_it_is_told_what_comes(casa, civic, webhook, crm, clock):
    crm.answer = Reply(410)
    make_lead(civic, action="first")
    deliver(clock)
    crm.answer = Reply(200)
    change_webhook(casa, webhook.pk, {"is_on": True})
    make_lead(civic, action="second")
    deliver()
    assert [request.json["data"]["lead"]["action"] for request in crm.requests] == ["first", "second"]


def test_a_dead_letter_can_be_sent_again_under_its_id(casa, civic, webhook, crm, clock, caplog):
    crm.answer = Reply(500)
    make_lead(civic)
    for _ in range(8):
        deliver(clock)
        clock.move(hours=13)
    (dead,) = Delivery.objects.filter(state=State.DEAD)
    assert f"Delivery {dead.pk}" in caplog.text and "dead letter" in caplog.text
    crm.answer = Reply(200)
    redeliver(dead)
    deliver(clock)
    assert Delivery.objects.get().state == "delivered"
    assert {request.headers["webhook-id"] for request in crm.requests} == {str(dead.pk)}


def test_a_bug_of_ours_becomes_a_failure_and_not_a_circle(casa, webhook, crm, clock, monkeypatch):
    monkeypatch.setattr("leads.delivery.sending._body", lambda delivery: 1 / 0)
    send_test(webhook)
    deliver(clock)
    delivery = Delivery.objects.get()
    assert (delivery.attempts, delivery.last_error, crm.requests) == (1, "internal", [])


def test_an_outcome_that_cannot_be_stored_is_a_failure_and_not_a_circle(casa, webhook, clock, monkeypatch):
    monkeypatch.setattr("leads.delivery.channels.webhook.send", lambda *_: Outcome(False, status=-1))
    send_test(webhook)
    deliver(clock)
    assert Delivery.objects.values_list("attempts", "last_error", "last_status").get() == (1, "internal", None)


def test_a_database_that_fails_is_not_the_receivers_failure(casa, webhook, crm, clock, monkeypatch):
    def away(delivery):
        raise OperationalError("away")

    send_test(webhook)
    monkeypatch.setattr("leads.delivery.sending._body", away)
    with pytest.raises(OperationalError):
        send(webhook, Delivery.objects.get(), clock=clock)
    webhook.refresh_from_db()
    assert Delivery.objects.get().attempts == 0 and webhook.failing_since is None


def test_a_webhook_that_was_mended_meanwhile_is_not_judged_by_its_old_answer(casa, webhook, crm, clock, monkeypatch):
    def mend(*_):
        Webhook.objects.update(url=f"{crm.origin}/new", version=2)
        return Outcome(False, 410, gone=True)

    monkeypatch.setattr("leads.delivery.channels.webhook.send", mend)
    send_test(webhook)
    deliver(clock)
    webhook.refresh_from_db()
    assert (webhook.is_on, webhook.failing_since) == (True, None)
    assert Delivery.objects.get().state == "pending"


def test_a_clock_that_was_set_back_stops_nobody(casa, webhook, crm, clock):
    send_test(webhook)
    deliver(clock)
    clock.move(hours=-1)
    Delivery.objects.update(state=State.PENDING, next_at=clock())
    deliver(clock)
    Webhook.objects.update(lease_token=webhook.pk, leased_until=clock() + timedelta(days=1))
    Delivery.objects.update(state=State.PENDING, next_at=clock())
    deliver(clock)
    assert len(crm.requests) == 3


@pytest.mark.parametrize("threads", [1, 2, 16])
def test_few_threads_serve_what_fails_too(casa, civic, webhook, crm, clock, threads):
    crm.answer = [Reply(500), Reply(200)]
    make_lead(civic)
    for _ in range(2):
        Worker(threads=threads, clock=clock).drain()
        clock.move(hours=1)
    assert Delivery.objects.get().state == "delivered"


def test_rules_have_their_turn_beside_webhooks_with_long_queues():
    worker = Worker(threads=2)
    assert [(model.__name__, failing) for model, failing, most in worker._room() if most][:3] == [
        ("Rule", False),
        ("Rule", True),
        ("Webhook", True),
    ]


# --- Running -------------------------------------------------------------------------------------


@pytest.fixture
def running():
    """Start Workers, each in a thread; they are stopped at the end."""
    workers = []

    def start(**how):
        worker = Worker(**how)
        thread = threading.Thread(target=worker.run)
        thread.start()
        workers.append((worker, thread))
        return worker

    yield start
    for worker, _ in workers:
        worker.stop()
    for _, thread in workers:
        thread.join(20)
        assert not thread.is_alive()


@pytest.mark.django_db(transaction=True)
def test_one_request_at_a_time_to_an_endpoint_however_many_workers(casa, civic, settings, running):
    with receiver(lambda request: Reply(delay=0.05)) as crm:
        subscribe(casa, crm.url, settings)
        for _ in range(12):
            make_lead(civic)
        for _ in range(3):
            running()
        crm.wait_for(12, 30)
        wait_until(lambda: not Delivery.objects.filter(state=State.PENDING).exists())
    assert crm.most_in_flight == 1
    assert len(crm.requests) == 12


@pytest.mark.django_db(transaction=True)
def test_a_change_is_told_within_moments(casa, civic, settings, running):
    with receiver() as crm:
        subscribe(casa, crm.url, settings)
        running()
        lead = make_lead(civic)
        crm.wait_for(1)
        change_lead(casa, lead.pk, {"status": "COMPLETED"}, actor=TESTER)
        crm.wait_for(2)
    assert crm.requests[1].json["data"]["changes"] == {"status": {"from": "NEW", "to": "COMPLETED"}}


@pytest.mark.django_db(transaction=True)
def test_a_stop_finishes_what_is_on_its_way(casa, civic, settings, running):
    with receiver(lambda request: Reply(delay=0.5)) as crm:
        subscribe(casa, crm.url, settings)
        for _ in range(3):
            make_lead(civic)
        worker = running()
        crm.wait_for(1)
        worker.stop()
        wait_until(lambda: crm.requests[0].ended)
        wait_until(lambda: Delivery.objects.filter(state=State.DELIVERED).exists())
    assert len(crm.requests) == 1
    assert Webhook.objects.get().lease_token is None


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_is_waited_for(casa, civic, settings, running, monkeypatch, caplog):
    away, real = threading.Event(), Worker.look
    away.set()

    def look(self, submit):
        if away.is_set():
            raise OperationalError("away")
        return real(self, submit)

    monkeypatch.setattr(Worker, "look", look)
    with receiver() as crm:
        subscribe(casa, crm.url, settings)
        make_lead(civic)
        running()
        time.sleep(0.6)
        away.clear()
        crm.wait_for(1)
    assert "The database cannot be used" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_no_database_connection_is_held_while_the_other_side_thinks(casa, civic, settings, running):
    if connection.vendor == "sqlite":
        pytest.skip("only on PostgreSQL: SQLite's connections cost nobody anything")
    threads = 40  # more than the pool has
    with receiver(lambda request: Reply(delay=1)) as crm:
        for number in range(threads):
            subscribe(casa, f"{crm.origin}/{number}", settings)
        make_lead(civic)
        running(threads=threads)
        crm.wait_for(threads, 30)
        wait_until(lambda: not Delivery.objects.filter(state=State.PENDING).exists())
    assert crm.most_in_flight > threads / 2 and set(Delivery.objects.values_list("attempts")) == {(1,)}
    connections.close_all()


# --- What is forgotten ---------------------------------------------------------------------------


def test_after_thirty_days_it_is_forgotten(casa, civic, webhook, crm, clock):
    make_lead(civic)
    deliver(clock)
    forget_old(now=clock() + timedelta(days=29))
    assert (Delivery.objects.count(), Attempt.objects.count(), Body.objects.count()) == (1, 1, 0)
    forget_old(now=clock() + timedelta(days=31))
    assert (Delivery.objects.count(), Attempt.objects.count(), Body.objects.count()) == (0, 0, 0)


def test_a_body_stays_for_as_long_as_somebody_waits_for_it(casa, civic, webhook, crm, clock):
    crm.answer = Reply(500)
    make_lead(civic)
    deliver(clock)
    forget_old(now=clock() + timedelta(hours=20))
    assert Body.objects.count() == 1
    crm.answer = Reply(200)
    clock.move(hours=20)
    deliver(clock)
    forget_old(now=clock() + timedelta(hours=2))
    assert Body.objects.count() == 0


def test_what_still_waits_is_not_forgotten(casa, webhook, clock):
    send_test(webhook)
    forget_old(now=clock() + timedelta(days=31))
    assert Delivery.objects.count() == 1
