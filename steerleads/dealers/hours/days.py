"""Local days in whole UTC seconds: where they begin, and how long clocks keep one offset."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import NamedTuple

DAY = 86_400
EPOCH = date(1970, 1, 1).toordinal()
# What Python's datetimes can say in any zone.
EARLIEST, LATEST = DAY * (2 - EPOCH), DAY * (date.max.toordinal() - 1 - EPOCH)
LOOK_EVERY = 6 * 3600  # seconds; nowhere were clocks changed twice within that time
SPAN = 2**22  # seconds, 49 days


class Steady(NamedTuple):
    """The half-open [begin, end) of UTC seconds in which wall clocks are `offset` seconds ahead of UTC."""

    begin: int
    end: int
    offset: int


def first_second(day: date, tz: tzinfo) -> int:
    """The first whole UTC second whose wall clock shows that date.

    A date that was left out, as where the date line moved, has no second: it begins where the next one does.
    """
    return _first_second(day.toordinal(), tz)


def end_of(day: date, tz: tzinfo) -> int:
    """The first whole UTC second of the next date; also for the last date that Python knows."""
    return _first_second(day.toordinal() + 1, tz)


def local_date(second: int, tz: tzinfo) -> date:
    """The date whose day that UTC second is in: from its first second to that of the next.

    It is what the wall clock shows, but for clocks that were put back over midnight: the new day has begun then.
    """
    ordinal = EPOCH + (second + offset_at(second, tz)) // DAY
    return date.fromordinal(ordinal + 1 if _first_second(ordinal + 1, tz) <= second else ordinal)


def offset_at(second: int, tz: tzinfo) -> int:
    """How many seconds wall clocks are ahead of UTC then."""
    moment = datetime.fromtimestamp(min(max(second, EARLIEST), LATEST), tz)
    offset = moment.utcoffset()
    return 0 if offset is None else offset.days * DAY + offset.seconds


def steady_stretches(begin: int, end: int, tz: tzinfo) -> Iterator[Steady]:
    """[begin, end) cut where clocks change."""
    before: Steady | None = None
    for number in range(begin // SPAN, -(-end // SPAN)):
        for first, last, offset in _steady_within(number, tz):
            first, last = max(first, begin), min(last, end)
            if first >= last:
                continue
            if before and before.offset == offset:
                first = before.begin
            elif before:
                yield before
            before = Steady(first, last, offset)
    if before:
        yield before


@lru_cache(maxsize=4096)
def _steady_within(number: int, tz: tzinfo) -> tuple[Steady, ...]:
    """The stretches of a span, each looked for once: figures ask for every day of a year."""
    return tuple(_steady(number * SPAN, (number + 1) * SPAN, tz))


def _steady(begin: int, end: int, tz: tzinfo) -> Iterator[Steady]:
    offset, here = offset_at(begin, tz), begin
    while here < end:
        ahead = min(here + LOOK_EVERY, end)
        if offset_at(ahead, tz) == offset:
            here = ahead
            continue
        here = _change(here, ahead, tz)
        yield Steady(begin, here, offset)
        begin, offset = here, offset_at(here, tz)
    if begin < end:
        yield Steady(begin, end, offset)


def _change(before, after, tz):
    """The first second of the offset that `after` has."""
    offset = offset_at(before, tz)
    seconds = range(before, after + 1)
    return seconds[bisect_left(seconds, True, key=lambda second: offset_at(second, tz) != offset)]


def _first_second(ordinal, tz):
    midnight = DAY * (ordinal - EPOCH)  # as if clocks showed UTC: they are less than a day away from it
    stretches = steady_stretches(midnight - DAY, midnight + DAY, tz)
    return next(first for steady in stretches if (first := max(steady.begin, midnight - steady.offset)) < steady.end)
