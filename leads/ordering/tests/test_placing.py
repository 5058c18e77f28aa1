"""Which numbers a move gives (leads/ordering/placing.py): the order always holds, and as few others as can be are renumbered."""

import math
import random
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.ordering.placing import LEAST, MOST, Card, Run, Side, _smallest_run, number_between, respread
from steerleads.tests.clients import sizes

pytestmark = pytest.mark.on_one_database


def card(order, tie):
    """`tie` stands for when it was created."""
    return Card(order, tie, tie)


@pytest.mark.parametrize(
    ("moved", "front", "behind", "number"),
    [
        # Its own number fits already.
        (card(5, 1), None, None, 5),
        (card(5, 1), card(0, 2), card(9, 3), 5),
        (card(5, 1), card(0, 2), None, 5),
        (card(5, 1), None, card(9, 3), 5),
        (card(0, 2), card(0, 1), card(0, 3), 0),
        (card(0, 2), card(0, 1), None, 0),
        # The middle of the gap.
        (card(9999, 9), card(0, 1), card(1024, 2), 512),
        (card(99, 9), card(-3, 1), card(-1, 2), -2),
        (card(LEAST, 0), card(LEAST, 1), card(MOST, 2), -1),
        # Beside a border of the same number, if it was created on the right side of it.
        (card(99, 2), card(0, 1), card(0, 3), 0),
        (card(99, 2), card(0, 1), card(1, 1), 0),
        (card(99, 2), card(0, 3), card(1, 3), 1),
        # No number left.
        (card(99, 2), card(0, 3), card(1, 1), None),
        (card(0, 3), card(0, 1), card(0, 2), None),
        (card(0, 1), card(0, 2), card(0, 3), None),
        # At an end, 1024 further, until the numbers end.
        (card(0, 1), card(7, 2), None, 1031),
        (card(9, 3), None, card(7, 2), -1017),
        (card(0, 1), card(MOST - 1, 2), None, MOST),
        (card(0, 3), card(MOST, 2), None, MOST),
        (card(0, 1), card(MOST, 2), None, None),
        (card(9, 3), None, card(LEAST + 1, 2), LEAST),
        (card(9, 1), None, card(LEAST, 2), LEAST),
        (card(9, 3), None, card(LEAST, 2), None),
    ],
)
def test_a_number_between_two(moved, front, behind, number):
    assert number_between(moved, front, behind) == number
    if number is not None:
        put = moved._replace(order=number)
        assert (front is None or front < put) and (behind is None or put < behind)


@pytest.mark.parametrize(
    ("fronts", "behinds", "spread"),
    [
        # (orders in front, the nearest last; behind; what becomes of all of them with the lead in between)
        ([0], [0], [0, 1024, 2048]),
        ([0, 0], [0], [0, 0, 1024, 2048]),
        ([0], [0, 0], [-2048, -1024, 0, 0]),
        ([0, 10, 11], [12, 100, 200, 300, 400], [0, 10, 11, 68, 126, 184, 242, 300, 400]),
        ([0, 100, 101, 102], [103, 104], [0, 100, 101, 102, 1126, 2150, 3174]),
        # Where the numbers end: away from it.
        ([5, MOST], [], [5, 1029, 2053]),
        ([], [LEAST, 5], [-2043, -1019, 5]),
        ([MOST], [], [-512, 512]),
        ([MOST - 1, MOST], [], None),
    ],
)
def test_neighbours_make_room(fronts, behinds, spread):
    column = [card(order, tie) for tie, order in enumerate(fronts)], [card(o, 50 + n) for n, o in enumerate(behinds)]
    after = put(*column, card(77, 99))
    assert [one.tie[0] for one in after] == [*range(len(fronts)), 99, *range(50, 50 + len(behinds))]
    if spread:
        assert [one.order for one in after] == spread


def put(fronts, behinds, moved):
    """The column after a respread, in order."""
    numbers = respread(moved, Side(fronts[::-1]), Side(behinds))
    after = [one._replace(order=numbers.get(one.id, one.order)) for one in (*fronts, moved, *behinds)]
    assert after == sorted(after)
    return after


# --- Any column ----------------------------------------------------------------------------------

orders = st.integers(-4, 12) | st.sampled_from([LEAST, LEAST + 1, MOST - 1, MOST, 5000])
columns = st.tuples(st.lists(orders, min_size=1, max_size=24).map(sorted), st.integers(0, 24))
quickly = settings(max_examples=100, deadline=None, derandomize=True, database=None)
thoroughly = settings(quickly, max_examples=500)


@thoroughly
@given(columns)
def test_a_respread_keeps_the_order_and_writes_half_of_the_column_at_most(given):
    column, place = [card(order, tie) for tie, order in enumerate(given[0])], given[1] % (len(given[0]) + 1)
    after = put(column[:place], column[place:], card(77, 99))
    assert [one.tie for one in after if one.tie[0] != 99] == [one.tie for one in column]
    assert all(LEAST <= one.order <= MOST for one in after)
    if column[0].order > LEAST + 20_000 and column[-1].order < MOST - 20_000:
        assert len(set(after) - set(column)) <= len(column) // 2 + 1


@thoroughly
@given(columns)
def test_the_smallest_run_is_the_smallest(given):
    place = given[1] % (len(given[0]) + 1)
    fronts, behinds = [*given[0][:place][::-1], LEAST - 1], [*given[0][place:], MOST + 1]
    every = [Run(a, b) for a in range(len(fronts)) for b in range(len(behinds))]
    fitting = [run for run in every if behinds[run.behind] - fronts[run.front] - 1 >= run.size]
    assert _smallest_run(fronts, behinds).size == min(run.size for run in fitting)


steps = st.lists(st.sampled_from([0, 0, 0, 1, 1, 1, 2, 3, 40]), min_size=80, max_size=90)


@quickly
@given(steps, st.integers(20, 60), st.integers(1, 60))
def test_what_is_seen_of_the_column_decides_nothing(steps, place, window):
    """A part of the column gives the same numbers as the whole, or asks for more."""
    column = [card(order, tie) for tie, order in enumerate(accumulate(steps))]
    front, behind = column[:place][::-1], column[place:]
    sides = [Side(side[:window], len(side) < window) for side in (front, behind)]
    assert respread(card(77, 999), *sides) in (None, respread(card(77, 999), Side(front), Side(behind)))


@thoroughly
@given(steps, st.integers(1, 79), st.integers(1, 60), st.integers(1, 60))
def test_sides_that_are_read_unequally_far_decide_nothing(steps, place, seen_in_front, seen_behind):
    """Whichever side is read further, or to its end: the numbers are those of the whole column, or more is asked for."""
    column = [card(order, tie) for tie, order in enumerate(accumulate(steps))]
    front, behind = column[:place][::-1], column[place:]
    read = zip((front, behind), (seen_in_front, seen_behind), strict=True)
    sides = [Side(side[:count], count > len(side)) for side, count in read]
    assert respread(card(77, 999), *sides) in (None, respread(card(77, 999), Side(front), Side(behind)))


# --- Many moves, one after another -----------------------------------------------------------------

DROPS = {
    "anywhere": lambda dice, count, place: dice.randrange(count),
    "nearby": lambda dice, count, place: min(max(place + dice.randint(-10, 10), 0), count - 1),
    "one spot": lambda dice, count, place: count // 2 + dice.randrange(5),
    "near the top": lambda dice, count, place: dice.randrange(10),
}


@pytest.mark.parametrize("count", sizes(300, 2000))
@pytest.mark.parametrize("start", ["all 0", "1 to n"])
# Of the drops, how many in a hundred write one row at most, and what all but one in a hundred write at most.
@pytest.mark.parametrize(
    ("where", "single", "most"),
    [("anywhere", 90, 45), ("nearby", 80, 25), ("one spot", 85, 120), ("near the top", 99, 2)],
)
def test_a_simulation_of_many_moves(count, start, where, single, most):
    dice, rows, drops = random.Random(7), [], 3000
    column = [card(0 if start == "all 0" else tie + 1, tie) for tie in range(count)]
    for _ in range(drops):
        place = dice.randrange(count)
        moved = column.pop(place)
        rows.append(drop(column, moved, DROPS[where](dice, count, place)))
        assert column == sorted(column)
    share, percentile = 100 * sum(row <= 1 for row in rows) / drops, sorted(rows)[math.ceil(drops * 0.99) - 1]
    print(
        f"{count} cards, {start}, {drops} drops {where}: one row in {share:.1f} %, "
        f"99th percentile {percentile}, at most {max(rows)}, mean {sum(rows) / drops:.1f}"
    )
    assert share >= single
    assert percentile <= most
    assert max(rows) <= count // 2 + 1


def drop(column, moved, place):
    """Put a card into a column; how many rows that writes."""
    front, behind = column[place - 1] if place else None, column[place] if place < len(column) else None
    number = number_between(moved, front, behind)
    if number is not None:
        column.insert(place, moved._replace(order=number))
        return int(number != moved.order)
    numbers = respread(moved, Side(column[:place][::-1]), Side(column[place:]))
    column.insert(place, moved)
    changed = [(at, one) for at, one in enumerate(column) if numbers.get(one.id, one.order) != one.order]
    for at, one in changed:
        column[at] = one._replace(order=numbers[one.id])
    return len(changed)
