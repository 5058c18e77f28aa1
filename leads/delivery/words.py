"""What staff read of destinations and deliveries: states, events and errors in words."""

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.delivery.pauses import paused_until
from leads.models import EventKind

ERRORS = {
    "refused_url": gettext_lazy("webhooks may not go to this URL"),
    "dns": gettext_lazy("the host name was not found"),
    "refused_address": gettext_lazy("the host is not at a public address"),
    "connect": gettext_lazy("no connection could be made"),
    "tls": gettext_lazy("no secure connection: look at the certificate"),
    "timeout": gettext_lazy("no answer in time"),
    "protocol": gettext_lazy("the connection broke, or the answer was not HTTP"),
    "internal": gettext_lazy("an error on our side; the log has it"),
    "switched_off": gettext_lazy("the webhook was switched off"),
    "no_mail": gettext_lazy("no mail server is configured"),
    "smtp": gettext_lazy("the mail server did not take it"),
    "some_refused": gettext_lazy("sent, but the mail server refused some of the recipients"),
    "no_channel": gettext_lazy("this channel is no longer configured"),
    "bad_channel": gettext_lazy("this channel is not configured properly"),
    "refused": gettext_lazy("the service did not take it"),
}


def state_of(destination):
    """Whether a Webhook or Rule is on, since when it fails, until when it is left alone, or why it was switched off."""
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


def event_of(delivery):
    return str(EventKind(delivery.kind).label) if delivery.kind in EventKind.values else _("test message")


def answer(status, error):
    """What came of an attempt: a status, an error in words, both, or nothing."""
    return ": ".join(str(part) for part in (status, ERRORS.get(error, error)) if part)


def line(delivery):
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
