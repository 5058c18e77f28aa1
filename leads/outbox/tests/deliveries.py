"""Set-up that tests of deliveries share: a receiver that may be told, and a worker whose clock is moved by hand."""

from datetime import UTC, datetime, timedelta

from leads.outbox.models import Destination
from leads.outbox.senders import sender_of
from leads.outbox.worker import Worker
from leads.webhooks.actions import create_webhook
from leads.webhooks.models import default_kinds


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now=None):
        self.now = now or datetime.now(UTC)

    def __call__(self):
        return self.now

    def move(self, **by):
        self.now += timedelta(**by)


def subscribe(dealership, url, settings, **fields):
    """A Webhook at a URL of this machine, which the settings now allow."""
    settings.WEBHOOK_ALLOW = [*settings.WEBHOOK_ALLOW, url.rsplit("/", 1)[0]]
    return create_webhook(dealership, {"url": url, "kinds": default_kinds(), **fields})


def deliver(clock=None):
    """Send all that is due by the clock."""
    Worker(clock=clock or Clock(datetime.now(UTC) + timedelta(seconds=1))).drain()


def attempt(delivery, now):
    """What its sender makes of a delivery, which is not recorded."""
    destination = Destination.objects.get(pk=delivery.destination_id).specific
    return sender_of(destination).send(destination, delivery, now)
