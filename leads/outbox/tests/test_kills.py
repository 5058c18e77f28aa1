"""Workers that are killed at any moment: every committed event arrives, and nothing that was rolled back.

The workers are real processes. So that twenty kills take minutes and not days, they wait shorter than the product
does: leases end after 3 s, and what failed is tried again after fractions of a second.
"""

import json
import random
import tempfile
from collections import Counter

import pytest

from leads.webhooks.tests.receivers import Reply, receiver
from steerleads.tests.commands import environment, python
from steerleads.tests.databases import scratch_database
from steerleads.tests.killing import Programs, writing

pytestmark = pytest.mark.long

WORKER = """
import os, sys
from datetime import timedelta
os.environ["DJANGO_SETTINGS_MODULE"] = "steerleads.settings"
import django
django.setup()
from leads.outbox import schedule
from leads.webhooks.sender import WebhookSender
WebhookSender.lease = timedelta(seconds=3)
schedule.PAUSES = (timedelta(seconds=0.2),) * 30
from django.core.management import call_command
call_command("deliver")
"""
SUBSCRIBE = """
from leads.webhooks.actions import create_webhook
from leads.models import EventKind
from steerleads.dealers.models import Dealership
casa = Dealership.objects.get(name="Casa Motors")
for path in ("one", "two"):
    create_webhook(casa, {{"url": "{origin}/" + path, "kinds": EventKind.values}})
"""
WRITER = """
import random, time
from django.db import transaction
from cars.models import Car
from leads import actions
from steerleads.dealers.actors import Actor
from steerleads.dealers.models import Dealership

casa, me = Dealership.objects.get(name="Casa Motors"), Actor("command", "writer")
car, ids, chance = Car.objects.of(casa).first(), [], random.Random({seed})

def write():
    what = chance.random()
    if what < 0.4 or len(ids) < 3:
        ids.append(actions.create_lead(casa, car.pk, {{"action": "Call", "target_name": "Sara", "target_info": "1"}}, actor=me).pk)
    elif what < 0.8:
        actions.change_lead(casa, chance.choice(ids), {{"order": chance.randrange(9**9)}}, actor=me)
    elif what < 0.9:
        actions.archive_lead(casa, chance.choice(ids), actor=me)
    else:
        actions.delete_lead(casa, ids.pop(chance.randrange(len(ids))), actor=me)

end, rolled_back = time.monotonic() + {seconds}, 0
while time.monotonic() < end:
    known = list(ids)
    try:
        with transaction.atomic():
            write()
            if chance.random() < 0.1:
                raise ZeroDivisionError
    except ZeroDivisionError:
        ids, rolled_back = known, rolled_back + 1
    time.sleep(0.01)
print(rolled_back)
"""
# As long as it becomes less: how much a machine sends in a second is not what is asked here.
WAIT = """
import time
from leads.outbox.models import Delivery
from leads.models import Feed, LeadEvent

def waits():
    waits = LeadEvent.objects.filter(sequence=None).count() + Delivery.objects.filter(state="pending").count()
    return waits + sum(feed.last - feed.told for feed in Feed.objects.all())

least, since = None, time.monotonic()
while (left := waits()) and time.monotonic() - since < {patience}:
    if least is None or left < least:
        least, since = left, time.monotonic()
    time.sleep(0.3)
print(left)
"""
OUTCOME = """
import json
from leads.outbox.models import Delivery
from leads.models import LeadEvent
events = [str(event) for event in LeadEvent.objects.values_list("pk", flat=True)]
states = list(Delivery.objects.values_list("state", flat=True))
print(json.dumps({"events": events, "states": states}))
"""


def test_kills_lose_nothing(db):
    check_kills(kills=2, workers=2, seconds=4)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 3])
def test_twenty_kills_lose_nothing(db, workers):
    print(check_kills(kills=20, workers=workers, seconds=60))


def check_kills(*, kills, workers, seconds):
    chance = random.Random(kills)
    with (
        tempfile.TemporaryDirectory() as folder,
        scratch_database(folder) as (url, _),
        receiver(lambda request: Reply(500 if chance.random() < 0.1 else 200, delay=0.005)) as crm,
    ):
        env = environment(url, folder, {"WEBHOOK_ALLOW": crm.origin, "LOG_LEVEL": "ERROR"})
        python(SUBSCRIBE.format(origin=crm.origin), env)
        with (
            Programs(WORKER, workers, env, ends=(0,)) as running,
            writing(WRITER.format(seed=7, seconds=seconds), env) as writer,
        ):
            running.kill_some(kills, seconds)
            rolled_back = int(writer.communicate(timeout=seconds + 60)[0])
            wait_until_nothing_waits(env)
        return judge(crm, json.loads(python(OUTCOME, env)), rolled_back, f"{kills} kills, {workers} workers")


def wait_until_nothing_waits(env, *, patience=60):
    left = python(WAIT.format(patience=patience), env, timeout=600)
    assert left == "0", f"{left} still wait, and it has not become less for {patience} s"


def judge(crm, found, rolled_back, words):
    came = Counter((request.path, request.json["data"]["eventId"]) for request in crm.requests)
    ids = {(request.path, request.json["data"]["eventId"], request.headers["webhook-id"]) for request in crm.requests}
    bodies = {(request.headers["webhook-id"], request.json["data"]["eventId"]) for request in crm.requests}
    expected = {(path, event) for path in ("/one", "/two") for event in found["events"]}
    lost, phantom = expected - came.keys(), came.keys() - expected
    stuck = [state for state in found["states"] if state != "delivered"]
    assert (lost, phantom, stuck) == (set(), set(), [])
    assert len(ids) == len(came) == len(bodies)  # every duplicate under the same webhook-id
    assert rolled_back > 0 and found["events"]
    again = sum(came.values()) - len(came)
    return (
        f"{words}: {len(found['events'])} events for 2 webhooks, {rolled_back} writes rolled back; lost 0, phantom 0, "
        f"stuck 0; {sum(came.values())} requests, {again} of them again (a tenth was answered 500)"
    )
