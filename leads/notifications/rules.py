"""What a rule says: its fields made clean, whether it tells of an event, and when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leads.models import EventKind, LeadEvent, Status
from leads.notifications.channels import all_channels
from leads.notifications.models import Rule, Trigger
from steerleads.db.text import forbidden_character, normalise
from steerleads.dealers.actors import ActorType
from steerleads.dealers.hours.calendar import Calendar

MOST_HOURS = 1000
# {trigger: (the kinds of event that may be it, the status that the lead gets by it)}
TRIGGERS = {
    Trigger.CREATED: ({EventKind.CREATED}, None),
    Trigger.COMPLETED: ({EventKind.CHANGED}, Status.COMPLETED),
    Trigger.NOT_NEEDED: ({EventKind.CHANGED}, Status.NOT_NEEDED),
    Trigger.STAYS_NEW: ({EventKind.CREATED, EventKind.CHANGED}, Status.NEW),
}


def tells_of(rule: Rule, event: LeadEvent) -> bool:
    kinds, status = TRIGGERS[rule.trigger]
    became = event.changes.get("status") or {}
    if event.actor_type == ActorType.IMPORT:
        return False  # somebody brought a file of them, and knows
    return event.kind in kinds and status in (None, became.get("to"))


def first_due(rule: Rule, at: datetime, calendar: Calendar) -> datetime:
    """When to tell of what happened at that time: at once, or when the lead has been New for long enough."""
    return calendar.after_business_hours(at, rule.hours) if rule.trigger == Trigger.STAYS_NEW else at


# --- Its fields ----------------------------------------------------------------------------------


def clean_rule(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a Rule (trigger, hours, channel, to) as they are to be kept. Raises ValidationError by field."""
    errors, cleaned = {}, dict(fields)
    for name, clean in (("hours", _clean_hours), ("channel", _clean_channel), ("to", _clean_to)):
        try:
            cleaned[name] = clean(fields)
        except ValidationError as error:
            errors[name] = error
    if errors:
        raise ValidationError(errors)
    return cleaned


def _clean_hours(fields):
    if fields["trigger"] != Trigger.STAYS_NEW:
        return None
    hours = fields.get("hours")
    if hours is None or not 1 <= hours <= MOST_HOURS:
        raise ValidationError(_("Say how many hours: from 1 to %(most)s.") % {"most": MOST_HOURS})
    return hours


def _clean_channel(fields):
    channel = fields["channel"]
    if channel not in all_channels():
        raise ValidationError(_("There is no such channel in the settings."))
    return channel


def _clean_to(fields):
    channel, to = all_channels().get(fields["channel"]), normalise(fields.get("to") or "")
    if character := forbidden_character(to, multiline=True):
        words = _("This field contains the character {character}, which is not allowed.")
        raise ValidationError(words.format(character=f"U+{ord(character):04X}"))
    return channel.clean_to(to) if channel else ""
