"""The oracle's days and opening hours, minute by minute: slow, obvious, and none of the product's code.

Written from the contract's words (A3, A24). Instants are whole UTC seconds. Offsets of zones and opening times are whole
minutes, so that whatever holds of a minute's first second holds of all sixty.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import count
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
MINUTE = 60
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
USUAL_DAY = [["09:00", "19:00"]]
USUAL = {day: [] if day == "sunday" else USUAL_DAY for day in WEEKDAYS}


def seconds_of(text: str) -> int:
    """The whole UTC second of an instant as the API writes it."""
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())


def wall(second: int, zone: str) -> datetime:
    """What the clock on the wall shows."""
    return datetime.fromtimestamp(second, ZoneInfo(zone)).replace(tzinfo=None)


@cache
def first_second(day: date, zone: str) -> int:
    """When a day begins: the first instant whose wall clock shows its date.

    Reading: of a date that no clock ever shows (Apia left out 30 December 2011), when the next one begins: it is empty.
    """
    start = int(datetime.combine(day - DAY, time(9), UTC).timestamp())  # when it has begun nowhere
    return next(second for second in count(start, MINUTE) if wall(second, zone).date() >= day)


def day_of(second: int, zone: str) -> date:
    """The day that an instant belongs to: the last one that has begun.

    Reading: where clocks go back over midnight (St John's at 00:01), the second 23:30 belongs to the new day, which has
    begun already, though the wall shows the old date again.
    """
    day = wall(second, zone).date() + 2 * DAY
    while first_second(day, zone) > second:
        day -= DAY
    return day


def days_between(first: date, last: date) -> list[date]:
    return [first + number * DAY for number in range((last - first).days + 1)]


def shortest_and_latest(special):
    first, last = date.fromisoformat(special["from"]), date.fromisoformat(special["to"])
    return last - first, -first.toordinal()


class Openings:
    """Opening hours by weeks [(valid from, week)], the oldest first, and special days, which override them."""

    def __init__(self, zone, weeks=(), special_days=(), target=1800, stale=604800):
        self.zone, self.weeks, self.special_days = zone, weeks, special_days
        self.target, self.stale = target, stale
        self.minutes, self.counted = {}, {}  # what was found out once

    @classmethod
    def printed(cls, documents: list[dict], zone: str) -> "Openings":
        """From the objects that `manage.py opening_hours` prints for several dates, the oldest first."""
        weeks = [(hours["validFrom"], hours["week"]) for hours in documents if hours["validFrom"]]
        last = documents[-1]
        return cls(zone, weeks, last["specialDays"], last["targetSeconds"], last["staleSeconds"])

    def hours_of(self, day: date) -> list:
        """[[opens, closes], …] of a date, by the clock on the wall."""
        if specials := [
            special for special in self.special_days if special["from"] <= day.isoformat() <= special["to"]
        ]:
            # The shortest holds, and of those as long the one that begins last.
            return min(specials, key=shortest_and_latest)["hours"]
        week = USUAL
        for valid_from, hours in self.weeks:
            if valid_from <= day.isoformat():
                week = hours
        return week.get(WEEKDAYS[day.weekday()], [])

    def is_open(self, second: int) -> bool:
        """A second is open when the wall clock shows an open time of that date; of the end of one, it is not."""
        minute = second - second % MINUTE
        if minute not in self.minutes:
            shown = wall(minute, self.zone)
            clock = f"{shown:%H:%M}"
            self.minutes[minute] = any(opens <= clock < closes for opens, closes in self.hours_of(shown.date()))
        return self.minutes[minute]

    def seconds_between(self, start: int, end: int) -> int:
        """How many seconds of [start, end) are open."""
        if (start, end) not in self.counted:
            minutes = [minute for minute in range(start - start % MINUTE, end, MINUTE) if self.is_open(minute)]
            self.counted[start, end] = sum(min(minute + MINUTE, end) - max(minute, start) for minute in minutes)
        return self.counted[start, end]
