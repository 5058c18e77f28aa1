"""Whoever writes does not pay for those who are told: a PATCH costs the same with no webhook and with twenty."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from statistics import median

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.outbox.models import Delivery
from leads.outbox.tests.deliveries import subscribe
from steerleads.tests.clients import Client
from steerleads.tests.commands import spawn
from steerleads.tests.servers import stopped_server, wait_until

WEBHOOKS = (0, 0, 1, 20)
LEADS, ROUNDS, ROUNDS_BESIDE, CHANGES_A_ROUND = 20, 9, 3, 60
PREPARE = """
import json
from cars.actions import create_car
from leads.actions import create_lead
from leads.webhooks.actions import create_webhook
from leads.webhooks.models import default_kinds
from steerleads.dealers.actors import Actor
from steerleads.dealers.keys import issue_key
from steerleads.dealers.models import Dealership
found = []
for count in {webhooks}:
    dealership = Dealership.objects.create(name=f"{{len(found)}}: {{count}} webhooks")
    car = create_car(dealership, {{"make": "Honda", "model": "Civic"}})
    person = {{"action": "Call", "target_name": "Sara Alami", "target_info": "+212"}}
    leads = [create_lead(dealership, car.pk, person, actor=Actor("command", "test")) for _ in range({leads})]
    for number in range(count):
        create_webhook(dealership, {{"url": f"{crm}/{{number}}", "kinds": default_kinds()}})
    found.append({{"key": issue_key(dealership, "test", hourly_limit=0)[1], "leads": [str(lead.pk) for lead in leads]}})
print(json.dumps(found))
"""
RECEIVE = """
import sys
from leads.webhooks.tests.receivers import receiver
with receiver() as crm:
    print(crm.origin, flush=True)
    sys.stdin.read()
"""
SENT = "from leads.outbox.models import Attempt; print(Attempt.objects.filter(status=200).count())"


def test_a_change_takes_the_same_statements_however_many_webhooks(api, casa, lead, settings):
    statements, subscribed = [], 0
    api.patch(f"/leads/{lead.pk}", {"note": "the key is known from now on"})
    for count in (0, 1, 20):
        while subscribed < count:
            subscribe(casa, f"http://127.0.0.1:9/{subscribed}", settings)
            subscribed += 1
        with CaptureQueriesContext(connection) as captured:
            api.patch(f"/leads/{lead.pk}", {"note": f"beside {count} webhooks"})
        statements.append([query["sql"].split()[0] for query in captured])
    assert statements[0] == statements[1] == statements[2]
    assert not Delivery.objects.exists()


@pytest.mark.slow
def test_a_change_takes_the_same_time_however_many_webhooks():
    """Through a real server: what a client waits for. Two dealerships have none, to show how large the noise is."""
    with receiving() as crm, stopped_server(threads=4, env={"WEBHOOK_ALLOW": crm}) as server:
        dealerships = json.loads(server.python(PREPARE.format(webhooks=WEBHOOKS, leads=LEADS, crm=crm)))
        server.start()
        writers = [(Client(server, key=dealership["key"]), dealership["leads"]) for dealership in dealerships]
        one_round(writers)  # to warm up
        alone = [one_round(writers) for _ in range(ROUNDS)]
        with running_worker(server):
            beside = [one_round(writers) for _ in range(ROUNDS_BESIDE)]
        sent = int(server.python(SENT))
    print("milliseconds of a PATCH, half of them and 99 of 100, then with a worker that delivers meanwhile:")
    for number, webhooks in enumerate(WEBHOOKS):
        shown = f"{ratio(alone, number):.2f} times; {_shown(alone, number)}; {_shown(beside, number)}"
        print(f"{webhooks:2} webhooks: {shown}")
    print(f"The worker sent {sent} meanwhile.")
    assert sent > 0
    assert max(ratio(alone, number) for number in range(len(WEBHOOKS))) < 1.25


def one_round(writers):
    """The milliseconds of each writer's changes. They take turns, so that what else the machine does meets all alike,
    and each begins as often as the others."""
    took = [[] for _ in writers]
    for number in range(CHANGES_A_ROUND):
        for index in range(len(writers)):
            writer = (number + index) % len(writers)
            took[writer].append(change(*writers[writer], number))
    return took


def change(client, leads, number):
    began = time.perf_counter()
    client.ok("PATCH", f"/leads/{leads[number % len(leads)]}", {"note": f"{began}"})
    return (time.perf_counter() - began) * 1000


def ratio(rounds, number):
    """How many times as long as with no webhook: the median over rounds, in each of which both were timed."""
    return median(median(took[number]) / median(took[0]) for took in rounds)


def _shown(rounds, number):
    took = sorted(each for round_ in rounds for each in round_[number])
    return f"{median(took):.1f} and {took[len(took) * 99 // 100]:.1f}"


@contextmanager
def receiving():
    """The origin of a receiver in a process of its own, so that it takes no time from the one that measures."""
    program = [sys.executable, "-c", RECEIVE]
    with subprocess.Popen(
        program, cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process.stdout.readline().strip()
        process.stdin.close()


@contextmanager
def running_worker(server):
    log_file = server.folder / "worker.log"
    process = spawn(["deliver"], server.env, log_file)
    try:
        wait_until(lambda: "Delivering" in log_file.read_text())
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
