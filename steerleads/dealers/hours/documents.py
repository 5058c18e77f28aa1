"""A dealership's hours as one JSON object, which `opening_hours` prints and takes (contract A24)."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction

from steerleads.dealers.actors import Actor
from steerleads.dealers.hours.actions import set_hours, set_special_days, set_week
from steerleads.dealers.hours.calendar import hours_of
from steerleads.dealers.hours.cleaning import (
    clean_day,
    clean_each,
    clean_seconds,
    clean_special_day,
    clean_week,
    unknown_keys,
)
from steerleads.dealers.hours.errors import MOST_SPECIAL_DAYS, SAME_RANGE, TooManySpecialDays
from steerleads.dealers.hours.schedule import FIRST_DAY, USUAL_WEEK, WEEKDAYS, WeekHours
from steerleads.dealers.models import Dealership

SECONDS = {"targetSeconds": "target_seconds", "staleSeconds": "stale_seconds"}  # {key: field of Hours}
KEYS = ("validFrom", "week", "specialDays", *SECONDS)


class Opening(NamedTuple):
    """What a document sets; None is left as it is."""

    valid_from: date | None
    week: WeekHours | None
    special_days: list[dict[str, Any]] | None
    seconds: dict[str, int]


def document(dealership: Dealership, day: date) -> dict[str, Any]:
    """With the week that is in force on that date, and all special days."""
    week = dealership.opening_weeks.filter(valid_from__lte=day).order_by("valid_from").last()
    hours = hours_of(dealership)
    return {
        "validFrom": str(week.valid_from if week else FIRST_DAY),
        "week": {day: week.week[day] for day in WEEKDAYS} if week else USUAL_WEEK,
        "specialDays": [_special_day(row) for row in dealership.special_days.order_by("first", "last")],
        **{key: getattr(hours, field) for key, field in SECONDS.items()},
    }


def read_document(text: str, valid_from: date | None = None) -> Opening:
    """What a JSON text says, made clean; `valid_from` counts more than its own. Raises ValidationError by key."""
    value = _parsed(text)
    if not isinstance(value, Mapping) or not value:
        raise ValidationError(f"It must be a JSON object of {', '.join(KEYS)}.")
    errors = unknown_keys(value, KEYS)
    if "week" in value and valid_from is None and "validFrom" not in value:
        errors["validFrom"] = "It must say from which date on the week holds."
    if "validFrom" in value and "week" not in value:
        errors["week"] = "It must say which hours hold from that date on."
    rules = {"validFrom": clean_day, "week": clean_week, "specialDays": _clean_special_days}
    rules |= dict.fromkeys(SECONDS, clean_seconds)
    cleaned = clean_each({key: (rules[key], value[key]) for key in KEYS if key in value}, errors)
    seconds = {field: cleaned[key] for key, field in SECONDS.items() if key in cleaned}
    return Opening(valid_from or cleaned.get("validFrom"), cleaned.get("week"), cleaned.get("specialDays"), seconds)


@transaction.atomic
def set_opening(dealership: Dealership, opening: Opening, *, actor: Actor | None = None) -> None:
    """All of it or nothing."""
    if opening.week is not None and opening.valid_from is not None:
        set_week(dealership, opening.valid_from, opening.week, actor=actor)
    if opening.special_days is not None:
        set_special_days(dealership, opening.special_days, actor=actor)
    set_hours(dealership, opening.seconds, actor=actor)


def _parsed(text):
    try:
        return json.loads(text, object_pairs_hook=_each_key_once)
    except (ValueError, RecursionError) as error:
        raise ValidationError(f"It is no JSON: {error}.") from None


def _each_key_once(pairs):
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError("a key stands there twice")
    return found


def _clean_special_days(value):
    if not isinstance(value, list):
        raise ValidationError("It must be a list of special days.")
    if len(value) > MOST_SPECIAL_DAYS:
        raise ValidationError(str(TooManySpecialDays()))
    days = clean_each({f"[{number}]": (clean_special_day, each) for number, each in enumerate(value)})
    there = Counter((day["first"], day["last"]) for day in days.values())
    twice = {place: str(SAME_RANGE) for place, day in days.items() if there[day["first"], day["last"]] > 1}
    if twice:
        raise ValidationError(twice)
    return list(days.values())


def _special_day(row):
    return {"name": row.name, "from": str(row.first), "to": str(row.last), "hours": row.hours}
