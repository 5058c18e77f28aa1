"""The worker deals new leads out, also when it is killed, and mails managers once when nobody is available (contract W7)."""

import json
import tempfile
from datetime import datetime, timedelta

import pytest

from leads.dealing.chore import date_all_back
from leads.dealing.models import WaitingMail
from leads.outbox.due import anything_due
from leads.outbox.worker import Worker
from leads.work.models import Turns
from leads.work.tests.dealing import dealt, in_turn, new_lead
from leads.work.tests.people import hire
from steerleads.dealers.availability import set_availability
from steerleads.dealers.models import Role
from steerleads.tests.commands import environment, python
from steerleads.tests.databases import scratch_database
from steerleads.tests.killing import Programs, writing

pytestmark = pytest.mark.django_db


@pytest.fixture
def noon(casa):
    return datetime(2026, 12, 1, 12, tzinfo=casa.tz)


@pytest.fixture
def away(casa):
    """Sara, who is switched off, and Amina, the manager, as well; at a dealership that deals in turn."""
    people = hire(casa), hire(casa, "Amina Idrissi", Role.MANAGER)
    in_turn(casa)
    for person in people:
        set_availability(person, {"is_available": False}, by=None)
    return people


def work(now):
    """What a worker does at that moment."""
    Worker(clock=lambda: now).drain()


def test_a_worker_deals_what_comes_in(casa, civic, noon, sara):
    in_turn(casa)
    work(noon)
    lead = new_lead(civic)
    assert anything_due(noon)
    work(noon)
    assert dealt(lead) == [sara.pk] and not anything_due(noon)


def test_an_idle_worker_looks_for_somebody_once_a_minute(casa, civic, noon, away):
    new_lead(civic)
    work(noon)
    assert [anything_due(noon + timedelta(seconds=seconds)) for seconds in (0, 59, 60)] == [False, False, True]


def test_what_waits_is_dealt_out_when_somebody_comes_back(casa, civic, noon, away, django_capture_on_commit_callbacks):
    leads = [new_lead(civic) for _ in range(3)]
    work(noon)
    assert dealt(*leads) == [None] * 3
    with django_capture_on_commit_callbacks(execute=True):
        set_availability(away[0], {"is_available": True}, by=None)
    Turns.objects.update(look_at=noon)  # the test's clock stands still
    work(noon)
    assert dealt(*leads) == [away[0].pk] * 3


def test_managers_get_one_mail_for_as_long_as_leads_wait(casa, civic, noon, away, letterbox):
    for minutes in range(5):
        new_lead(civic)
        work(noon + timedelta(minutes=minutes))
    [letter] = letterbox.letters
    assert letter["To"] == away[1].user.email and "Casa Motors" in letter["Subject"]
    text = letter.get_content()
    assert "12:00" in text and "/admin/dealers/membership/" in text
    assert "Sara Alami" not in text and "+212" not in text  # nothing of the lead


def test_when_leads_wait_again_they_get_another(casa, civic, noon, away, letterbox):
    for hours in (0, 1):
        now = noon + timedelta(hours=hours)
        new_lead(civic)
        work(now)
        set_availability(away[0], {"is_available": True}, by=None)
        work(now + timedelta(minutes=2))
        set_availability(away[0], {"is_available": False}, by=None)
    assert len(letterbox.letters) == 2


def test_in_quiet_hours_the_mail_waits_and_goes_nowhere_if_somebody_came(casa, civic, noon, away, letterbox):
    night = noon.replace(hour=22)
    new_lead(civic)
    work(night)
    assert WaitingMail.objects.get().next_at == noon.replace(hour=8) + timedelta(days=1)
    set_availability(away[0], {"is_available": True}, by=None)
    work(night + timedelta(minutes=2))
    work(night + timedelta(hours=11))
    assert letterbox.letters == [] and not WaitingMail.objects.exists()


def test_a_mail_server_that_is_back_gets_it_once(casa, civic, noon, away, letterbox):
    letterbox.refuses = "451 4.7.1 Later"
    new_lead(civic)
    work(noon)
    assert (WaitingMail.objects.get().attempts, letterbox.letters) == (1, [])
    letterbox.refuses = None
    for seconds in (30, 60, 3600):
        work(noon + timedelta(seconds=seconds))
    assert len(letterbox.letters) == 1


def test_without_mail_nothing_waits_to_be_sent(casa, civic, noon, away):
    new_lead(civic)
    work(noon)
    assert Turns.objects.get().nobody_since and not WaitingMail.objects.exists()


def test_what_a_clock_ahead_has_planned_is_looked_at_in_time(casa, civic, noon, away):
    new_lead(civic)
    work(noon + timedelta(days=9))
    date_all_back(noon)
    assert Turns.objects.get().look_at == noon + timedelta(minutes=1)


WORKER = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "steerleads.settings"
import django
django.setup()
from django.core.management import call_command
call_command("deliver")
"""
BEGIN = """
from steerleads.dealers import staff
from steerleads.dealers.dealerships import change_dealership
from steerleads.dealers.models import Dealership
casa = Dealership.objects.get(name="Casa Motors")
for letter in "abc":
    staff.invite(f"{letter}@casa.example", casa, name=letter)
change_dealership(casa, {"assigning": "round_robin"})
"""
WRITER = """
import time
from cars.actions import create_car
from leads.actions import create_lead
from steerleads.dealers.actors import Actor
from steerleads.dealers.models import Dealership
casa, me = Dealership.objects.get(name="Casa Motors"), Actor("command", "writer")
car = create_car(casa, {{"make": "Honda", "model": "Civic", "overview_year": 2021}})
end = time.monotonic() + {seconds}
number = 600_000_000
while time.monotonic() < end:
    number += 1
    create_lead(casa, car.pk, {{"action": "Call", "target_name": "Karim", "target_info": f"0{{number}}"}}, actor=me)
    time.sleep(0.02)
"""
FOUND = """
import json, time
from collections import Counter
from leads.models import Feed, Lead, LeadEvent
from leads.work.models import Turns, Work
until = time.monotonic() + 60
while Work.objects.count() < Lead.objects.count() and time.monotonic() < until:
    time.sleep(0.3)
dealt = LeadEvent.objects.filter(kind="lead.assigned").values_list("lead_id", flat=True)
shares = Counter(map(str, Work.objects.values_list("assignee", flat=True)))
print(json.dumps([Lead.objects.count(), len(dealt), len(set(dealt)), list(shares.values())]))
"""


@pytest.mark.long
def test_workers_that_are_killed_deal_each_lead_once_and_in_turn():
    check_kills(kills=3, workers=2, seconds=5)


@pytest.mark.slow
def test_twenty_kills():
    check_kills(kills=20, workers=3, seconds=60)


def check_kills(*, kills, workers, seconds):
    with tempfile.TemporaryDirectory() as folder, scratch_database(folder) as (url, _):
        env = environment(url, folder, {"LOG_LEVEL": "ERROR"})
        python(BEGIN, env)
        with (
            Programs(WORKER, workers, env, ends=(0,)) as running,
            writing(WRITER.format(seconds=seconds), env) as writer,
        ):
            running.kill_some(kills, seconds)
            writer.communicate(timeout=seconds + 60)
            leads, events, once, shares = json.loads(python(FOUND, env, timeout=120))
    assert leads == events == once == sum(shares) and leads > 20
    assert max(shares) - min(shares) <= 1
