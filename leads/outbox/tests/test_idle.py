"""A worker with nothing to do does next to nothing: one cheap question, twice a second."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from leads.feed import number_events
from leads.notifications.actions import create_rule
from leads.notifications.models import Trigger
from leads.outbox.due import anything_due
from leads.outbox.models import Delivery
from leads.outbox.tests.deliveries import deliver
from leads.outbox.tests.workers import running_worker
from leads.outbox.worker import Worker
from leads.webhooks.models import Webhook
from steerleads.db.ids import new_id
from steerleads.tests.commands import environment, python
from steerleads.tests.databases import scratch_database

SECONDS, MOST = 30, 1.5  # percent of a core: under one on a machine with nothing else to do
FILL = """
from datetime import timedelta
from django.utils import timezone
from leads.webhooks.actions import create_webhook
from leads.outbox.models import Delivery
from steerleads.dealers.models import Dealership
casa, soon = Dealership.objects.get(pk="{casa.id}"), timezone.now() + timedelta(hours=1)
hooks = [create_webhook(casa, {{"url": f"https://crm.example.com/{{number}}"}}) for number in range(20)]
Delivery.objects.bulk_create(
    Delivery(dealership=casa, destination=hook, kind="lead.created", next_at=soon, last_at=timezone.now())
    for hook in hooks for _ in range(500)
)
hooks[0].paused_until = soon
hooks[0].save()
Delivery.objects.filter(destination=hooks[0]).update(next_at=timezone.now())
"""


HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.fixture
def rule(casa):
    return create_rule(casa, {"trigger": Trigger.COMPLETED, "hours": None, "to": "sara@casa.ma"})


def wait(destination, now, *, due=-SECOND, **facts):
    """A delivery that was tried before and waits, since a second, for its next attempt."""
    facts = {"kind": "lead.created", "event_id": new_id(), "last_at": now, "next_at": now + due} | facts
    return Delivery.objects.create(dealership=destination.dealership, destination=destination, **facts)


def test_an_event_is_worth_a_look_until_it_is_told(lead, webhook, clock):
    assert anything_due(clock())
    number_events(lead.dealership)
    assert anything_due(clock())
    deliver(clock)
    assert not anything_due(clock())


@pytest.mark.parametrize(
    ("delivery", "destination", "is_due"),
    [
        ({}, {}, True),
        ({}, {"lease_token": new_id(), "leased_until": "later"}, True),  # somebody serves it, and may die
        ({}, {"failing_since": "now"}, True),
        ({}, {"paused_until": "now"}, True),
        ({"event_id": None, "last_at": None}, {"paused_until": "later"}, True),  # a test goes at once
        ({"event_id": None}, {"paused_until": "later"}, False),
        ({}, {"paused_until": "later"}, False),
        ({}, {"is_on": False}, False),
        ({"due": HOUR}, {}, False),
        ({"state": "dead"}, {}, False),
    ],
)
@pytest.mark.parametrize("kind", ["webhook", "rule"])
def test_a_delivery_is_worth_a_look_if_it_may_be_sent(webhook, rule, clock, kind, delivery, destination, is_due):
    waiting_for = {"webhook": webhook, "rule": rule}[kind]
    wait(waiting_for, clock(), **delivery)
    times = {"now": clock(), "later": clock() + HOUR}
    facts = {name: times.get(value, value) if isinstance(value, str) else value for name, value in destination.items()}
    type(waiting_for).objects.update(**facts)
    assert anything_due(clock()) is is_due


def test_an_idle_worker_asks_one_question(webhook, clock, django_assert_num_queries):
    Webhook.objects.update(paused_until=clock() + HOUR)
    for due in (-SECOND, HOUR):
        wait(webhook, clock(), due=due)
    worker = Worker(clock=clock)
    worker.drain()
    with django_assert_num_queries(1):
        assert worker.look(None) is False


def test_an_idle_worker_looks_now_and_then_for_what_its_question_misses(webhook, crm, clock, monkeypatch):
    worker = Worker(clock=clock)
    worker.drain()
    Webhook.objects.update(paused_until=clock() + 48 * HOUR)  # the clock was set back since
    wait(webhook, clock(), kind="webhook.test", event_id=None)
    worker.drain()
    assert crm.requests == []
    monkeypatch.setattr("leads.outbox.worker.SECONDS_BETWEEN_LOOKS", -1)
    worker.look_by = 0
    worker.look(lambda serve, *args: serve(*args))
    assert len(crm.requests) == 1


@pytest.mark.slow
def test_an_idle_worker_takes_next_to_no_processor_time(tmp_path):
    with scratch_database(tmp_path) as (url, seeds):
        env = environment(url, tmp_path)
        python(FILL.format(casa=seeds["casa"]), env)
        with running_worker(env, tmp_path) as process:
            time.sleep(10)  # it tidies up first
            before = processor_seconds(process.pid)
            time.sleep(SECONDS)
            percent = (processor_seconds(process.pid) - before) / SECONDS * 100
    print(f"An idle worker takes {percent:.2f} % of a core")
    assert percent < MOST


def processor_seconds(pid):
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
