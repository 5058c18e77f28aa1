"""A lead's history in words, for staff: who, when in the dealership's time zone, and what."""

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from leads.conflicts import made_room
from leads.fields import FIELDS, Keeps
from leads.models import EventKind, Lead, LeadEvent, Status
from leads.serializers import HistoryEntry
from steerleads.dealers.actors import ActorType, shown_name

LABELS = {field.name: Lead._meta.get_field(field.column).verbose_name for field in FIELDS}
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
            _change(name, change) for name, change in event["changes"].items() if _is_worth_telling(name, change)
        ],
    }


def _is_worth_telling(name, change):
    """Not that a new lead is not archived, nor what a tombstone keeps for programs."""
    return name in LABELS and not (name == "archived" and change["from"] is None)


def _change(name, change):
    return {
        "label": LABELS[name],
        "told": name not in ONLY_THAT,
        "was": _shown(name, change["from"]),
        "now": _shown(name, change["to"]),
    }


def _shown(name, value):
    if value is None:
        return ""
    if name == "status":
        return Status(value).label
    if name == "archived":
        return _("yes") if value else _("no")
    return value
