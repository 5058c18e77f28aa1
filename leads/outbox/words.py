"""What staff read of destinations and deliveries: states, events and errors in words."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.models import EventKind
from leads.outbox.models import Delivery, Destination
from leads.outbox.pauses import paused_until
from leads.outbox.senders import all_senders

# What may go wrong with any delivery; senders add their own.
ERRORS = {
    "timeout": gettext_lazy("no answer in time"),
    "internal": gettext_lazy("an error on our side; the log has it"),
}


def state_of(destination: Destination) -> str:
    """Whether a Destination is on, since when it fails, until when it is left alone, or why it was switched off."""
    if destination.is_on:
        return _state_of_one_that_is_on(destination)
    if destination.switched_off_why:
        why, at = destination.get_switched_off_why_display(), _time(destination.switched_off_at)
        return _("switched off on %(time)s: %(why)s") % {"time": at, "why": why}
    return _("off")


def _state_of_one_that_is_on(destination):
    failing, paused = destination.failing_since, paused_until(destination, timezone.now())
    if failing and paused:
        return _("failing since %(time)s; nothing is sent until %(until)s, as it cannot take anything now") % {
            "time": _time(failing),
            "until": _time(paused),
        }
    return _("failing since %(time)s") % {"time": _time(failing)} if failing else _("on")


def event_of(delivery: Delivery) -> str:
    return str(EventKind(delivery.kind).label) if delivery.kind in EventKind.values else _("test message")


def answer(status: int | None, error: str) -> str:
    """What came of an attempt: a status, an error in words, both, or nothing."""
    return ": ".join(str(part) for part in (status, errors().get(error, error)) if part)


def errors() -> dict[str, str]:
    """{short stable code: in words} of all that can go wrong."""
    return ERRORS | {code: text for sender in all_senders() for code, text in sender.errors.items()}


def line(delivery: Delivery) -> dict[str, Any]:
    """A delivery with its `lead_action` (None without a lead) and `due_at` as tables show it."""
    return {
        "at": delivery.created_at,
        "url": reverse("admin:delivery_delivery_change", args=[delivery.pk]),
        "state": delivery.get_state_display(),
        "tone": delivery.state,
        "event": event_of(delivery),
        "attempts": delivery.attempts,
        "answer": answer(delivery.last_status, delivery.last_error),
        "next_at": delivery.due_at,
        "lead": delivery.lead_action,
        "lead_url": delivery.lead_action and reverse("admin:leads_lead_change", args=[delivery.lead_id]),
    }


def _time(at):
    return date_format(localtime(at), "SHORT_DATETIME_FORMAT")
