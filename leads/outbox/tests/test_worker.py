"""The worker at work: its threads, its stop, and what it does without a database."""

import threading
import time

import pytest
from django.db import OperationalError, connection, connections

from conftest import TESTER, make_lead
from leads.actions import change_lead
from leads.notifications.models import Rule
from leads.outbox.models import Delivery, State
from leads.outbox.sharing import Threads
from leads.outbox.tests.deliveries import subscribe
from leads.outbox.worker import Worker
from leads.webhooks.models import Webhook
from leads.webhooks.tests.receivers import Reply, receiver
from steerleads.dealers.models import Role
from steerleads.dealers.tests.people import make_staff
from steerleads.tests.servers import wait_until


@pytest.mark.parametrize("threads", [1, 2, 16])
def test_few_threads_serve_what_fails_too(casa, civic, webhook, crm, clock, threads):
    crm.answer = [Reply(500), Reply(200)]
    make_lead(civic)
    for _ in range(2):
        Worker(threads=threads, clock=clock).drain()
        clock.move(hours=1)
    assert Delivery.objects.get().state == "delivered"


def test_rules_have_their_turn_beside_webhooks_with_long_queues():
    turns = [turn for turn, most in Threads(2).turns() if most]
    assert [(sender.model, failing) for sender, failing in turns[:3]] == [(Rule, False), (Rule, True), (Webhook, True)]


def test_a_mail_server_that_takes_its_time_holds_up_no_delivery(casa, webhook, clock, monkeypatch):
    monkeypatch.setattr(
        "leads.webhooks.notices.send_pending_notices", lambda: pytest.fail("not in the thread that looks")
    )
    given = []
    Worker(clock=clock).look(lambda job, *args: given.append(job.__name__))
    assert given == ["_send_mails", "_do_chores", "_see_to_the_rest"]


def test_a_notice_that_fails_keeps_no_other_from_being_told(casa, webhook, crm, clock, monkeypatch, settings, caplog):
    subscribe(casa, f"{crm.origin}/other", settings)
    Webhook.objects.update(is_on=False, notice_pending=True)
    make_staff(casa, Role.MANAGER, email="boss@casa.ma")
    monkeypatch.setattr("leads.webhooks.notices.send_mail", lambda *mail: 1 / 0)
    Worker(clock=clock).drain()
    assert caplog.text.count("ZeroDivisionError") == 2


def test_a_database_that_fails_while_managers_are_told_is_logged(webhook, clock, monkeypatch, caplog):
    def away():
        raise OperationalError("away")

    monkeypatch.setattr("leads.webhooks.notices.send_pending_notices", away)
    Worker(clock=clock).drain()
    assert "comes back to WebhookSender later" in caplog.text


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
        wait_until(lambda: Webhook.objects.get().lease_token is None)
    assert len(crm.requests) == 1


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
    threads = 40  # half of which one dealership may hold: more than the 12 connections of the pool
    with receiver(lambda request: Reply(delay=1)) as crm:
        for number in range(threads):
            subscribe(casa, f"{crm.origin}/{number}", settings)
        make_lead(civic)
        running(threads=threads)
        crm.wait_for(threads, 30)
        wait_until(lambda: not Delivery.objects.filter(state=State.PENDING).exists())
    assert 12 < crm.most_in_flight <= threads / 2 and set(Delivery.objects.values_list("attempts")) == {(1,)}
    connections.close_all()
