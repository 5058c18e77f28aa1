"""Processes that catch up and are killed at any moment: facts are what a rebuild makes of the events, always."""

import tempfile

import pytest

from steerleads.tests.commands import environment, python
from steerleads.tests.databases import scratch_database
from steerleads.tests.killing import Programs, writing

pytestmark = pytest.mark.long

READER = """
import os, time
os.environ["DJANGO_SETTINGS_MODULE"] = "steerleads.settings"
import django
django.setup()
from django.db import OperationalError
from leads.analytics import catching_up
from steerleads.dealers.models import Dealership
catching_up.BATCH = 3
casa = Dealership.objects.get(name="Casa Motors")
while True:
    try:
        catching_up.catch_up(casa)
    except OperationalError:  # SQLite, with a rival that was killed
        pass
    time.sleep(0.005)
"""
WRITER = """
import random, time
from django.db import transaction
from cars.models import Car
from leads import actions
from leads.analytics.models import FactState
from steerleads.dealers.actors import Actor
from steerleads.dealers.models import Dealership

casa, chance, ids = Dealership.objects.get(name="Casa Motors"), random.Random(7), []
actors = [Actor("staff", "Sara"), Actor("api_key", "Website"), Actor("command", "nightly")]
car = Car.objects.of(casa).first()
FIELDS = {{"action": "Call", "target_name": "Sara", "target_info": "1"}}

def write(actor):
    what = chance.random()
    if what < 0.3 or len(ids) < 3:
        status = chance.choice(["NEW", "NEW", "COMPLETED"])
        ids.append(actions.create_lead(casa, car.pk, {{**FIELDS, "status": status}}, actor=actor).pk)
    elif what < 0.7:
        status = chance.choice(["NEW", "COMPLETED", "NOT_NEEDED"])
        actions.change_lead(casa, chance.choice(ids), {{"status": status}}, actor=actor)
    elif what < 0.8:
        verb = chance.choice([actions.archive_lead, actions.restore_lead])
        verb(casa, chance.choice(ids), actor=actor)
    elif what < 0.9:
        actions.change_lead(casa, chance.choice(ids), {{"order": chance.randrange(9**9)}}, actor=actor)
    elif what < 0.98:
        actions.delete_lead(casa, ids.pop(chance.randrange(len(ids))), actor=actor)
    else:
        FactState.objects.update(calendar="that of other hours")

end = time.monotonic() + {seconds}
while time.monotonic() < end:
    known = list(ids)
    try:
        with transaction.atomic():
            for _ in range(chance.randrange(1, 4)):
                write(chance.choice(actors))
            if chance.random() < 0.1:
                raise ZeroDivisionError
    except ZeroDivisionError:
        ids = known
    time.sleep(0.01)
"""
OUTCOME = """
from leads.analytics.models import FactState, LeadFact
from leads.analytics.rebuilding import rebuild
from leads.models import LeadEvent
from steerleads.dealers.models import Dealership
casa = Dealership.objects.get(name="Casa Motors")
before, differences = FactState.objects.get().after, rebuild(casa)
leads = LeadEvent.objects.values("lead_id").distinct().count()
counted = FactState.objects.get().after == LeadEvent.objects.count()
print(len(differences), counted, LeadFact.objects.count() == leads, before > 0, leads, differences[:3])
"""


def test_kills_leave_facts_as_a_rebuild_makes_them(db):
    check_kills(kills=2, processes=2, seconds=3)


@pytest.mark.slow
def test_twenty_kills_leave_facts_as_a_rebuild_makes_them(db):
    print(check_kills(kills=20, processes=4, seconds=60))


def check_kills(*, kills, processes, seconds):
    with tempfile.TemporaryDirectory() as folder, scratch_database(folder) as (url, _):
        env = environment(url, folder, {"LOG_LEVEL": "ERROR"})
        with (
            Programs(READER, processes, env, ends=()) as readers,
            writing(WRITER.format(seconds=seconds), env) as writer,
        ):
            readers.kill_some(kills, seconds)
            assert writer.wait(seconds + 60) == 0
        found = python(OUTCOME, env)
    assert found.split()[:4] == ["0", "True", "True", "True"], found
    return f"{kills} kills of {processes} processes: {found.split()[4]} leads, facts = rebuild"
