"""What a rule says: its fields made clean, whether it tells of an event, and when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leads.models import LeadEvent
from leads.notifications.channels import all_channels
from leads.notifications.models import Rule
from leads.notifications.triggers import OCCASIONS, occasion_of
from steerleads.db.text import forbidden_character, normalise
from steerleads.dealers.actors import ActorType
from steerleads.dealers.hours.calendar import Calendar

MOST_HOURS = 1000
MOST_MINUTES = 7 * 24 * 60


def tells_of(rule: Rule, event: LeadEvent) -> bool:
    if event.actor_type == ActorType.IMPORT:
        return False  # somebody brought a file of them, and knows
    return occasion_of(rule).tells_of(event)


def first_due(rule: Rule, event: LeadEvent, at: datetime, calendar: Calendar) -> datetime:
    """When to tell of what happened at that time, by the hours as they are now."""
    return occasion_of(rule).due(rule, event, at, calendar)


# --- Its fields ----------------------------------------------------------------------------------


def clean_rule(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a Rule (trigger, hours, minutes, channel, to) as they are to be kept. Raises ValidationError by field."""
    errors, cleaned = {}, dict(fields)
    for name, clean in CLEANERS.items():
        try:
            cleaned[name] = clean(fields)
        except ValidationError as error:
            errors[name] = error
    if errors:
        raise ValidationError(errors)
    return cleaned


def _clean_hours(fields):
    if not OCCASIONS[fields["trigger"]].hours:
        return None
    hours = fields.get("hours")
    if hours is None or not 1 <= hours <= MOST_HOURS:
        raise ValidationError(_("Say how many hours: from 1 to %(most)s.") % {"most": MOST_HOURS})
    return hours


def _clean_minutes(fields):
    if not OCCASIONS[fields["trigger"]].minutes:
        return None
    minutes = fields.get("minutes")
    if minutes is None or not 1 <= minutes <= MOST_MINUTES:
        raise ValidationError(_("Say how many minutes: from 1 to %(most)s.") % {"most": MOST_MINUTES})
    return minutes


def _clean_channel(fields):
    channel = all_channels().get(fields["channel"])
    if channel is None:
        raise ValidationError(_("There is no such channel in the settings."))
    if channel.triggers is not None and fields["trigger"] not in channel.triggers:
        raise ValidationError(_("This is done only when nobody has answered in time."))
    return channel.name


def _clean_to(fields):
    channel, to = all_channels().get(fields["channel"]), normalise(fields.get("to") or "")
    if character := forbidden_character(to, multiline=True):
        words = _("This field contains the character {character}, which is not allowed.")
        raise ValidationError(words.format(character=f"U+{ord(character):04X}"))
    return channel.clean_to(to) if channel else ""


CLEANERS = {"hours": _clean_hours, "minutes": _clean_minutes, "channel": _clean_channel, "to": _clean_to}
