"""Local days, weeks, months and hours as numbers that the database reckons.

It is told where they begin, in UTC seconds: PostgreSQL has time zone data of its own, and SQLite has none.
"""

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from itertools import groupby, pairwise

from django.db.models import Case, F, IntegerField, Value, When
from django.db.models.expressions import Combinable

from steerleads.dealers.hours.days import steady_stretches

HOURS_A_WEEK, HOUR, WEEK = 168, 3600, 604_800
# From the Monday of a week long before all dates that can be asked for to 1970.
MONDAY_TO_1970 = 3 * 86_400 + 100_000 * WEEK


def numbered(column: str, begins: Sequence[int]) -> Combinable:
    """The index of the last of these instants, in order, that the column is not before; it is before no first one."""
    runs = list(_runs(begins))
    values = [_in_run(column, index, begin, length) for index, begin, length in runs]
    return chosen(column, [begin for _index, begin, _length in runs[1:]], values)


def hour_of_week(column: str, begin: int, end: int, tz: tzinfo) -> Combinable:
    """0 for the hour from midnight of a local Monday to 167: 24 times the weekday and the hour of the wall clock.

    Instants outside of the half-open [begin, end) have the offset from UTC of its nearer end.
    """
    stretches = list(steady_stretches(begin, end, tz))
    values = [(F(column) + (steady.offset + MONDAY_TO_1970)) / HOUR % HOURS_A_WEEK for steady in stretches]
    return chosen(column, [steady.begin for steady in stretches[1:]], values)


def chosen(column: str, bounds: Sequence[int], values: Sequence[Combinable]) -> Combinable:
    """Of the values, which are one more than the bounds, the one between whose bounds the column is: by halving."""
    if len(values) == 1:
        return values[0]
    middle = len(values) // 2
    below = chosen(column, bounds[: middle - 1], values[:middle])
    above = chosen(column, bounds[middle:], values[middle:])
    return Case(When(**{f"{column}__lt": bounds[middle - 1]}, then=below), default=above)


def _runs(begins: Sequence[int]) -> Iterator[tuple[int, int, int | None]]:
    """(index of the first, where it begins, length of each) of stretches that are equally long: most days are.

    The last one has no end, and so no length.
    """
    lengths = [*(end - begin for begin, end in pairwise(begins)), None]
    for length, run in groupby(range(len(lengths)), key=lengths.__getitem__):
        index = next(run)
        yield index, begins[index], length


def _in_run(column: str, index: int, begin: int, length: int | None) -> Combinable:
    # A date that was left out, where the date line moved, has no second.
    return (F(column) - begin) / length + index if length else Value(index, IntegerField())
