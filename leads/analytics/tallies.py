"""Reckons cells from leads that were counted by their profiles, and in which bands the values at ranks are."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from django.db.models import Q

from leads.analytics.cells import Cell, Measured
from leads.analytics.predicates import LOOKUPS, Predicate, Span, comparisons, judged, predicate_of
from leads.analytics.profiles import Profile

CREATED = "created_at"
# {code: [how many leads have it, how many of them were created up to each of the cuts]}
Tally = Mapping[int, Sequence[int]]


class Judge:
    """Adds cells up over a cohort that was created in the half-open [begin, end).

    - `cuts` are the moments at which a cell draws a line between the leads created up to them and those created later.
    - `left` are the leads, of cells, of which no profile could tell. They are known once all is added up.
    """

    def __init__(self, profiles: Sequence[Profile], cells: Sequence[Cell], begin: int, end: int):
        self.profiles = profiles
        self._cells = {cell: predicate_of(cell.where) for cell in cells}
        self._begin, self._end = begin, end
        cuts = cuts_of(self._cells.values()).get(CREATED, ())
        self.cuts = [cut for cut in cuts if begin <= cut < end - 1]
        ends = [begin - 1, *self.cuts, end - 1]
        self._stretches = [Span(before + 1, last) for before, last in pairwise(ends)]
        self._plans = [(cell, *self._plan(predicate)) for cell, predicate in self._cells.items()]
        self._left: dict[Cell, tuple[Profile, set[int]]] = {}

    @property
    def left(self) -> dict[Cell, Q]:
        return {cell: Q(**{f"{profile.column}__in": codes}) for cell, (profile, codes) in self._left.items()}

    def add_up(self, tallies: Sequence[Tally], measured: Measured) -> None:
        """Each profile's tally, of the same leads."""
        for cell, index, judgements in self._plans:
            tally, profile = tallies[index], self.profiles[index]
            maybe = frozenset().union(*(codes.open for codes, _ in judgements)) & tally.keys()
            if maybe:
                self._left.setdefault(cell, (profile, set()))[1].update(maybe)
            for codes, stretch in judgements:
                for code in codes.true & tally.keys() - maybe:
                    measured.add(cell, _within(tally[code], stretch), profile.is_gone(code))

    def _plan(self, predicate: bool | Predicate):
        """(which profile tells of it, [(the codes it is true of, in which stretch; None for the whole)])"""
        columns = {column for column, _, _ in comparisons(predicate)}
        index = next(index for index, profile in enumerate(self.profiles) if columns - {CREATED} <= profile.columns)
        profile = self.profiles[index]
        if CREATED not in columns:
            return index, [(profile.where(predicate), None)]
        rest = [judged(predicate, {CREATED: span}) for span in self._stretches]
        return index, [(profile.where(each), stretch) for stretch, each in enumerate(rest) if each is not False]


def _within(numbers: Sequence[int], stretch: int | None) -> int:
    """How many of them are in the stretch before that cut; behind the last one are all the others."""
    total, *until = numbers
    if stretch is None:
        return total
    up_to = [0, *until, total]
    return up_to[stretch + 1] - up_to[stretch]


def cuts_of(predicates: Collection[bool | Predicate]) -> dict[str, list[int]]:
    """{column: the last seconds before a comparison of it turns, in order}, where it is compared with greater and less."""
    found: dict[str, set[int]] = defaultdict(set)
    for predicate in predicates:
        for column, lookup, value in comparisons(predicate):
            if lookup in LOOKUPS:
                found[column].add(value if lookup in ("lte", "gt") else value - 1)
    return {column: sorted(cuts) for column, cuts in found.items()}


def told_by(
    profiles: Sequence[Profile], cell: Cell, begin: int, end: int
) -> tuple[Profile, frozenset[int]] | tuple[None, None]:
    """The first profile that tells of every lead created in [begin, end) whether it is in the cell; the codes that are."""
    predicate = judged(predicate_of(cell.where), {CREATED: Span(begin, end - 1)})
    for profile in profiles:
        codes = profile.where(predicate)
        if codes.true and not codes.open:
            return profile, codes.true
    return None, None


class Bands(NamedTuple):
    """The codes of the bands in which ranks are; `ranks` has their ranks among the leads of these codes alone."""

    codes: list[int]
    ranks: dict[int, int]  # rank there: rank


def in_bands(profile: Profile, known: Cell, tally: Tally, wanted: Collection[int]) -> Bands:
    """Where the leads of `known`, sorted by the column that the profile has in bands, have these ranks."""
    bands: dict[float, list[int]] = defaultdict(list)
    for code in profile.where(predicate_of(known.where)).true & tally.keys():
        bands[profile.band(code)].append(code)
    codes, ranks, passed, taken = [], {}, 0, 0
    for band in sorted(bands):
        number = sum(tally[code][0] for code in bands[band])
        here = [rank for rank in wanted if passed < rank <= passed + number]
        if here:
            ranks |= {rank - passed + taken: rank for rank in here}
            codes += bands[band]
            taken += number
        passed += number
    return Bands(codes, ranks)
