"""What people give for hours, made clean: times of a day, a week, special days. Raises ValidationError with all that is wrong."""

import re
from collections.abc import Collection, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from rest_framework import serializers

from steerleads.api.serializers import TextField
from steerleads.db.text import shown
from steerleads.dealers.hours.schedule import FIRST_DAY, LAST_DAY, WEEKDAYS, minutes_of

CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
CLOSING = re.compile(rf"{CLOCK.pattern}|24:00", re.ASCII)
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
MOST_A_DAY = 6
LONGEST_NAME = 100
LONGEST_SECONDS = 366 * 86_400


def clean_hours(value: Any) -> list[list[str]]:
    """The intervals of a day, sorted: [["09:00", "12:30"], …]. Closing at `24:00` is the end of the day.

    What forms, too, may be told of is translated; the rest is for operators.
    """
    if not isinstance(value, list):
        raise ValidationError('It must be a list of intervals, like [["09:00", "12:30"], ["14:00", "19:00"]].')
    if len(value) > MOST_A_DAY:
        raise ValidationError(f"A day has at most {MOST_A_DAY} intervals.")
    _raise_all(message for interval in value for message in _wrong_interval(interval))
    hours = sorted([opens, closes] for opens, closes in value)
    _raise_all(_overlap(before, after) for before, after in pairwise(hours) if after[0] < before[1])
    return hours


def clean_day(value: Any) -> date:
    """A date from `2026-01-31` or a date, between FIRST_DAY and LAST_DAY."""
    day = value if isinstance(value, date) else _date(value)
    if day is None:
        raise ValidationError(f"“{_quoted(value)}” is not a date. One is 2026-01-31.")
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValidationError(_("It must be from %(first)s to %(last)s.") % {"first": FIRST_DAY, "last": LAST_DAY})
    return day


def clean_name(value: Any) -> str:
    """As the API would take it."""
    try:
        return TextField(max_length=LONGEST_NAME).run_validation(value)
    except serializers.ValidationError as error:
        raise ValidationError([str(each) for each in error.detail]) from None


def clean_seconds(value: Any) -> int:
    if type(value) is not int or not 1 <= value <= LONGEST_SECONDS:
        raise ValidationError(f"It must be a whole number of seconds, from 1 to {LONGEST_SECONDS}.")
    return value


def clean_week(value: Any) -> dict[str, list[list[str]]]:
    """{weekday: its intervals}, of all seven; one that is not named is closed. Errors are by weekday."""
    if not isinstance(value, Mapping):
        raise ValidationError(f"It must be an object of {', '.join(WEEKDAYS)}.")
    rules = {day: (clean_hours, value.get(day, [])) for day in WEEKDAYS}
    days = clean_each(rules, unknown_keys(value, WEEKDAYS))
    if not any(days.values()):
        raise ValidationError(_("It must be open at some time of the week."))
    return days


def clean_special_day(value: Any) -> dict[str, Any]:
    """{name, first, last, hours} of an object of name, from, to and hours. Errors are by these keys."""
    if not isinstance(value, Mapping):
        raise ValidationError("It must be an object of name, from, to and hours.")
    rules = {"name": clean_name, "from": clean_day, "to": clean_day, "hours": clean_hours}
    given = {"to": value.get("from"), **value}
    fields = clean_each({key: (rule, given.get(key)) for key, rule in rules.items()}, unknown_keys(value, rules))
    if fields["to"] < fields["from"]:
        raise ValidationError({"to": _("The last day comes before the first.")})
    return {"name": fields["name"], "first": fields["from"], "last": fields["to"], "hours": fields["hours"]}


def clean_each(values: Mapping[str, tuple[Any, Any]], errors: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """{key: what its rule made of its value}, of {key: (rule, value)}. Raises all errors, with those given.

    Errors are by key; those within a value by the way to them, like `week.monday`.
    """
    found: dict[str, Any] = dict(errors or {})
    cleaned = {}
    for key, (rule, value) in values.items():
        try:
            cleaned[key] = rule(value)
        except ValidationError as error:
            found |= _under(key, error)
    if found:
        raise ValidationError(found)
    return cleaned


def unknown_keys(value: Mapping[str, Any], known: Collection[str]) -> dict[str, str]:
    words = f"There is no such key here. There are: {', '.join(known)}."
    return {_quoted(key): words for key in value if key not in known}


def _under(key, error):
    if not hasattr(error, "error_dict"):
        return {key: error.messages}
    return {f"{key}{'' if inner[:1] == '[' else '.'}{inner}": words for inner, words in error.message_dict.items()}


def _wrong_interval(interval):
    if not isinstance(interval, list | tuple) or len(interval) != 2:
        return ['An interval is two times, like ["09:00", "12:30"].']
    opens, closes = interval
    judged = ((opens, CLOCK), (closes, CLOSING))
    wrong = [_not_a_time(clock) for clock, form in judged if not isinstance(clock, str) or not form.fullmatch(clock)]
    if not wrong and minutes_of(closes) <= minutes_of(opens):
        wrong = [_("%(closes)s is not after %(opens)s, on the same day.") % {"opens": opens, "closes": closes}]
    return wrong


def _not_a_time(clock):
    return f"“{_quoted(clock)}” is not a time. One is 09:30; the end of a day is 24:00."


def _overlap(before, after):
    return _("%(one)s and %(other)s overlap.") % {"one": "–".join(before), "other": "–".join(after)}


def _raise_all(messages):
    if messages := list(messages):
        raise ValidationError(messages)


def _date(value):
    try:
        return date.fromisoformat(value) if isinstance(value, str) and DATE.fullmatch(value) else None
    except ValueError:
        return None


def _quoted(value):
    return shown(value, 40) if isinstance(value, str | int | float | None) else "…"
