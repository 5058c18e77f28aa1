"""Leases: who may serve a destination, and until when."""

from datetime import timedelta

from leads.outbox import claims
from leads.outbox.actions import send_test
from leads.outbox.models import Delivery, State
from leads.outbox.tests.deliveries import deliver
from leads.webhooks.models import Webhook
from leads.webhooks.sender import WebhookSender


def claim(clock):
    return claims.claim(WebhookSender(), now=clock(), most=5)


def test_one_worker_at_a_time_has_a_destination(casa, webhook, clock):
    send_test(webhook)
    assert [each.pk for each in claim(clock)] == [webhook.pk]
    assert claim(clock) == []


def test_a_lease_that_nobody_renews_ends(casa, webhook, clock):
    send_test(webhook)
    (mine,) = claim(clock)
    clock.now += WebhookSender.lease
    (theirs,) = claim(clock)
    assert claims.renew(mine, now=clock()) is None and claims.renew(theirs, now=clock()) == webhook


def test_what_is_released_is_free_at_once(casa, webhook, clock):
    send_test(webhook)
    (mine,) = claim(clock)
    claims.release(mine, now=clock())
    assert len(claim(clock)) == 1


def test_nothing_due_is_not_claimed(casa, webhook, clock):
    assert claim(clock) == []


def test_a_clock_that_was_set_back_stops_nobody(casa, webhook, crm, clock):
    send_test(webhook)
    deliver(clock)
    clock.move(hours=-1)
    Delivery.objects.update(state=State.PENDING, next_at=clock())
    deliver(clock)
    Webhook.objects.update(lease_token=webhook.pk, leased_until=clock() + timedelta(days=1))
    Delivery.objects.update(state=State.PENDING, next_at=clock())
    deliver(clock)
    assert len(crm.requests) == 3
