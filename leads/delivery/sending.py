"""Sends one delivery and writes down how that went."""

import logging
import time
from contextlib import contextmanager
from threading import Lock

from django.db import connection, transaction

from leads.delivery import rules
from leads.delivery.actions import note
from leads.delivery.bodies import lead_rows, message, test_message, text_of
from leads.delivery.channels import lend_connection
from leads.delivery.channels import webhook as webhook_channel
from leads.delivery.models import UNHARMED, Attempt, Body, Delivery, State, SwitchedOff, Webhook
from leads.delivery.notices import tell_managers
from leads.delivery.outcomes import NOT_NEEDED, Outcome, Postponed
from leads.delivery.pauses import MOST_REFUSALS, pause_end
from leads.delivery.schedule import FAILING_FOR, next_attempt
from leads.models import Lead, LeadEvent
from steerleads.api.errors import DATABASE_ERRORS
from steerleads.dealers.actors import Actor
from steerleads.dealers.audit_kinds import AuditKind

BUG = Outcome(False, error="internal")

_turn_to_record = Lock()

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
        _record_somehow(destination, delivery, outcome, began, took, now=clock())


def _try(destination, delivery, now):
    try:
        if isinstance(destination, Webhook):
            body = _body(delivery)
            lend_connection()
            return webhook_channel.send(destination, delivery.pk, body, now)
        return rules.notify(delivery, now)
    except DATABASE_ERRORS:
        raise  # nothing was sent: the other side has not failed
    except Exception:
        # A bug of ours. It goes the way of all failures, to the dead letters, instead of round and round.
        log.exception("Delivery %s could not be made.", delivery.pk)
        return BUG


def _body(delivery):
    """The bytes to send: what was stored when the event was told, or what can be said of it now."""
    if delivery.event_id is None:
        return text_of(test_message(delivery)).encode()
    stored = Body.objects.of(delivery.dealership_id).filter(event_id=delivery.event_id).first()
    return (stored.text if stored else _made_anew(delivery)).encode()


def _made_anew(delivery):
    """What is sent again long after the event, or of a lead that is gone. The former is kept for the retries."""
    leads = Lead.objects.of(delivery.dealership_id).filter(pk=delivery.lead_id)
    if not leads.exists():
        return _text_now(delivery)
    with transaction.atomic():
        # Locked, so that the lead is not deleted between being read and its words being stored.
        if not leads.select_for_update(no_key=True).values_list("pk").first():
            return _text_now(delivery)
        told = {"dealership_id": delivery.dealership_id, "event_id": delivery.event_id}
        words = {"lead_id": delivery.lead_id, "text": _text_now(delivery)}
        return Body.objects.get_or_create(**told, defaults=words)[0].text


def _text_now(delivery):
    event = LeadEvent.objects.of(delivery.dealership_id).get(pk=delivery.event_id)
    lead = lead_rows(delivery.dealership_id, [event.lead_id]).get(event.lead_id)
    return text_of(message(event, lead))


def _record_somehow(destination, delivery, outcome, began, took, *, now):
    try:
        _record(destination, delivery, outcome, began, took, now=now)
    except DATABASE_ERRORS:
        raise
    except Exception:  # something in the outcome that cannot be stored: left so, it would be sent for ever
        log.exception("The outcome of delivery %s could not be recorded.", delivery.pk)
        _record(destination, delivery, BUG, began, took, now=now)


def _record(destination, delivery, outcome, began, took, *, now):
    off = None
    with _recording():
        current = _locked(destination)
        is_same = _is_same(current, destination)
        pause = pause_end(outcome, current, now) if is_same and not outcome.ok else None
        attempts, next_at = _what_next(delivery, outcome, pause, now, is_same=is_same)
        state = State.DELIVERED if outcome.ok else State.PENDING if next_at else State.DEAD
        told = _finish(
            delivery,
            state=state,
            attempts=attempts,
            next_at=next_at,
            last_at=began,
            last_status=outcome.status,
            last_error=outcome.error,
            reached=sorted({*delivery.reached, *outcome.reached}),
        )
        if not told:
            return  # another worker, which took over when our lease had ended, was faster
        _note_attempt(delivery, outcome, began, took)
        if is_same:
            _note_health(current, outcome, pause, now)
            off = _why_off(current, outcome, now)
        if off:
            _switch_off(current, off, now)
    if state == State.DEAD:
        log.warning("Delivery %s of %s %s is a dead letter.", delivery.pk, destination._meta.model_name, destination.pk)
    elif outcome.ok and outcome.error:
        log.warning(
            "Delivery %s of %s %s: %s.", delivery.pk, destination._meta.model_name, destination.pk, outcome.error
        )
    if pause and not off:
        log.info("%s %s is left alone until %s.", destination._meta.model_name.title(), destination.pk, pause)
    if off:
        log.warning("Webhook %s was switched off: %s.", destination.pk, off.value)
        tell_managers(current)


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
    rows = type(destination).objects.of(destination.dealership_id).filter(pk=destination.pk)
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


def _why_off(destination, outcome, now):
    """Why it is to be switched off, or None."""
    if outcome.ok or not isinstance(destination, Webhook):
        return None
    if outcome.gone:
        return SwitchedOff.GONE
    return SwitchedOff.FAILING if now - destination.failing_since >= FAILING_FOR else None


def _switch_off(webhook, why, now):
    """What waited for it becomes dead letters: seen, and sent again by whoever mends it."""
    webhook.is_on, webhook.switched_off_at, webhook.switched_off_why, webhook.owes_notice = False, now, why, True
    webhook.save(update_fields=["is_on", "switched_off_at", "switched_off_why", "owes_notice"])
    waiting = Delivery.objects.of(webhook.dealership_id).filter(webhook=webhook, state=State.PENDING)
    waiting.update(state=State.DEAD, next_at=None, last_error="switched_off")
    note(AuditKind.WEBHOOK_SWITCHED_OFF, webhook, Actor.of_command("deliver"), why=why)
