"""When a dealership works and when it wants quiet: pure functions over its Hours and its time zone.

Clocks that are put forward or back (Morocco does so around Ramadan) are exact: hours are counted as they pass.
"""

from collections.abc import Set
from datetime import UTC, datetime, time, timedelta, tzinfo

from steerleads.dealers.hours.models import Hours
from steerleads.dealers.models import Dealership

EVERY_DAY = frozenset(range(1, 8))
# Hours that never add up, a minute a week say, are waited for no longer than this.
MOST_DAYS = 3660
DAY = timedelta(days=1)


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
