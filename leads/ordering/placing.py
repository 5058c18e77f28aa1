"""Decides the numbers that put a lead at a place in its column, and moves as few others as it can. Pure functions.

A column is sorted by (order, created_at, id). At each side of a place, cards are listed the nearest first.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

LEAST, MOST = -(2**31), 2**31 - 1  # what an order can be
STEP = 1024  # from one card to the next at an end of a column
WORTH = 1.5  # a run is widened if that makes the steps between its numbers so many times as big


@dataclass(frozen=True)
class Place:
    """Directly behind the lead `after`; if that is not in the column (any more), directly in front of `before`; else
    at the `end`, "top" or "bottom".

    The column has the leads of a status that are not archived, or with `car_id`, those of one car. All ids are UUIDs.
    """

    status: str
    after: UUID | None = None
    before: UUID | None = None
    end: str = "bottom"
    car_id: UUID | None = None


class Card(NamedTuple):
    """A lead as far as its place goes. Cards compare as their column is sorted."""

    order: int
    created_at: datetime
    id: UUID

    @property
    def tie(self) -> tuple[datetime, UUID]:
        """What cards of one order are sorted by."""
        return self[1:]


@dataclass
class Side:
    """The cards on one side of a place, the nearest first, and whether they are all there are; at least one, if there is one."""

    cards: list[Card]
    is_whole: bool = True


class Run(NamedTuple):
    """So many cards in front of a place, so many behind it, and the one that is put there."""

    front: int
    behind: int

    @property
    def size(self) -> int:
        return self.front + self.behind + 1


def number_between(card: Card, front: Card | None, behind: Card | None) -> int | None:
    """The order that brings `card` between two others (None at an end), or None if there is no number left.

    Its own if that does already, else the middle, else, at an end, STEP further.
    """
    if (front is None or front < card) and (behind is None or card < behind):
        return card.order
    low = LEAST if front is None else front.order + (front.tie > card.tie)
    high = MOST if behind is None else behind.order - (behind.tie < card.tie)
    if low > high:
        return None
    if behind is None:
        # With neither, the card has kept its own.
        return min(front.order + STEP, (low + high + 1) // 2)  # type: ignore[union-attr]
    if front is None:
        return max(behind.order - STEP, (low + high) // 2)
    return min(max(low, (front.order + behind.order) // 2), high)


def respread(card: Card, front: Side, behind: Side) -> dict[UUID, int] | None:
    """{id: order} for the smallest run of neighbours that makes room for `card`, with it; some may be what they were.

    The run is widened to at most twice its size, and again, while that is WORTH it. None if more of the sides must be
    seen to tell.
    """
    fronts = [*(other.order for other in front.cards), *[LEAST - 1] * front.is_whole]
    behinds = [*(other.order for other in behind.cards), *[MOST + 1] * behind.is_whole]
    seen = min((len(side.cards) for side in (front, behind) if not side.is_whole), default=math.inf)
    # Half of the column, which the smallest run never exceeds: the nearer end of it always has room.
    most = (len(front.cards) + len(behind.cards)) // 2 + 1
    run = _smallest_run(fronts, behinds)
    while run and 4 * run.size < seen:
        wider = _wider(run, fronts, behinds, most)
        if wider is None:
            cards = [*reversed(front.cards[: run.front]), card, *behind.cards[: run.behind]]
            numbers = _numbers(fronts[run.front], behinds[run.behind], run.size)
            return {other.id: number for other, number in zip(cards, numbers, strict=True)}
        run = wider
    return None


def _smallest_run(fronts: Sequence[int], behinds: Sequence[int]) -> Run | None:
    """The smallest Run with a number for each strictly between its borders, or None.

    There is one for each if behinds[b] - fronts[a] - 1 >= a + b + 1. A border further away is of interest only if
    behinds[b] - b is higher, or fronts[a] + a lower, than at all nearer ones; and the lower the one, the nearer can be
    the other.
    """
    highest = _records([order - b for b, order in enumerate(behinds)])
    best: Run | None = None
    for a, low in _records([-order - a for a, order in enumerate(fronts)]):
        while len(highest) > 1 and highest[-2][1] + low >= 2:
            highest.pop()
        b, high = highest[-1]
        if high + low >= 2 and (best is None or a + b + 1 < best.size):
            best = Run(a, b)
    return best


def _records(values: Iterable[int]) -> list[tuple[int, int]]:
    """[(index, value)] of those that are higher than all before them."""
    records: list[tuple[int, int]] = []
    for index, value in enumerate(values):
        if not records or value > records[-1][1]:
            records.append((index, value))
    return records


def _wider(run: Run, fronts: Sequence[int], behinds: Sequence[int], most: int) -> Run | None:
    """The Run of up to twice the size, around `run`, that has the most room for each; None if it is not worth it."""
    sizes = {run.size * quarters // 4 for quarters in (5, 6, 7, 8)} - {run.size}
    wider = [wider for size in sorted(sizes) if size <= most for wider in _around(run, size, fronts, behinds)]
    best = max(wider, key=lambda wider: _room(wider, fronts, behinds), default=None)
    return best if best and _room(best, fronts, behinds) >= WORTH * _room(run, fronts, behinds) else None


def _around(run: Run, size: int, fronts: Sequence[int], behinds: Sequence[int]) -> list[Run]:
    least, most = max(run.front, size - len(behinds)), min(len(fronts), size - run.behind)
    return [Run(front, size - 1 - front) for front in range(least, most)]


def _room(run: Run, fronts: Sequence[int], behinds: Sequence[int]) -> float:
    """The step between the numbers of a run."""
    low, high = fronts[run.front], behinds[run.behind]
    room = (high - low) / (run.size + 1)
    return min(room, STEP) if low < LEAST or high > MOST else room


def _numbers(low: int, high: int, count: int) -> list[int]:
    """So many numbers strictly between two, evenly; where an end of the column is one of them, not far from the other."""
    if low >= LEAST and high <= MOST:
        return [low + (high - low) * n // (count + 1) for n in range(1, count + 1)]
    step = min(STEP, (high - low) // (count + 1))
    if low >= LEAST:
        return [low + step * n for n in range(1, count + 1)]
    first = high - step * (count + 1) if high <= MOST else -step * (count + 1) // 2
    return [first + step * n for n in range(1, count + 1)]
