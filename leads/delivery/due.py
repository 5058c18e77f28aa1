"""Asks, cheaply, whether a worker has anything to do."""

from django.db.models import DateTimeField, Exists

from leads.delivery.claims import might_claim
from leads.delivery.models import Rule, Webhook
from leads.delivery.telling import untold
from steerleads.db.compiled import CompiledQuery
from steerleads.dealers import mailing
from steerleads.dealers.models import Dealership


def anything_due(now):
    """Whether an event is to be told, or a delivery or a mail to staff to be sent. Also while others are at it."""
    return _ANYTHING.row(now) is not None


def _build(now):
    is_untold = [Exists(rows) for rows in untold()]
    is_sendable = [might_claim(model, now) for model in (Webhook, Rule)]
    anything = is_untold[0] | is_untold[1] | is_sendable[0] | is_sendable[1] | Exists(mailing.due(now))
    return Dealership.objects.filter(anything).order_by().values_list("pk")[:1]


_ANYTHING = CompiledQuery(_build, DateTimeField())
