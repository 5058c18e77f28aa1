"""One endpoint that never answers delays no other: one request waits for it, on one thread of many."""

from contextlib import ExitStack, contextmanager

import pytest

from conftest import make_lead
from leads.outbox.tests.deliveries import subscribe
from leads.outbox.tests.workers import running_worker, working
from leads.webhooks.outbound import WHOLE_SECONDS
from leads.webhooks.tests.receivers import Reply, receiver
from steerleads.tests.commands import environment, python
from steerleads.tests.databases import scratch_database
from steerleads.tests.servers import wait_until

HEALTHY = 9
EVENTS = 300
ROUNDS = 2
# The reorder is one transaction with an event for each lead: all are due at one moment, which is printed.
HAPPEN = """
import time
from cars.models import Car
from leads.actions import create_lead, reorder_leads
from leads.webhooks.actions import create_webhook
from steerleads.dealers.actors import Actor
car, actor = Car.objects.get(pk="{casa.car}"), Actor("command", "test")
casa = car.dealership
person = {{"action": "Call", "target_name": "Sara Alami", "target_info": "+212"}}
leads = [create_lead(casa, car.pk, person, actor=actor) for _ in range({events})]
for url in {urls}:
    create_webhook(casa, {{"url": url, "kinds": ["lead.moved"]}})
began = time.monotonic()
reorder_leads(casa, car.pk, {{lead.pk: place for place, lead in enumerate(leads, 1)}}, actor=actor)
print(began)
"""


@pytest.mark.django_db(transaction=True)
def test_beside_an_endpoint_that_never_answers_all_others_are_told(casa, civic, settings):
    with receiver(Reply(silent=True)) as silent, ExitStack() as stack:
        healthy = [stack.enter_context(receiver()) for _ in range(HEALTHY)]
        for crm in (silent, *healthy):
            subscribe(casa, crm.url, settings)
        for _ in range(10):
            make_lead(civic)
        with working() as worker:
            for crm in healthy:
                told = {request.headers["webhook-id"] for request in crm.wait_for(10, 60)}
                assert (len(told), crm.most_in_flight) == (10, 1)
            assert len(silent.wait_for(1)) == 1
            worker.stop()
            silent.closed.set()


@pytest.mark.slow
def test_beside_an_endpoint_that_never_answers_the_others_are_as_fast(tmp_path):
    alone, beside = [], []
    for _ in range(ROUNDS):
        with delivered(EVENTS, tmp_path) as (seconds, _, _):
            alone.append(seconds)
        with delivered(EVENTS, tmp_path, beside_a_silent_one=True) as (seconds, _, silent):
            beside.append(seconds)
            assert_one_at_a_time(silent)
    ratio = sum(beside) / sum(alone)
    print(
        f"{EVENTS} events to {HEALTHY} endpoints: {_listed(alone)} s alone, {_listed(beside)} s beside one that never "
        f"answers: {ratio:.2f} times"
    )
    assert ratio < 1.5


def assert_one_at_a_time(silent):
    """The worker hangs up when its time is over, which this receiver does not see: it sees when the next one comes."""
    came = [request.began for request in silent.requests]
    assert all(later - earlier >= WHOLE_SECONDS for earlier, later in zip(came, came[1:], strict=False))


@contextmanager
def delivered(events, folder, *, beside_a_silent_one=False):
    """(seconds from the events until the last healthy endpoint had the last one, the healthy ones, the silent one)"""
    with ExitStack() as stack:
        healthy = [stack.enter_context(receiver()) for _ in range(HEALTHY)]
        silent = stack.enter_context(receiver(Reply(silent=True)))
        told = [*healthy, silent] if beside_a_silent_one else healthy
        url, seeds = stack.enter_context(scratch_database(folder))
        env = environment(url, folder, {"WEBHOOK_ALLOW": ",".join(crm.origin for crm in told)})
        stack.enter_context(running_worker(env, folder))
        began = float(python(HAPPEN.format(casa=seeds["casa"], events=events, urls=[crm.url for crm in told]), env))
        for crm in healthy:
            crm.wait_for(events, 300)
        wait_until(lambda: all(request.ended for crm in healthy for request in crm.requests))
        yield max(request.ended for crm in healthy for request in crm.requests) - began, healthy, silent


def _listed(seconds):
    return " and ".join(f"{each:.1f}" for each in seconds)
