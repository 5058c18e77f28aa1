"""Sends one delivery and writes down how that went."""

import logging
import time

from django.db import connection, transaction

from leads.delivery import rules
from leads.delivery.bodies import lead_rows, message, test_message, text_of
from leads.delivery.channels import webhook as webhook_channel
from leads.delivery.models import Attempt, Body, Delivery, State, SwitchedOff, Webhook
from leads.delivery.notices import tell_managers
from leads.delivery.outcomes import NOT_NEEDED, Outcome, Postponed
from leads.delivery.schedule import FAILING_FOR, next_attempt
from leads.models import Lead, LeadEvent

log = logging.getLogger(__name__)


def send(destination, delivery, *, clock):
    """Try a due delivery of a destination that is ours by lease, and record what became of it."""
    began, started = clock(), time.monotonic()
    outcome = _try(destination, delivery, began)
    took = round((time.monotonic() - started) * 1000)
    if outcome is NOT_NEEDED:
        _finish(delivery, state=State.DROPPED, next_at=None)
    elif isinstance(outcome, Postponed):
        _finish(delivery, next_at=outcome.until)
    else:
        _record(destination, delivery, outcome, began, took, now=clock())


def _try(destination, delivery, now):
    try:
        if isinstance(destination, Webhook):
            body = _body(delivery)
            _lend_connection()
            return webhook_channel.send(destination, delivery.pk, body, now)
        return rules.notify(delivery, now)
    except Exception:
        # A bug of ours. It goes the way of all failures, to the dead letters, instead of round and round.
        log.exception("Delivery %s could not be made.", delivery.pk)
        return Outcome(False, error="internal")


def _body(delivery):
    """The bytes to send: what was stored when the event was told, or, once its lead is gone, what may still be said."""
    if delivery.event_id is None:
        return text_of(test_message(delivery)).encode()
    stored = Body.objects.of(delivery.dealership_id).filter(event_id=delivery.event_id).first()
    if stored:
        return stored.text.encode()
    event = LeadEvent.objects.of(delivery.dealership_id).get(pk=delivery.event_id)
    lead = lead_rows(delivery.dealership_id, [event.lead_id]).get(event.lead_id)
    return text_of(message(event, lead)).encode()


def _lend_connection():
    """Give PostgreSQL's connection back to the pool: the other side may take its time."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        connection.close()


def _record(destination, delivery, outcome, began, took, *, now):
    attempts = delivery.attempts + 1
    next_at = None if outcome.ok or outcome.gone else next_attempt(attempts, now)
    state = State.DELIVERED if outcome.ok else State.PENDING if next_at else State.DEAD
    with transaction.atomic():
        _lock(destination)
        told = _finish(
            delivery,
            state=state,
            attempts=attempts,
            next_at=next_at,
            last_at=began,
            last_status=outcome.status,
            last_error=outcome.error,
        )
        if not told:
            return  # another worker, which took over when our lease had ended, was faster
        _note_attempt(delivery, outcome, began, took)
        off = _note_health(destination, outcome, now)
        if off:
            _switch_off(destination, off, now)
    if state == State.DEAD:
        log.warning("Delivery %s of %s %s is a dead letter.", delivery.pk, destination._meta.model_name, destination.pk)
    if off:
        log.warning("Webhook %s was switched off: %s.", destination.pk, off.label)
        tell_managers(destination)


def _lock(destination):
    """Before its delivery and the lead, as all do who change a destination."""
    same = type(destination).objects.of(destination.dealership_id).filter(pk=destination.pk)
    same.select_for_update(no_key=True).values_list("pk").first()


def _finish(delivery, **facts):
    """Write the facts, unless somebody else has recorded this attempt meanwhile."""
    mine = Delivery.objects.of(delivery.dealership_id).filter(
        pk=delivery.pk, state=State.PENDING, attempts=delivery.attempts
    )
    return mine.update(**facts) == 1


def _note_attempt(delivery, outcome, at, took):
    # Locked, so that what was answered about a lead is not stored after the lead was deleted.
    leads = Lead.objects.of(delivery.dealership_id).filter(pk=delivery.lead_id).select_for_update(no_key=True)
    is_there = delivery.lead_id is not None and bool(leads.values_list("pk").first())
    Attempt.objects.create(
        dealership_id=delivery.dealership_id,
        delivery=delivery,
        lead_id=delivery.lead_id if is_there else None,
        at=at,
        status=outcome.status,
        error=outcome.error,
        milliseconds=took,
        answer=outcome.answer if is_there or delivery.lead_id is None else "",
    )


def _note_health(destination, outcome, now):
    """Since when it fails; why it is to be switched off, or None."""
    same = type(destination).objects.of(destination.dealership_id).filter(pk=destination.pk)
    if outcome.ok:
        if destination.failing_since:
            same.update(failing_since=None)
            destination.failing_since = None
        return None
    if destination.failing_since is None:
        same.update(failing_since=now)
        destination.failing_since = now
    if not isinstance(destination, Webhook):
        return None
    if outcome.gone:
        return SwitchedOff.GONE
    return SwitchedOff.FAILING if now - destination.failing_since >= FAILING_FOR else None


def _switch_off(webhook, why, now):
    """What waited for it becomes dead letters: seen, and sent again by whoever mends it."""
    webhook.is_on, webhook.switched_off_at, webhook.switched_off_why = False, now, why
    Webhook.objects.of(webhook.dealership_id).filter(pk=webhook.pk).update(
        is_on=False, switched_off_at=now, switched_off_why=why
    )
    waiting = Delivery.objects.of(webhook.dealership_id).filter(webhook=webhook, state=State.PENDING)
    waiting.update(state=State.DEAD, next_at=None, last_error="switched_off")
