"""Asks, cheaply, whether a worker has anything to do."""

from datetime import datetime

from django.db.models import DateTimeField, Exists

from leads.outbox.chores import all_chores
from leads.outbox.claims import might_claim
from leads.outbox.telling import untold
from steerleads.db.compiled import CompiledQuery
from steerleads.dealers import mailing
from steerleads.dealers.models import Dealership


def anything_due(now: datetime) -> bool:
    """Whether an event is to be told, a delivery or a mail to staff to be sent, or a chore done. Also while others are at it."""
    return _ANYTHING.row(now) is not None


def _build(now):
    unnumbered, behind = (Exists(rows) for rows in untold())
    anything = unnumbered | behind | might_claim(now) | Exists(mailing.due(now))
    for chore in all_chores():
        anything |= Exists(chore.due(now))
    return Dealership.objects.filter(anything).order_by().values_list("pk")[:1]


_ANYTHING = CompiledQuery(_build, DateTimeField())
