"""A manager with a digest, something that happened in this week, and the moment at which the next one begins."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from leads import actions
from leads.analytics.digest.switching import switch_on
from leads.outbox.worker import Worker
from steerleads.dealers.actors import Actor
from steerleads.dealers.models import Role
from steerleads.dealers.tests.people import make_staff

SARA = Actor("staff", "Sara Alami")
LEAD = {"action": "Call Karim back", "targetName": "Karim Tazi", "targetInfo": "+212-600-123456", "tag": "Hot"}


def next_monday(dealership, hour=9, minute=0, *, weeks=1):
    """That time of the Monday after this week, or of a later one, at the dealership."""
    today = timezone.localtime(timezone=dealership.tz).date()
    monday = today + timedelta(days=7 * weeks - today.weekday())
    return datetime.combine(monday, time(hour, minute), dealership.tz)


def subscriber(dealership, **person):
    """The Digest of a manager who has switched it on this week."""
    fields = {"first_name": "Amina", "email": "amina@casa.example", **person}
    return switch_on(make_staff(dealership, Role.MANAGER, **fields), dealership, now=timezone.now())


def happen(api, car):
    """Three leads of a website: one completed by Sara, one only answered, one that nobody touches."""
    done, answered, waiting = (api.post(f"/leads/car/{car.pk}", LEAD).json()["id"] for _ in range(3))
    actions.change_lead(car.dealership, done, {"status": "COMPLETED"}, actor=SARA)
    actions.change_lead(car.dealership, answered, {"note": "A secret of Karim’s"}, actor=SARA)
    return done, answered, waiting


def work(now):
    """What a worker does at that moment."""
    worker = Worker(clock=lambda: now)
    worker.drain()
