"""Which times of a date are open: weeks that are dated, and special days over them. Pure; by the wall clock."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)
END_OF_DAY = 1440

# As they are kept and told: [["09:00", "12:30"], …] of a day, and {weekday: those}.
DayHours = Sequence[Sequence[str]]
WeekHours = Mapping[str, DayHours]
# The same in minutes since midnight: ((540, 750), …), sorted and apart.
Times = tuple[tuple[int, int], ...]

USUAL_WEEK = {day: [] if day == "sunday" else [["09:00", "19:00"]] for day in WEEKDAYS}


@dataclass(frozen=True)
class Week:
    """The times of Monday to Sunday, from a date until the next week's."""

    valid_from: date
    days: tuple[Times, ...]

    @classmethod
    def of(cls, valid_from: date, hours: WeekHours) -> "Week":
        return cls(valid_from, tuple(times_of(hours[day]) for day in WEEKDAYS))


@dataclass(frozen=True)
class Special:
    """The times of every date of a range, both ends counted, whatever the week says."""

    first: date
    last: date
    times: Times

    @classmethod
    def of(cls, first: date, last: date, hours: DayHours) -> "Special":
        return cls(first, last, times_of(hours))


class Schedule:
    """Before the first week, the usual one. Of special days on one date the shortest counts, then the last begun."""

    def __init__(self, weeks: Iterable[Week] = (), specials: Iterable[Special] = ()):
        self.weeks = sorted([Week.of(date.min, USUAL_WEEK), *weeks], key=lambda week: week.valid_from)
        self.specials = sorted(specials, key=_nearness)
        self._begins = [week.valid_from for week in self.weeks]

    def open_on(self, day: date) -> Times:
        special = next((special for special in self.specials if special.first <= day <= special.last), None)
        return special.times if special else self.week_on(day).days[day.weekday()]

    def week_on(self, day: date) -> Week:
        return self.weeks[bisect_right(self._begins, day) - 1]

    def within(self, first: date, last: date) -> "Schedule":
        """What matters between these dates: special days are looked through one by one."""
        return Schedule(self.weeks[1:], (each for each in self.specials if each.first <= last and first <= each.last))


def times_of(hours: DayHours) -> Times:
    return tuple((minutes_of(opens), minutes_of(closes)) for opens, closes in hours)


def minutes_of(clock: str) -> int:
    """Of `09:30` 570, of `24:00` 1440."""
    hour, minute = clock.split(":")
    return 60 * int(hour) + int(minute)


def _nearness(special):
    return special.last - special.first, -special.first.toordinal()
