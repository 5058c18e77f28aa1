"""Local days, weeks, months and hours as numbers that the database reckons.

It is told where they begin, in UTC seconds: PostgreSQL has time zone data of its own, and SQLite has none.
"""

from collections.abc import Sequence
from datetime import tzinfo
from itertools import groupby, pairwise
from typing import Any

from django.db.models import Case, F, When
from django.db.models.expressions import Combinable

from steerleads.dealers.hours.days import steady_stretches

HOURS_A_WEEK, HOUR, WEEK = 168, 3600, 604_800
FOREVER = 2**40  # seconds
# From the Monday of a week long before all dates that can be asked for to 1970.
MONDAY_TO_1970 = 3 * 86_400 + 100_000 * WEEK


def runs_of(begins: Sequence[int]) -> list[int]:
    """What `numbered` needs to know of these instants, in order: of each stretch of steps that are equally long three.

    The index of the first of them, where it begins, and the length of each. Most days are equally long.
    """
    lengths = [*(end - begin for begin, end in pairwise(begins)), FOREVER]
    found: list[int] = []
    for length, run in groupby(range(len(lengths)), key=lengths.__getitem__):
        index = next(run)
        # A date that was left out, where the date line moved, has no second.
        found += index, begins[index], length or FOREVER
    return found


def numbered(column: str, runs: Sequence[Any]) -> Combinable:
    """The index of the last of the instants of `runs_of` that the column is not before; it is before no first one.

    Numbers, or what stands for them in a compiled query.
    """
    threes = list(zip(*[iter(runs)] * 3, strict=True))
    values = [(F(column) - begin) / length + index for index, begin, length in threes]
    return chosen(column, [begin for _index, begin, _length in threes[1:]], values)


def offsets_of(begin: int, end: int, tz: tzinfo) -> list[int]:
    """What `hour_of_week` needs to know of [begin, end): of each stretch with one offset from UTC, its begin and that."""
    found: list[int] = []
    for steady in steady_stretches(begin, end, tz):
        found += steady.begin, steady.offset + MONDAY_TO_1970
    return found


def hour_of_week(column: str, offsets: Sequence[Any]) -> Combinable:
    """0 for the hour from midnight of a local Monday to 167: 24 times the weekday and the hour of the wall clock.

    Instants outside of what `offsets_of` was told have the offset of its nearer end. Numbers, or what stands for them.
    """
    pairs = list(zip(*[iter(offsets)] * 2, strict=True))
    values = [(F(column) + offset) / HOUR % HOURS_A_WEEK for _begin, offset in pairs]
    return chosen(column, [begin for begin, _offset in pairs[1:]], values)


def chosen(column: str, bounds: Sequence[Any], values: Sequence[Combinable]) -> Combinable:
    """Of the values, which are one more than the bounds, the one between whose bounds the column is: by halving."""
    if len(values) == 1:
        return values[0]
    middle = len(values) // 2
    below = chosen(column, bounds[: middle - 1], values[:middle])
    above = chosen(column, bounds[middle:], values[middle:])
    return Case(When(**{f"{column}__lt": bounds[middle - 1]}, then=below), default=above)
