"""When a dealership works and when it wants quiet: pure functions over its Hours and its time zone.

Clocks that are put forward or back (Morocco does so around Ramadan) are exact: hours are counted as they pass.
"""

import json
from collections.abc import Set
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from hashlib import sha256

from django.conf import settings

from steerleads.dealers.hours.models import Hours
from steerleads.dealers.hours.open_times import OpenTimes
from steerleads.dealers.models import Dealership

EVERY_DAY = frozenset(range(1, 8))
# Hours that never add up, a minute a week say, are waited for no longer than this.
MOST_DAYS = 3660
DAY = timedelta(days=1)


NIGHT_AND_DAY = ((0, 1440),)
LENGTH = 2**23  # of a stretch, in seconds: 97 days
HORIZON = MOST_DAYS * 86_400


class Calendar:
    """When a dealership is open, in whole UTC seconds. Nothing is open before 1970.

    Counted a stretch at a time, and only where it is asked for.
    """

    def __init__(self, hours: Hours, tz: tzinfo):
        self.tz = tz
        self.target_seconds = 1800
        self.stale_seconds = 604_800
        self._week = [_open_minutes(hours, weekday) for weekday in range(1, 8)]
        self._stretches: dict[int, OpenTimes] = {}

    @classmethod
    def of(cls, dealership: Dealership) -> "Calendar":
        return cls(hours_of(dealership), dealership.tz)

    def open_on(self, day: date) -> tuple[tuple[int, int], ...]:
        """[(opens, closes), …] in minutes since midnight by the wall clock; 1440 is the end of the day."""
        return self._week[day.weekday()]

    def seconds_between(self, start: int, end: int) -> int:
        """How many seconds of the half-open [start, end) are open."""
        start, end = max(start, 0), max(end, 0)
        if start >= end:
            return 0
        first, last = start // LENGTH, end // LENGTH
        whole = sum(self._stretch(number).total for number in range(first, last))
        return whole + self._stretch(last).until(end) - self._stretch(first).until(start)

    def after(self, start: int, seconds: int) -> int | None:
        """The first UTC second at which so many open seconds have passed since `start`; None if ten years do not."""
        if seconds <= 0:
            return start
        start = max(start, 0)
        number, last = start // LENGTH, (start + HORIZON) // LENGTH
        wanted = seconds - 1 + self._stretch(number).until(start)
        while wanted >= self._stretch(number).total:
            wanted -= self._stretch(number).total
            number += 1
            if number > last:
                return None
        found = self._stretch(number).nth(wanted) + 1
        return found if found <= start + HORIZON else None

    def before(self, end: int, seconds: int) -> int | None:
        """The latest UTC second since which more than so many open seconds have passed at `end`; None if there is none."""
        number = max(end, 0) // LENGTH
        wanted = self._stretch(number).until(end) - max(seconds, 0) - 1
        while wanted < 0 and number > 0:
            number -= 1
            wanted += self._stretch(number).total
        return self._stretch(number).nth(wanted) if wanted >= 0 else None

    def fingerprint(self) -> str:
        """Another one whenever an interval could have other open seconds: other hours, zone or zone data."""
        facts = [self._week, str(self.tz), settings.TIME_ZONE_DATA.used]
        return sha256(json.dumps(facts).encode()).hexdigest()

    def _stretch(self, number):
        if number not in self._stretches:
            times = OpenTimes(number * LENGTH, (number + 1) * LENGTH, self.open_on, self.tz)
            self._stretches[number] = times
        return self._stretches[number]


def _open_minutes(hours, weekday):
    if weekday not in business_days(hours):
        return ()
    opens, closes = (60 * clock.hour + clock.minute for clock in (hours.opens, hours.closes))
    return NIGHT_AND_DAY if closes <= opens else ((opens, closes),)


def hours_of(dealership: Dealership) -> Hours:
    """The dealership's Hours, or unsaved usual ones."""
    return Hours.objects.filter(dealership=dealership).first() or Hours(dealership=dealership)


def after_business_hours(start: datetime, hours: int, schedule: Hours, tz: tzinfo) -> datetime:
    """The moment, in UTC, when so many business hours have passed since `start`."""
    now, left = start.astimezone(UTC), timedelta(hours=hours)
    day, last = start.astimezone(tz).date(), start.astimezone(tz).date() + MOST_DAYS * DAY
    days = business_days(schedule)
    while day < last:
        if day.isoweekday() in days:
            opens, closes = _business(day, schedule, tz)
            begins = max(opens, now)
            if begins + left <= closes:
                return begins + left
            left -= max(closes - begins, timedelta(0))
        day += DAY
    return _moment(last, time(0), tz)


def quiet_until(now: datetime, schedule: Hours, tz: tzinfo) -> datetime | None:
    """When the quiet hours end, in UTC, that `now` is in; None if it is in none."""
    begins, ends, local = schedule.quiet_from, schedule.quiet_until, now.astimezone(tz)
    clock, day = local.time(), local.date()
    if begins < ends:
        return _moment(day, ends, tz, fold=True) if begins <= clock < ends else None
    if clock < ends < begins:
        return _moment(day, ends, tz, fold=True)
    return _moment(day + DAY, ends, tz, fold=True) if ends < begins <= clock else None


def business_days(schedule: Hours) -> Set[int]:
    """The ISO weekdays, Monday is 1; all of them where none is named, as nothing would ever be due."""
    return {int(day) for day in schedule.days.split(",") if day.strip() in set("1234567")} or EVERY_DAY


def _business(day, schedule, tz):
    """When a day's business begins and ends. Closing not after opening is being open day and night."""
    if schedule.closes <= schedule.opens:
        return _moment(day, time(0), tz), _moment(day + DAY, time(0), tz)
    return _moment(day, schedule.opens, tz), _moment(day, schedule.closes, tz, fold=True)


def _moment(day, clock, tz, fold=False):
    """When clocks show that, in UTC. Of the two times when they are put back: the first, or with `fold` the last."""
    first = datetime.combine(day, clock, tz)
    last = first.replace(fold=True)
    is_twice = first.utcoffset() > last.utcoffset()
    return (last if fold and is_twice else first).astimezone(UTC)
