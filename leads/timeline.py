"""A lead's history in words, for staff: who, when in the dealership's time zone, and what."""

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.conflicts import made_room
from leads.fields import FIELDS, Keeps
from leads.models import EventKind, Lead, LeadEvent, Status
from leads.serializers import HistoryEntry
from steerleads.dealers.actors import ActorType, shown_name

LABELS = {field.name: Lead._meta.get_field(field.column).verbose_name for field in FIELDS} | {
    "assignee": gettext_lazy("assigned to"),
    "dueAt": gettext_lazy("due"),
    "dueOn": gettext_lazy("due"),
    "nextStep": gettext_lazy("next step"),
    "via": gettext_lazy("contact by"),
    "outcome": gettext_lazy("outcome"),
}
WORDS = {
    **{status.value: status.label for status in Status},
    "call": gettext_lazy("phone call"),
    "whatsapp": "WhatsApp",
    "email": gettext_lazy("e-mail"),
    "visit": gettext_lazy("visit"),
    "other": gettext_lazy("another way"),
    "reached": gettext_lazy("reached"),
    "no_answer": gettext_lazy("no answer"),
}
ONLY_THAT = {field.name for field in FIELDS if field.keeps is Keeps.CHANGE}


def events_of(lead):
    """The rows of a lead's history, newest first, for `lines`."""
    events = LeadEvent.objects.of(lead.dealership_id).filter(lead_id=lead.pk).order_by("-at", "-id")
    return events.annotate(made_room=made_room()).values_list(*HistoryEntry.columns, "made_room")


def lines(rows, tz):
    """[{at, who, kind, changes: [{label, was, now, told}]}] of `events_of` a lead."""
    return [_line(HistoryEntry.render(row), tz, made_room) for *row, made_room in rows]


def _line(event, tz, made_room):
    return {
        "at": localtime(event["at"], tz),
        "who": shown_name(event["actor"]["name"]),
        "door": ActorType(event["actor"]["type"]).label,
        "kind": _("made room for another lead") if made_room else EventKind(event["kind"]).label,
        "changes": [
            _change(name, change, tz) for name, change in event["changes"].items() if _is_worth_telling(name, change)
        ],
    }


def _is_worth_telling(name, change):
    """Not that a new lead is not archived, nor what a tombstone keeps for programs."""
    return name in LABELS and not (name == "archived" and change["from"] is None)


def _change(name, change, tz):
    return {
        "label": LABELS[name],
        "told": name not in ONLY_THAT,
        "was": _shown(name, change["from"], tz),
        "now": _shown(name, change["to"], tz),
    }


def _shown(name, value, tz):
    if value is None:
        return ""
    if name in ("status", "via", "outcome"):
        return str(WORDS[value])
    if name == "archived":
        return _("yes") if value else _("no")
    if name == "dueAt":
        return date_format(localtime(datetime.fromisoformat(value), tz), "SHORT_DATETIME_FORMAT")
    if name == "dueOn":
        return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
    return shown_name(value) if name == "assignee" else value
