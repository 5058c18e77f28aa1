"""Counts the cells of a shape over a cohort, and finds the values at ranks: in few statements, without a row per lead.

What is asked for again and again, a figure without groups, is asked by statements that are compiled once.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import BigIntegerField, BooleanField, Count, ExpressionWrapper, Q, QuerySet, Value, Window
from django.db.models.functions import RowNumber
from django.db.models.lookups import In

from leads.analytics.asked import Asked
from leads.analytics.cells import Cell, Measured, Quantiles, Shape, cells_of, parts_of, ranks_of
from leads.analytics.groups import Groups
from leads.analytics.models import LeadFact
from leads.analytics.periods import Period
from leads.analytics.statistics import PER_CENT, Ranks
from steerleads.db.compiled import FilterPlan

if TYPE_CHECKING:
    from leads.analytics.figures.cohort import CohortFigure

IS_GONE = ExpressionWrapper(Q(deleted_at__isnull=False), BooleanField())
PLACES_APART = 2**40  # more than there are leads
EVERYWHERE = Value(0)  # the one place where there are no groups
SECONDS: Any = BigIntegerField()
# Makes rows of a cohort, the shape, and ranks.
Build = Callable[[QuerySet[LeadFact], Shape, Sequence[Any]], QuerySet]


class Counting:
    """What is counted of a figure for one period. `shape` is the figure's, for what was asked."""

    def __init__(self, figure: "CohortFigure", asked: Asked, period: Period | None, shape: Shape):
        self._figure, self._asked, self._shape = figure, asked, shape
        self._cells = cells_of(shape)
        self._ends, self._values = figure.ends(period), figure.values(asked)

    def measured(self) -> Measured:
        """The whole cohort together."""
        rows = self._compiled("counts", lambda cohort, shape, _ranks: _counts(cohort, cells_of(shape), EVERYWHERE))
        whole = _added_up(self._cells, rows)[0]
        for index, alike in enumerate(_alike(self._shape)):
            if wanted := _wanted(alike, whole):
                # As many as there can be, so that it is the same statement each time.
                most = len(alike) * len(PER_CENT) * len(Ranks._fields)
                ranks = [*wanted, *[0] * (most - len(wanted))]
                _note(alike, whole, self._compiled(("ranks", index), _ranking(index), ranks))
        return whole

    def measured_by(self, groups: Groups) -> tuple[Measured, dict[int, Measured]]:
        """(the whole cohort together, and what is in each place of the groups)"""
        cohort = self._figure.cohort_of(self._asked.facts, *self._ends)
        parts = _added_up(self._cells, _counts(cohort, self._cells, groups.place))
        whole = _together(parts.values())
        for alike in _alike(self._shape):
            known = cohort.filter(alike[0].known.where)
            _note(alike, whole, _ranked(known, alike[0].value, _wanted(alike, whole)))
            _note_by(alike, parts, known, groups)
        return whole, parts

    def _compiled(self, what: Any, build: Build, ranks: Sequence[int] = ()) -> list[tuple]:
        """The rows of what `build` makes of the cohort, the shape and the ranks, by a statement that is written once."""
        figure, filters = self._figure, self._asked.filters
        first = len(self._ends)
        second = first + len(self._values)
        numbers = (*self._ends, *self._values, *ranks)

        def of_values(dealership: object, *given: Any) -> QuerySet:
            facts = filters.apply(LeadFact.objects.of(dealership), given[len(numbers) :])  # type: ignore[arg-type]
            cohort = figure.cohort_of(facts, *given[:first])
            return build(cohort, figure.shape_of(*given[first:second]), given[second : len(numbers)])

        plan = FilterPlan(
            ("figure", figure.name, what, *filters.key),
            of_values,
            self._asked.dealership.pk,
            *numbers,
            *filters.values,
            fields=(*(SECONDS for _ in numbers), *filters.fields),
            planned_each_time=True,  # it may be of a day, or of ten years
        )
        return plan.rows((), lambda queryset: queryset)


def _counts(cohort: QuerySet[LeadFact], cells: Sequence[Cell], place: Any) -> QuerySet:
    """(place, is gone, the number of each cell)"""
    numbers = {f"cell{number}": Count("pk", filter=cell.where or None) for number, cell in enumerate(cells)}
    rows = cohort.annotate(place=place, is_gone=IS_GONE).values_list("place", "is_gone")
    return rows.annotate(**numbers).order_by()


def _added_up(cells: Sequence[Cell], rows: Iterable[tuple]) -> dict[int, Measured]:
    parts: dict[int, Measured] = defaultdict(Measured)
    for place, is_gone, *numbers in rows:
        for cell, number in zip(cells, numbers, strict=True):
            parts[place].add(cell, number, is_gone)
    return parts


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
        found[quantiles.value, quantiles.known].append(quantiles)
    return list(found.values())


def _wanted(alike: Sequence[Quantiles], part: Measured) -> set[int]:
    return {rank for quantiles in alike for rank in ranks_of(quantiles, part)}


def _ranking(index: int) -> Build:
    def build(cohort: QuerySet[LeadFact], shape: Shape, ranks: Sequence[Any]) -> QuerySet:
        quantiles = _alike(shape)[index][0]
        return _ranked(cohort.filter(quantiles.known.where), quantiles.value, ranks)

    return build


class _AtOneOf(In):
    """`IN`, whose values stay where they are: Django would take what stands for them to where rows are ranked."""

    def get_source_expressions(self) -> list[Any]:
        return [self.lhs]

    def set_source_expressions(self, expressions: Sequence[Any]) -> None:
        [self.lhs] = expressions


def _ranked(known: QuerySet[LeadFact], value: Any, ranks: Collection[Any]) -> QuerySet:
    """(rank, the value at it)"""
    rank = Window(RowNumber(), order_by=value.asc())
    ranked = known.annotate(value=value, rank=rank).filter(_AtOneOf(rank, ranks))
    return ranked.values_list("rank", "value").order_by()


def _note(alike: Sequence[Quantiles], part: Measured, rows: Iterable[tuple]) -> None:
    values = dict(rows)
    for quantiles in alike:
        part.ranked[quantiles] = values


def _note_by(alike: Sequence[Quantiles], parts: dict[int, Measured], known: QuerySet, groups: Groups) -> None:
    """The same for each place: one statement ranks within all of them."""
    wanted = {place * PLACES_APART + rank for place, part in parts.items() for rank in _wanted(alike, part)}
    rank = Window(RowNumber(), partition_by=[groups.place], order_by=alike[0].value.asc())
    ranked = known.annotate(value=alike[0].value, code=groups.place * PLACES_APART + rank)
    values: dict[int, dict[int, int]] = defaultdict(dict)
    for code, value in ranked.filter(code__in=wanted).values_list("code", "value").order_by():
        place, rank_there = divmod(code, PLACES_APART)
        values[place][rank_there] = value
    for place, part in parts.items():
        _note(alike, part, values[place].items())
