"""Makes deliveries of committed events: one for each webhook and rule that wants to be told.

A batch of events is told in one transaction that also says so on the dealership's Feed: a worker that is killed on the
way has told nothing, and no two workers tell the same.
"""

import logging

from django.db import transaction
from django.db.models import F

from leads.delivery import rules
from leads.delivery.bodies import lead_rows, message, text_of
from leads.delivery.models import Body, Delivery, Rule, Webhook
from leads.feed import events_after, locked_feed, number_some
from leads.models import Feed, Lead, LeadEvent
from steerleads.api.errors import DATABASE_ERRORS
from steerleads.dealers.hours.calendar import hours_of
from steerleads.dealers.models import Dealership

BATCH = 200
MOST_DELIVERIES = 400  # at once: on SQLite, everybody who writes waits for this transaction

log = logging.getLogger(__name__)


def tell_all(*, now):
    """Tell the next BATCH of every dealership, in turn, so that a large one delays no other; whether there were any.

    What goes wrong with one of them stops no other; an error of the database is raised in the end.
    """
    told, failed = False, None
    for dealership in dealerships_to_tell():
        try:
            told |= tell(dealership, now=now)
        except DATABASE_ERRORS as error:
            failed = error
        except Exception:  # a bug of ours, or a webhook that was deleted in this moment
            log.exception("Telling the events of dealership %s failed.", dealership.pk)
    if failed:
        raise failed
    return told


def dealerships_to_tell():
    """Those with events that nobody has numbered, or that are numbered and not told."""
    unnumbered, behind = untold()
    unnumbered = unnumbered.order_by().values("dealership").distinct()
    return list(Dealership.objects.filter(pk__in=unnumbered.union(behind.values("dealership"))))


def untold():
    """(events that nobody has numbered, feeds of those that are numbered and not told)"""
    return LeadEvent.objects.filter(sequence=None), Feed.objects.filter(last__gt=F("told"))


def tell(dealership, *, now):
    """Tell the next BATCH of events; whether there were any."""
    number_some(dealership, wait=False)
    with transaction.atomic():
        feed = locked_feed(dealership, wait=False)
        webhooks = list(Webhook.objects.of(dealership).filter(is_on=True))
        most = min(BATCH, max(MOST_DELIVERIES // max(len(webhooks), 1), 1))
        events = list(events_after(dealership, feed.told)[:most]) if feed else []
        if not events:
            return False
        wanted = _webhook_deliveries(webhooks, events, now)
        Delivery.objects.bulk_create(wanted + _rule_deliveries(dealership, events, now))
        feed.told = events[-1].sequence
        feed.save(update_fields=["told"])
        # Last, because it locks leads that somebody may be waiting to change.
        told = {delivery.event_id for delivery in wanted}
        _keep_bodies(dealership, [event for event in events if event.pk in told], now)
    return True


def _webhook_deliveries(webhooks, events, now):
    return [
        _delivery(event, now, webhook=webhook)
        for event in events
        for webhook in webhooks
        if event.sequence > webhook.after and event.kind in webhook.kinds
    ]


def _rule_deliveries(dealership, events, now):
    found = list(Rule.objects.of(dealership).filter(is_on=True))
    hours = hours_of(dealership) if found else None
    return [
        _delivery(event, rules.first_due(rule, min(event.at, now), hours, dealership.tz), rule=rule)
        for event in events
        for rule in found
        if event.sequence > rule.after and rules.is_told(rule, event)
    ]


def _delivery(event, due, **destination):
    return Delivery(
        dealership_id=event.dealership_id,
        event_id=event.pk,
        lead_id=event.lead_id,
        kind=event.kind,
        next_at=due,
        **destination,
    )


def _keep_bodies(dealership, events, now):
    """Store the bytes that tell of these events. Those of a lead that is gone can be made at any time."""
    # Locked, so that no lead is deleted between being read and its words being stored.
    leads = Lead.objects.of(dealership).filter(pk__in={event.lead_id for event in events}).order_by("pk")
    list(leads.select_for_update(no_key=True).values_list("pk"))
    rows = lead_rows(dealership, {event.lead_id for event in events})
    Body.objects.bulk_create(
        Body(
            dealership=dealership,
            event_id=event.pk,
            lead_id=event.lead_id,
            text=text_of(message(event, rows[event.lead_id])),
            created_at=now,
        )
        for event in events
        if event.lead_id in rows
    )
