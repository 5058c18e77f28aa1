"""Counts the cells of a shape over a cohort, and finds the values at ranks: in few statements, without a row per lead.

Where a figure has profiles, leads are counted by these, and cells of them (tallies.py). What is asked for again and
again, a figure without groups, is asked by statements that are compiled once.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from itertools import islice
from operator import add
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import BooleanField, Count, ExpressionWrapper, F, Q, QuerySet, Value, Window
from django.db.models.functions import RowNumber

from leads.analytics.asked import Asked
from leads.analytics.cells import Cell, Measured, Quantiles, Shape, cells_of, parts_of, ranks_of
from leads.analytics.groups import Groups
from leads.analytics.kept import keep, kept
from leads.analytics.lookups import AtOneOf, OneOf
from leads.analytics.models import LeadFact
from leads.analytics.numbering import chosen
from leads.analytics.periods import Period
from leads.analytics.predicates import Span, judged, predicate_of
from leads.analytics.profiles import Profile
from leads.analytics.statistics import PER_CENT, Ranks
from leads.analytics.tallies import Judge, Tally, cuts_of, in_bands

if TYPE_CHECKING:
    from leads.analytics.figures.cohort import CohortFigure

IS_GONE = ExpressionWrapper(Q(deleted_at__isnull=False), BooleanField())
PLACES_APART = 2**40  # more than there are leads
NOBODY_IS = Value(False, BooleanField())
EVERYWHERE = Value(0)  # the one place where there are no groups
NO_CODE = -1
# Of so many events on, looking for each profile in its index is quicker than going through a period: on SQLite, which
# sorts what it groups otherwise.
MANY = 20_000
# Makes rows of a cohort and numbers.
Build = Callable[[QuerySet[LeadFact], Sequence[Any]], QuerySet]


class Counting:
    """What is counted of a figure for one period. `shape` is the figure's, for what was asked."""

    def __init__(self, figure: "CohortFigure", asked: Asked, period: Period | None, shape: Shape):
        self._figure, self._asked, self._period, self._shape = figure, asked, period, shape
        self._cells = cells_of(shape)
        self._ends = figure.ends(period)

    @cached_property
    def _judge(self) -> Judge | None:
        return Judge(self._figure.profiles, self._cells, *self._ends) if self._figure.profiles else None

    def measured(self) -> Measured:
        """The whole cohort together."""
        if self._judge is None:
            is_large = self._asked.standing.after >= MANY and not self._figure.has_gone
            # SQLite sorts what it groups: it is quicker with a condition for each cell.
            is_by_bands = is_large and connection.vendor == "postgresql"
            return self._by_bands() if is_by_bands else self._by_cells(EVERYWHERE)[0]
        tallies = self._tallies()
        whole = self._measured({0: tallies}, EVERYWHERE)[0]
        for alike in _alike(self._shape):
            if wanted := _wanted(alike, whole):
                _note(alike, whole, self._ranked(alike[0], tallies, wanted))
        return whole

    def measured_by(self, groups: Groups) -> tuple[Measured, dict[int, Measured]]:
        """(the whole cohort together, and what is in each place of the groups)"""
        if self._judge is None:
            parts = self._by_cells(groups.place)
        else:
            parts = self._measured(self._tallies_by(groups), groups.place)
        whole = _together(parts.values())
        for alike in _alike(self._shape):
            known = self._cohort.filter(alike[0].known.where)
            _note(alike, whole, _at_ranks(known, alike[0].column, _wanted(alike, whole)))
            _note_by(alike, parts, known, groups)
        return whole, parts

    def totals(self, profile: Profile) -> Mapping[int, int]:
        """{code of the profile: how many leads of the cohort have it}"""
        return kept(
            self._asked,
            self._name_of_totals(profile),
            lambda: dict(self._rows_by([profile], ())),
        )

    def _name_of_totals(self, profile: Profile) -> Hashable:
        return "totals", profile.column, self._ends, self._asked.named_filters

    @property
    def _cohort(self) -> QuerySet[LeadFact]:
        return self._figure.cohort_of(self._asked.facts, *self._ends)

    # --- By profiles -----------------------------------------------------------------------------

    def _tallies(self) -> list[Tally]:
        """Of each profile. In one statement, unless many leads have them in thousands of combinations."""
        profiles, cuts = self._judge.profiles, self._judge.cuts
        is_large = self._asked.standing.after >= MANY
        apart = [[profile] for profile in profiles] if is_large else [profiles]
        tallies = [tally for some in apart for tally in _tallied(self._rows_by(some, cuts), len(some))]
        if is_large:
            for profile, tally in zip(profiles, tallies, strict=True):
                keep(self._asked, self._name_of_totals(profile), {code: total for code, (total, *_) in tally.items()})
        return tallies

    def _rows_by(self, profiles: Sequence[Profile], cuts: Sequence[int]) -> list[tuple]:
        """(…codes, all that have these, those of them that were created up to each of the cuts)"""
        whole = self._has_many
        key = tuple(profile.column for profile in profiles), whole
        return self._compiled(key, lambda cohort, cuts: _by_profiles(cohort, profiles, cuts, whole), *cuts)

    def _tallies_by(self, groups: Groups) -> dict[int, list[Tally]]:
        profiles, parts = self._judge.profiles, defaultdict(list)
        for place, *row in _by_profiles(
            self._cohort.annotate(place=groups.place), profiles, self._judge.cuts, False, "place"
        ):
            parts[place].append(row)
        return {place: _tallied(rows, len(profiles)) for place, rows in parts.items()}

    @property
    def _has_many(self) -> bool:
        is_sqlite = connection.vendor == "sqlite"
        return is_sqlite and self._asked.standing.after >= MANY and not self._asked.filters.values

    def _measured(self, tallies: Mapping[int, Sequence[Tally]], place: Any) -> dict[int, Measured]:
        parts: dict[int, Measured] = defaultdict(Measured)
        for where, its in tallies.items():
            self._judge.add_up(its, parts[where])
        for cell, rest in self._judge.left.items():
            for where, is_gone, number in _counts(self._cohort.filter(rest), [cell], place):
                parts[where].add(cell, number, is_gone)
        return parts

    def _ranked(self, quantiles: Quantiles, tallies: Sequence[Tally], wanted: Collection[int]) -> dict[int, int]:
        """{rank: the value at it}, found within the bands that these ranks are in."""
        profile, tally = next(
            pair for pair in zip(self._judge.profiles, tallies, strict=True) if pair[0].banded == quantiles.column
        )
        bands = in_bands(profile, quantiles.known, tally, wanted)
        # As many as there can be, so that it is the same statement each time.
        most = 2 * len(PER_CENT) * len(Ranks._fields)
        codes = [*bands.codes, *[NO_CODE] * (2 * most - len(bands.codes))]
        ranks = [*bands.ranks, *[0] * (most - len(bands.ranks))]

        def build(cohort: QuerySet[LeadFact], numbers: Sequence[Any]) -> QuerySet:
            there = cohort.filter(AtOneOf(F(profile.column), numbers[: len(codes)]))
            return _at_ranks(there, quantiles.column, numbers[len(codes) :])

        rows = self._compiled((quantiles.column, "ranks"), build, *codes, *ranks)
        return {bands.ranks[rank]: value for rank, value in rows}

    # --- By cells --------------------------------------------------------------------------------

    def _by_bands(self) -> Measured:
        """The same, by counting the leads between the moments at which cells turn: that is once, however many cells."""
        predicates = {cell: predicate_of(cell.where) for cell in self._cells}
        cuts = cuts_of(predicates.values())
        whole = Measured()
        for *bands, number in self._compiled(
            "bands",
            partial(_by_bands, {column: len(cuts[column]) for column in cuts}),
            *(cut for each in cuts.values() for cut in each),
        ):
            known = {column: _span(each, band) for (column, each), band in zip(cuts.items(), bands, strict=True)}
            for cell, predicate in predicates.items():
                if judged(predicate, known) is True:
                    whole.add(cell, number, False)
        return whole

    def _by_cells(self, place: Any) -> dict[int, Measured]:
        parts: dict[int, Measured] = defaultdict(Measured)
        for where, is_gone, *numbers in self._cell_counts(place):
            for cell, number in zip(self._cells, numbers, strict=True):
                parts[where].add(cell, number, is_gone)
        return parts

    def _cell_counts(self, place: Any) -> Iterable[tuple]:
        figure = self._figure
        if place is not EVERYWHERE:
            return _counts(self._cohort, self._cells, place, figure.has_gone)

        def build(cohort: QuerySet[LeadFact], values: Sequence[Any]) -> QuerySet:
            return _counts(cohort, cells_of(figure.shape_of(*values)), EVERYWHERE, figure.has_gone)

        return self._compiled("cells", build, *figure.values(self._asked))

    def _compiled(self, what: Any, build: Build, *numbers: int) -> list[tuple]:
        """The rows of what `build` makes of the cohort and these numbers, by a statement that is written once."""
        figure, first = self._figure, len(self._ends)

        def of_facts(_dealership: Any, facts: QuerySet[LeadFact], given: Sequence[Any]) -> QuerySet:
            return build(figure.cohort_of(facts, *given[:first]), given[first:])

        plan = self._asked.plan((figure.name, what), of_facts, *self._ends, *numbers)
        return plan.rows((), lambda queryset: queryset)


def totals(facts: QuerySet[LeadFact], profile: Profile) -> Mapping[int, int]:
    """{code of the profile: how many of the facts have it}"""
    return dict(_by_profiles(facts, [profile], (), False))


def _by_profiles(
    cohort: QuerySet[LeadFact], profiles: Sequence[Profile], cuts: Sequence[Any], is_whole: bool, *more: str
) -> QuerySet:
    """(…more, …codes, all that have these, those of them that were created up to each of the cuts)

    `is_whole`, of one profile, names all the codes there can be, so that each is sought in the index by itself.
    """
    if is_whole:
        [profile] = profiles
        cohort = cohort.filter(OneOf(F(profile.column), profile.codes))
    columns = [profile.column for profile in profiles]
    numbers = {f"until{number}": Count("created_at", filter=Q(created_at__lte=cut)) for number, cut in enumerate(cuts)}
    return cohort.values_list(*more, *columns).annotate(leads=Count("*"), **numbers).order_by()


def _tallied(rows: Iterable[Sequence[int]], profiles: int) -> list[Tally]:
    """The tally of each of so many profiles, whose codes the rows begin with."""
    tallies: list[dict[int, list[int]]] = [{} for _ in range(profiles)]
    for row in rows:
        numbers = row[profiles:]
        for code, tally in zip(row, tallies, strict=False):
            known = tally.get(code)
            tally[code] = list(map(add, known, numbers)) if known else list(numbers)
    return list(tallies)


def _by_bands(numbers: Mapping[str, int], cohort: QuerySet[LeadFact], cuts: Sequence[Any]) -> QuerySet:
    """(…the band of each column, how many), where each column has so many of the cuts."""
    rest, bands = iter(cuts), {}
    for column, count in numbers.items():
        begins = [cut + 1 for cut in islice(rest, count)]
        bands[f"band_{column}"] = chosen(column, begins, [Value(band) for band in range(count + 1)])
    return cohort.annotate(**bands).values_list(*bands).annotate(leads=Count("*")).order_by()


def _span(cuts: Sequence[int], band: int) -> Span:
    """The values in a band: behind one cut, up to the next."""
    low = cuts[band - 1] + 1 if band else float("-inf")
    return Span(low, cuts[band] if band < len(cuts) else float("inf"))


def _counts(cohort: QuerySet[LeadFact], cells: Sequence[Cell], place: Any, has_gone: bool = True) -> QuerySet:
    """(place, is gone, the number of each cell), of columns of indexes where the cells are."""
    numbers = {f"cell{number}": Count("created_at", filter=cell.where or None) for number, cell in enumerate(cells)}
    rows = cohort.annotate(place=place, is_gone=IS_GONE if has_gone else NOBODY_IS).values_list("place", "is_gone")
    return rows.annotate(**numbers).order_by()


def _together(parts: Iterable[Measured]) -> Measured:
    whole = Measured()
    for part in parts:
        for cell, counted in part.counts.items():
            whole.add(cell, counted.count - counted.gone, False)
            whole.add(cell, counted.gone, True)
    return whole


# --- Values at ranks -----------------------------------------------------------------------------


def _alike(shape: Shape) -> list[list[Quantiles]]:
    """The quantiles of a shape, those together that are of the same values."""
    found: dict[tuple, list[Quantiles]] = defaultdict(list)
    for quantiles in parts_of(shape, Quantiles):
        found[quantiles.column, quantiles.known].append(quantiles)
    return list(found.values())


def _wanted(alike: Sequence[Quantiles], part: Measured) -> set[int]:
    return {rank for quantiles in alike for rank in ranks_of(quantiles, part)}


def _at_ranks(known: QuerySet[LeadFact], column: str, ranks: Collection[Any]) -> QuerySet:
    """(rank, the value at it)"""
    rank = Window(RowNumber(), order_by=F(column).asc())
    ranked = known.annotate(rank=rank).filter(AtOneOf(rank, ranks))
    return ranked.values_list("rank", column).order_by()


def _note(alike: Sequence[Quantiles], part: Measured, rows: Any) -> None:
    values = dict(rows)
    for quantiles in alike:
        part.ranked[quantiles] = values


def _note_by(alike: Sequence[Quantiles], parts: dict[int, Measured], known: QuerySet, groups: Groups) -> None:
    """The same for each place: one statement ranks within all of them."""
    wanted = {place * PLACES_APART + rank for place, part in parts.items() for rank in _wanted(alike, part)}
    rank = Window(RowNumber(), partition_by=[groups.place], order_by=F(alike[0].column).asc())
    ranked = known.annotate(code=groups.place * PLACES_APART + rank)
    values: dict[int, dict[int, int]] = defaultdict(dict)
    for code, value in ranked.filter(code__in=wanted).values_list("code", alike[0].column).order_by():
        place, rank_there = divmod(code, PLACES_APART)
        values[place][rank_there] = value
    for place, part in parts.items():
        _note(alike, part, values[place])
