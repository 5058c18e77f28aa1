"""Counts the cells of a shape over a cohort, and finds the values at ranks: in few statements, without a row per lead."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet, Value, Window
from django.db.models.functions import RowNumber

from leads.analytics.cells import Cell, Measured, Quantiles, Shape, cells_of, parts_of, ranks_of
from leads.analytics.groups import Groups
from leads.analytics.models import LeadFact

IS_GONE = ExpressionWrapper(Q(deleted_at__isnull=False), BooleanField())
EVERYTHING = 0  # the one place where there are no groups
PLACES_APART = 2**40  # more than there are leads


def measured(
    cohort: QuerySet[LeadFact], shape: Shape, groups: Groups | None = None
) -> tuple[Measured, dict[int, Measured]]:
    """(what was counted of the whole cohort, and of each place of its groups)"""
    parts = _counted(cohort, cells_of(shape), groups)
    whole = _together(parts.values())
    for alike in _alike(shape):
        _rank(cohort, alike, {EVERYTHING: whole})
        if groups:
            _rank(cohort, alike, parts, groups)
    return whole, parts


def _counted(cohort: QuerySet[LeadFact], cells: list[Cell], groups: Groups | None) -> dict[int, Measured]:
    place = groups.place if groups else Value(EVERYTHING)
    counts = {f"cell{number}": Count("pk", filter=cell.where or None) for number, cell in enumerate(cells)}
    rows = cohort.annotate(place=place, is_gone=IS_GONE).values_list("place", "is_gone").annotate(**counts)
    parts: dict[int, Measured] = defaultdict(Measured)
    for place, is_gone, *numbers in rows.order_by():
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


def _alike(shape: Shape) -> list[list[Quantiles]]:
    """The quantiles of a shape, those together that are of the same values."""
    found: dict[tuple, list[Quantiles]] = defaultdict(list)
    for quantiles in parts_of(shape, Quantiles):
        found[quantiles.value, quantiles.known].append(quantiles)
    return list(found.values())


def _rank(
    cohort: QuerySet[LeadFact], alike: list[Quantiles], parts: dict[int, Measured], groups: Groups | None = None
) -> None:
    """Note the values at the ranks that the quantiles of each part want."""
    wanted = {
        place * PLACES_APART + rank
        for place, part in parts.items()
        for quantiles in alike
        for rank in ranks_of(quantiles, part)
    }
    if not wanted:
        return
    known, value = cohort.filter(alike[0].known.where), alike[0].value
    place = groups.place if groups else Value(EVERYTHING)
    rank = Window(RowNumber(), partition_by=[place] if groups else None, order_by=value.asc())
    ranked = known.annotate(value=value, code=place * PLACES_APART + rank if groups else rank)
    for code, found in ranked.filter(code__in=wanted).values_list("code", "value"):
        place_of_it, rank_of_it = divmod(code, PLACES_APART)
        for quantiles in alike:
            parts[place_of_it].ranked.setdefault(quantiles, {})[rank_of_it] = found
