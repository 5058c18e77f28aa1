"""Digests are sent once: by one of many workers, after a mail server was away, and when a worker is killed (contract A21)."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import connections

from leads.analytics.digest import sending
from leads.analytics.digest.models import Digest
from leads.analytics.digest.tests.weeks import happen, next_monday, subscriber, work
from leads.notifications.tests.letterboxes import listening, use_smtp
from steerleads.dealers import leased_mails
from steerleads.tests.clients import together
from steerleads.tests.killed_mailers import letters_after_a_kill
from steerleads.tests.servers import free_port

pytestmark = [pytest.mark.django_db]
HOUR = timedelta(hours=1)


@pytest.fixture
def letterbox(settings):
    with listening(settings) as found:
        yield found


@pytest.fixture
def opens(api, casa, civic):
    """When the digest of an eventful week is due."""
    happen(api, civic)
    subscriber(casa)
    return next_monday(casa)


def test_a_mail_server_that_is_back_gets_it_once_under_the_same_message_id(casa, opens, letterbox):
    letterbox.refuses = "451 4.7.1 Later"
    work(opens)
    assert (Digest.objects.get().attempts, letterbox.letters) == (1, [])
    letterbox.refuses = None
    work(opens + timedelta(seconds=29))
    assert letterbox.letters == []
    for seconds in (30, 60, 3600):
        work(opens + timedelta(seconds=seconds))
    [letter] = letterbox.letters
    assert f"{Digest.objects.get().pk}-{opens:%Y-%m-%d}" in letter["Message-ID"]


def test_a_mail_server_that_stays_away_is_tried_for_a_day_and_again_the_next_week(casa, opens, settings, caplog):
    use_smtp(settings, free_port())
    tried = []
    while Digest.objects.get().next_at < next_monday(casa, weeks=2):
        now = Digest.objects.get().next_at
        sending.send(sending.claim(now=now), clock=partial(lambda now: now, now))
        tried.append(now)
    assert 23 * HOUR < tried[-1] - tried[0] < 25 * HOUR
    assert "was given up" in caplog.text and "amina@" not in caplog.text
    assert (Digest.objects.get().attempts, Digest.objects.get().next_at) == (0, next_monday(casa, weeks=2))


def test_who_has_it_has_it_alone_until_the_lease_ends(opens, letterbox):
    first = sending.claim(now=opens)
    assert sending.claim(now=opens + leased_mails.LEASE - timedelta(seconds=1)) is None
    second = sending.claim(now=opens + leased_mails.LEASE)
    sending.send(second, clock=lambda: opens + leased_mails.LEASE)
    assert (second.pk, len(letterbox.letters)) == (first.pk, 1)


def test_who_lost_the_lease_changes_nothing_any_more(opens, letterbox):
    slow = sending.claim(now=opens)
    assert sending.claim(now=opens + leased_mails.LEASE)
    before = Digest.objects.values().get()
    letterbox.refuses = "451 4.7.1 Later"
    sending.send(slow, clock=lambda: opens + leased_mails.LEASE)
    assert Digest.objects.values().get() == before


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_one_moment_one_sends_each(api, casa, civic, letterbox):
    happen(api, civic)
    for n in range(6):
        subscriber(casa, email=f"{n}@casa.example")
    opens = next_monday(casa)

    def work_beside_others():
        try:
            while digest := sending.claim(now=opens):
                sending.send(digest, clock=lambda: opens)
        finally:
            connections.close_all()

    while sending.due(opens).exists():
        together(*[work_beside_others] * 4)
    assert sorted(letter["To"] for letter in letterbox.letters) == [f"{n}@casa.example" for n in range(6)]


# As many seconds ago as it takes for the digest to be due now, whatever day it is.
PUT = """
from datetime import timedelta
from unittest.mock import patch
from django.utils import timezone
from cars.actions import create_car
from leads.actions import create_lead
from leads.analytics.digest.models import Digest
from leads.analytics.digest.switching import switch_on
from steerleads.dealers import staff
from steerleads.dealers.actors import Actor
from steerleads.dealers.hours.actions import set_week
from steerleads.dealers.hours.schedule import WEEKDAYS
from steerleads.dealers.models import Dealership
casa = Dealership.objects.get(name="Casa Motors")
set_week(casa, (timezone.now() - timedelta(days=90)).date(), {day: [["00:00", "24:00"]] for day in WEEKDAYS})
user = staff.invite("sara@casa.example", casa, role="manager").user
car = create_car(casa, {"make": "Honda", "model": "Civic", "overview_year": 2021})
fields = {"action": "Call", "target_name": "Karim", "target_info": "06 00 12 34 56"}
with patch.object(timezone, "now", return_value=timezone.now() - timedelta(days=7)):
    create_lead(casa, car.pk, fields, actor=Actor("api_key", "Website"))
switch_on(user, casa, now=timezone.now())
Digest.objects.update(done_for=None, next_at=timezone.now())
"""


@pytest.mark.long
def test_a_worker_that_is_killed_while_it_sends_loses_nothing(settings):
    letters = letters_after_a_kill(settings, PUT, "digest.Digest", workers=2)
    assert [letter["To"] for letter in letters] == ["sara@casa.example"]
