"""When it is open in whole UTC seconds: sorted intervals with running sums, a stretch of weeks at a time."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import date, tzinfo
from itertools import accumulate

from steerleads.dealers.hours.days import DAY, EPOCH, steady_stretches

# Of a date: [(opens, closes), …] in minutes since its midnight by the wall clock, sorted and apart; 1440 is its end.
OpenOn = Callable[[date], tuple[tuple[int, int], ...]]


class OpenTimes:
    """The open seconds in the half-open [begin, end) of UTC seconds, counted by bisection."""

    def __init__(self, begin: int, end: int, open_on: OpenOn, tz: tzinfo):
        times = list(_joined(_open_times(begin, end, open_on, tz)))
        self._begins = [opens for opens, _closes in times]
        self._ends = [closes for _opens, closes in times]
        self._sums = list(accumulate((closes - opens for opens, closes in times), initial=0))

    @property
    def total(self) -> int:
        return self._sums[-1]

    def until(self, second: int) -> int:
        """How many of them are before that second."""
        number = bisect_right(self._begins, second)
        closed_early = max(self._ends[number - 1] - second, 0) if number else 0
        return self._sums[number] - closed_early

    def nth(self, number: int) -> int:
        """The UTC second that is the open one of that number, 0 is the first."""
        index = bisect_right(self._sums, number) - 1
        return self._begins[index] + number - self._sums[index]


def _open_times(begin: int, end: int, open_on: OpenOn, tz: tzinfo) -> Iterator[tuple[int, int]]:
    """As wall clocks show them: of an hour that comes twice both are open, of one that is skipped none."""
    for steady in steady_stretches(begin, end, tz):
        first, last = (steady.begin + steady.offset) // DAY, (steady.end - 1 + steady.offset) // DAY
        for day in range(first, last + 1):
            midnight = DAY * day - steady.offset
            for opens, closes in open_on(date.fromordinal(EPOCH + day)):
                clipped = max(midnight + 60 * opens, steady.begin), min(midnight + 60 * closes, steady.end)
                if clipped[0] < clipped[1]:
                    yield clipped


def _joined(times: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Those that touch, as one."""
    before = next(times, None)
    for opens, closes in times:
        if before and opens == before[1]:
            before = before[0], closes
            continue
        if before:
            yield before
        before = opens, closes
    if before:
        yield before
