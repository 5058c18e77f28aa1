"""The period that a figure is of (contract A3): local dates, asked for or assumed, and where their days begin."""

import re
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from functools import cached_property, lru_cache

from steerleads.api.parameters import Parameters
from steerleads.db.text import shown
from steerleads.dealers.hours.days import end_of, first_second

MOST_DAYS = 3660
USUAL_DAYS = 30
DAY = timedelta(days=1)
# Ten years before or behind any of these is a date, too.
EARLIEST, LATEST = date(1000, 1, 1), date(8999, 12, 31)
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
RANGE = re.compile(r"(.{10})\.\.(.{10})", re.DOTALL)


@dataclass(frozen=True)
class Period:
    """Local dates of a dealership, both included."""

    first: date
    last: date
    tz: tzinfo

    @property
    def dates(self) -> dict[str, str]:
        """As answers have it."""
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @cached_property
    def begin(self) -> int:
        """Its first UTC second."""
        return first_second(self.first, self.tz)

    @cached_property
    def end(self) -> int:
        """The first UTC second after it."""
        return end_of(self.last, self.tz)

    def before(self) -> "Period":
        """As many days just before it."""
        return Period(self.first - self.days * DAY, self.first - DAY, self.tz)

    def cut(self, interval: str) -> tuple["Period", ...]:
        """It in days, ISO weeks or months: those that it cuts are cut."""
        return _cut(self, interval)


@lru_cache(maxsize=16)
def _cut(period: Period, interval: str) -> tuple[Period, ...]:
    found, first = [], period.first
    while first <= period.last:
        last = min(LAST_OF[interval](first), period.last)
        found.append(Period(first, last, period.tz))
        first = last + DAY
    return tuple(found)


def _last_of_month(day: date) -> date:
    return (day.replace(day=1) + 31 * DAY).replace(day=1) - DAY


LAST_OF = {
    "day": lambda day: day,
    "week": lambda day: day + (7 - day.isoweekday()) * DAY,
    "month": _last_of_month,
}


# --- As it is asked for --------------------------------------------------------------------------


def asked_period(parameters: Parameters, today: date, tz: tzinfo) -> Period:
    """That of `from` and `to`. What is wrong is noted in `parameters`; some period comes back all the same."""
    wrong = len(parameters.wrong)
    first, last = _date(parameters, "from"), _date(parameters, "to")
    last = last or today
    first = first or (last - (USUAL_DAYS - 1) * DAY if "from" not in parameters else last)
    if len(parameters.wrong) == wrong:
        _check(parameters, "from", first, last)
    return Period(first, last, tz)


def asked_comparison(parameters: Parameters, period: Period) -> Period | None:
    """The period that `compare` names, if it does; what is wrong is noted."""
    text = parameters.get("compare")
    if text is None:
        return None
    if text == "previous":
        return period.before()
    ends = RANGE.fullmatch(text)
    first, last = (_parsed(part) for part in ends.groups()) if ends else (None, None)
    if first is None or last is None:
        wrong = f"“{shown(text)}” must be “previous”, or two dates like 2026-10-01..2026-10-31."
        parameters.refuse("compare", wrong)
        return None
    _check(parameters, "compare", first, last)
    return Period(first, last, period.tz)


def _date(parameters: Parameters, name: str) -> date | None:
    text = parameters.get(name)
    day = text and _parsed(text)
    if text and not day:
        wrong = f"“{shown(text)}” is not a date like 2026-11-30, from {EARLIEST} to {LATEST}."
        parameters.refuse(name, wrong)
    return day or None


def _parsed(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if DATE.fullmatch(text) else None
    except ValueError:
        return None
    return day if day and EARLIEST <= day <= LATEST else None


def _check(parameters: Parameters, name: str, first: date, last: date) -> None:
    if first > last:
        parameters.refuse(name, f"The period would begin on {first} and end on {last}, before it begins.")
    elif (days := (last - first).days + 1) > MOST_DAYS:
        parameters.refuse(name, f"The period may have {MOST_DAYS} days at most. This one has {days}.")
