"""Sends one delivery and writes down how that went."""

import logging
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import datetime
from threading import Lock

from django.db import connection, transaction

from leads.models import Lead
from leads.outbox.actions import switch_off
from leads.outbox.models import UNHARMED, Attempt, Delivery, Destination, State
from leads.outbox.outcomes import NotNeeded, Outcome, Postponed
from leads.outbox.pauses import MOST_REFUSALS, pause_end
from leads.outbox.schedule import FAILING_FOR, next_attempt
from leads.outbox.senders import sender_of
from steerleads.api.errors import DATABASE_ERRORS

BUG = Outcome(False, error="internal")

_turn_to_record = Lock()

log = logging.getLogger(__name__)


def send(destination: Destination, delivery: Delivery, *, clock: Callable[[], datetime]) -> None:
    """Try a due delivery of a destination that is ours by lease, and record what became of it."""
    began, started = clock(), time.monotonic()
    outcome = _try(destination, delivery, began)
    took = round((time.monotonic() - started) * 1000)
    if isinstance(outcome, NotNeeded):
        _finish(delivery, state=State.DROPPED, next_at=None)
    elif isinstance(outcome, Postponed):
        _finish(delivery, next_at=outcome.until)
    else:
        _record_somehow(destination, delivery, outcome, began, took, now=clock())


def _try(destination, delivery, now):
    try:
        return sender_of(destination).send(destination, delivery, now)
    except DATABASE_ERRORS:
        raise  # nothing was sent: the other side has not failed
    except Exception:
        # A bug of ours. It goes the way of all failures, to the dead letters, instead of round and round.
        log.exception("Delivery %s could not be made.", delivery.pk)
        return BUG


def _record_somehow(destination, delivery, outcome, began, took, *, now):
    try:
        _record(destination, delivery, outcome, began, took, now=now)
    except DATABASE_ERRORS:
        raise
    except Exception:  # something in the outcome that cannot be stored: left so, it would be sent for ever
        log.exception("The outcome of delivery %s could not be recorded.", delivery.pk)
        _record(destination, delivery, BUG, began, took, now=now)


def _record(destination, delivery, outcome, began, took, *, now):
    sender, why_off = sender_of(destination), None
    with _recording():
        current = _locked(destination)
        is_same = _is_same(current, destination)
        pause = pause_end(outcome, current, now) if is_same and not outcome.ok else None
        attempts, next_at = _what_next(delivery, outcome, pause, now, is_same=is_same)
        state = State.DELIVERED if outcome.ok else State.PENDING if next_at else State.DEAD
        is_ours = _finish(
            delivery,
            state=state,
            attempts=attempts,
            next_at=next_at,
            last_at=began,
            last_status=outcome.status,
            last_error=outcome.error,
            delivered_to=sorted({*delivery.delivered_to, *outcome.delivered_to}),
        )
        if not is_ours:
            return  # another worker, which took over when our lease had ended, was faster
        _note_attempt(delivery, outcome, began, took)
        if is_same:
            _note_health(current, outcome, pause, now)
            why_off = None if outcome.ok else sender.why_off(current, outcome, now)
        if why_off:
            switch_off(current, why_off, now)
    if state == State.DEAD:
        log.warning("Delivery %s of %s %s is a dead letter.", delivery.pk, destination.type, destination.pk)
    elif outcome.ok and outcome.error:
        log.warning("Delivery %s of %s %s: %s.", delivery.pk, destination.type, destination.pk, outcome.error)
    if pause and not why_off:
        log.info("%s %s is left alone until %s.", destination.type.title(), destination.pk, pause)
    if why_off:
        log.warning("%s %s was switched off: %s.", destination.type.title(), destination.pk, why_off.value)
        sender.after_switched_off(current)


def _what_next(delivery, outcome, pause, now, *, is_same):
    """(how many attempts are spent by now, when the next one is or None)"""
    if pause and _is_put_off(delivery, outcome, now):
        return delivery.attempts, pause
    attempts = delivery.attempts + 1
    return attempts, _next_at(outcome, attempts, now, is_same=is_same)


def _is_put_off(delivery, outcome, now):
    """Whether it was asked to come later, which costs no attempt: but not for ever."""
    if outcome.later is None:
        return False
    tries = Attempt.objects.of(delivery.dealership_id).filter(delivery=delivery)
    return not tries.filter(at__lte=now - FAILING_FOR).exists()


def _next_at(outcome, attempts, now, *, is_same):
    if outcome.ok or (outcome.gone and is_same):
        return None
    # Changed meanwhile, the destination may be mended: that is tried at once, as what waited for it is.
    return next_attempt(attempts, now) if is_same else now


@contextmanager
def _recording():
    """A transaction. On SQLite, whose one turn to write nobody hands out fairly, others get as much of it as a worker
    takes to record: its threads do so one after the other, and rest for as long as it took.
    """
    if connection.vendor != "sqlite":
        with transaction.atomic():
            yield
        return
    with _turn_to_record:
        with transaction.atomic():
            began = time.monotonic()
            yield
        time.sleep(time.monotonic() - began)


def _locked(destination):
    """The destination as it is now, locked before its delivery and the lead, as all do who change one."""
    rows = Destination.objects.of(destination.dealership_id).filter(pk=destination.pk)
    return rows.select_for_update(no_key=True).first()


def _is_same(current, destination):
    """Whether what was answered is to be held against it: not if it has got another URL, or been switched, meanwhile."""
    return current is not None and current.is_on and current.version == destination.version


def _finish(delivery, **facts):
    """Write the facts, unless somebody else has recorded this attempt meanwhile."""
    mine = Delivery.objects.of(delivery.dealership_id).filter(
        pk=delivery.pk, state=State.PENDING, attempts=delivery.attempts, last_at=delivery.last_at
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


def _note_health(destination, outcome, pause, now):
    """Since when it fails, and until when it is to be left alone."""
    health = UNHARMED if outcome.ok else {"failing_since": min(destination.failing_since or now, now)}
    if pause:
        health = health | {"paused_until": pause, "refusals": min(destination.refusals + 1, MOST_REFUSALS)}
    changed = {name: value for name, value in health.items() if getattr(destination, name) != value}
    for name, value in changed.items():
        setattr(destination, name, value)
    if changed:
        destination.save(update_fields=changed)
