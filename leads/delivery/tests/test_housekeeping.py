"""What is forgotten, and when."""

from datetime import timedelta

from conftest import make_lead
from leads.delivery.actions import send_test
from leads.delivery.housekeeping import forget_old
from leads.delivery.models import Attempt, Body, Delivery
from leads.delivery.tests.deliveries import deliver
from leads.delivery.tests.receivers import Reply


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
