"""Makes deliveries of committed events: one for each destination that wants to be told.

A batch of events is told in one transaction that also says so on the dealership's Feed: a worker that is killed on the
way has told nothing, and no two workers tell the same.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from leads.feed import events_after, locked_feed, number_some
from leads.models import Feed, LeadEvent
from leads.outbox.models import Delivery
from leads.outbox.payloads import keep_payloads
from leads.outbox.quiet import told_of
from leads.outbox.senders import all_senders
from steerleads.api.errors import DATABASE_ERRORS
from steerleads.dealers.models import Dealership

BATCH = 200
MOST_DELIVERIES = 400  # at once: on SQLite, everybody who writes waits for this transaction

log = logging.getLogger(__name__)


def tell_all(*, now: datetime) -> bool:
    """Tell the next BATCH of every dealership, in turn, so that a large one delays no other; whether there were any.

    What goes wrong with one of them stops no other; an error of the database is raised in the end.
    """
    any_told, failed = False, None
    for dealership in dealerships_to_tell():
        try:
            any_told |= tell(dealership, now=now)
        except DATABASE_ERRORS as error:
            failed = error
        except Exception:  # a bug of ours, or a destination that was deleted in this moment
            log.exception("Telling the events of dealership %s failed.", dealership.pk)
    if failed:
        raise failed
    return any_told


def dealerships_to_tell() -> list[Dealership]:
    """Those with events that nobody has numbered, or that are numbered and not told."""
    unnumbered, behind = untold()
    unnumbered = unnumbered.order_by().values("dealership").distinct()
    return list(Dealership.objects.filter(pk__in=unnumbered.union(behind.values("dealership"))))


def untold() -> tuple[QuerySet[LeadEvent], QuerySet[Feed]]:
    """(events that nobody has numbered, feeds of those that are numbered and not told)"""
    return LeadEvent.objects.filter(sequence=None), Feed.objects.filter(last__gt=F("told"))


def tell(dealership: Dealership, *, now: datetime) -> bool:
    """Tell the next BATCH of events; whether there were any."""
    number_some(dealership, wait=False)
    with transaction.atomic():
        feed = locked_feed(dealership, wait=False)
        destinations = _destinations(dealership)
        most = min(BATCH, max(MOST_DELIVERIES // max(sum(map(len, destinations.values())), 1), 1))
        events = list(events_after(dealership, feed.told)[:most]) if feed else []
        if not events:
            return False
        told = told_of(dealership, events)
        deliveries = {sender: _deliveries(sender, rows, told, now) for sender, rows in destinations.items()}
        Delivery.objects.bulk_create(sum(deliveries.values(), []))
        feed.told = events[-1].sequence
        feed.save(update_fields=["told"])
        # Last, because it locks leads that somebody may be waiting to change.
        ids = {each.event_id for sender, made in deliveries.items() if sender.keeps_payloads for each in made}
        keep_payloads(dealership, [event for event in events if event.pk in ids], now)
    return True


def _destinations(dealership):
    """{sender: the destinations of its kind that are on}"""
    rows = {sender: list(sender.model.objects.of(dealership).filter(is_on=True)) for sender in all_senders()}
    for destination in sum(rows.values(), []):
        destination.dealership = dealership  # known: it need not be read
    return rows


def _deliveries(sender, destinations, events, now):
    return [
        Delivery(
            dealership_id=event.dealership_id,
            destination=destination,
            event_id=event.pk,
            lead_id=event.lead_id,
            kind=event.kind,
            next_at=due,
        )
        for destination, event, due in sender.first_attempts(destinations, events, now)
        if event.sequence > destination.after_sequence
    ]
