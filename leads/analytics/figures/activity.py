"""What happened in each day, week or month of a period, to leads of any age, and how many were open (contract A15)."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import accumulate
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from leads.analytics.asked import Asked
from leads.analytics.cells import Cell, Counted, Shape, shown_count
from leads.analytics.counting import IS_GONE
from leads.analytics.figures.base import Figure, within
from leads.analytics.models import LeadFact, LeadSpan, LeadTurn
from leads.analytics.numbering import numbered, runs_of
from leads.analytics.periods import Period

# (name, row, is gone, number): what one statement has counted of one cell.
Found = Iterator[tuple[str, int, bool, int]]
# Makes a queryset of the facts that are asked for, and of numbers.
Build = Callable[[Any, QuerySet[LeadFact], Sequence[Any]], QuerySet]
OF_FACTS = {"created": "created_at", "deleted": "deleted_at"}
NAMES = ("created", *(kind.value for kind in LeadTurn.Kind), "deleted", "backlog")


class Activity(Figure):
    name = "activity"
    option, choices = "interval", ("day", "week", "month")

    def cohort(self, asked: Asked) -> QuerySet[LeadFact]:
        return asked.facts

    def shape(self, asked: Asked) -> Shape:
        return {"rows": [_row(asked, stretch) for stretch in asked.period.cut(asked.option)]}

    def answer(self, asked: Asked) -> dict[str, Any]:
        """As its shape would be rendered, but there are thousands of cells in a year of days."""
        stretches, counts = asked.period.cut(asked.option), _counts(asked)
        rows = [
            {
                **stretch.dates,
                **{name: shown_count(counts[name, row], asked.address(f"rows.{row}.{name}")) for name in NAMES},
            }
            for row, stretch in enumerate(stretches)
        ]
        return {"interval": asked.option, "rows": rows}


def _row(asked: Asked, stretch: Period) -> Shape:
    """Each lead counts once in each cell, so that rows do not add up to the period."""
    return {
        **stretch.dates,
        "created": Cell(partial(within, "created_at", stretch)),
        **{kind.value: Cell(partial(_has_turned, asked, stretch, kind)) for kind in LeadTurn.Kind},
        "deleted": Cell(partial(within, "deleted_at", stretch)),
        "backlog": Cell(partial(_was_open, asked, stretch)),
    }


def _has_turned(asked: Asked, stretch: Period, kind: str) -> Q:
    turns = LeadTurn.objects.of(asked.dealership).filter(within("at", stretch), kind=kind)
    return Q(lead_id__in=turns.values("lead_id"))


def _was_open(asked: Asked, stretch: Period) -> Q:
    moment = _moment(asked, stretch)
    spans = LeadSpan.objects.of(asked.dealership).filter(Q(to_at=None) | Q(to_at__gt=moment), from_at__lte=moment)
    return Q(lead_id__in=spans.values("lead_id"))


def _moment(asked: Asked, stretch: Period) -> int:
    """The last second of a stretch, or now: what is open then is open at its end."""
    return min(stretch.end - 1, asked.now)


# --- The same cells, counted all at once ---------------------------------------------------------


def _counts(asked: Asked) -> dict[tuple[str, int], Counted]:
    counts: dict[tuple[str, int], Counted] = defaultdict(Counted)
    for found in (_of_facts(asked), _turns(asked), _backlog(asked)):
        for name, row, is_gone, number in found:
            counted = counts[name, row]
            counted.count += number
            counted.gone += number if is_gone else 0
    return counts


def _of_facts(asked: Asked) -> Found:
    for name, column in OF_FACTS.items():

        def build(_dealership: Any, facts: QuerySet[LeadFact], given: Sequence[Any], column: str = column) -> QuerySet:
            there = facts.filter(**_between(column, *given[:2])).annotate(is_gone=IS_GONE)
            return _numbers(there, column, given[2:], "is_gone")

        for row, is_gone, number in _rows(asked, column, build, *_ends(asked), *_runs(asked)):
            yield name, row, is_gone, number


def _turns(asked: Asked) -> Found:
    """All of them, less those of leads that had turned so before in the same stretch."""

    def turns(dealership: Any, facts: QuerySet[LeadFact], given: Sequence[Any]) -> QuerySet:
        there = LeadTurn.objects.of(dealership).filter(**_between("at", *given[:2]))
        return _of_asked(asked, there, facts)

    def every(dealership: Any, facts: QuerySet[LeadFact], given: Sequence[Any]) -> QuerySet:
        return _numbers(turns(dealership, facts, given), "at", given[2:], "kind", "gone")

    def has_again(dealership: Any, facts: QuerySet[LeadFact], given: Sequence[Any]) -> QuerySet:
        return turns(dealership, facts, given).filter(again=True).order_by().values_list("at")[:1]

    def too_many(dealership: Any, facts: QuerySet[LeadFact], given: Sequence[Any]) -> QuerySet:
        there = turns(dealership, facts, given)
        again = there.filter(again=True, lead_id=OuterRef("lead_id"), kind=OuterRef("kind"))
        return _numbers(
            there.filter(Exists(again)), "at", given[2:], "kind", "gone", less=Count("lead_id", distinct=True)
        )

    ends, runs = _ends(asked), _runs(asked)
    for row, kind, is_gone, number in _rows(asked, "turns", every, *ends, *runs):
        yield kind, row, is_gone, number
    if _rows(asked, "again", has_again, *ends):
        for row, kind, is_gone, number, distinct in _rows(asked, "too many", too_many, *ends, *runs):
            yield kind, row, is_gone, distinct - number


def _backlog(asked: Asked) -> Found:
    """Reckoned back from what is open now: less what was opened since each moment, and what was closed since on top."""
    since = [_moment(asked, stretch) + 1 for stretch in asked.period.cut(asked.option)]
    changes = {gone: [0] * len(since) for gone in (False, True)}
    for column, sign in (("from_at", -1), ("to_at", 1)):

        def build(dealership: Any, facts: QuerySet[LeadFact], given: Sequence[Any], column: str = column) -> QuerySet:
            there = LeadSpan.objects.of(dealership).filter(**_between(column, given[0]))
            return _numbers(_of_asked(asked, there, facts), column, given[1:], "gone")

        for row, gone, number in _rows(asked, column, build, since[0], *runs_of(since)):
            changes[gone][row] += sign * number
    open_now = sum(number for (number,) in _rows(asked, "open", partial(_open, asked)))
    for gone, of_rows in changes.items():
        back = accumulate(reversed(of_rows), initial=0 if gone else open_now)
        backlogs = list(back)[1:]
        yield from (("backlog", row, gone, number) for row, number in enumerate(reversed(backlogs)))


def _open(asked: Asked, dealership: Any, facts: QuerySet[LeadFact], _given: Sequence[Any]) -> QuerySet:
    """How many spans have no end; none of their leads is gone."""
    spans = _of_asked(asked, LeadSpan.objects.of(dealership).filter(to_at=None), facts)
    return spans.order_by().values("dealership").annotate(leads=Count("*")).values_list("leads")


def _ends(asked: Asked) -> tuple[int, int]:
    return asked.period.begin, asked.period.end


def _runs(asked: Asked) -> list[int]:
    return runs_of([stretch.begin for stretch in asked.period.cut(asked.option)])


def _rows(asked: Asked, what: str, build: Build, *numbers: int) -> list[tuple]:
    return asked.plan(("activity", what), build, *numbers).rows((), lambda queryset: queryset)


def _numbers(rows: QuerySet, column: str, runs: Sequence[Any], *more: str, **further: Count) -> QuerySet:
    """(row, …more, how many, …further)"""
    numbered_rows = rows.annotate(row=numbered(column, runs)).values_list("row", *more).order_by()
    return numbered_rows.annotate(leads=Count("*"), **further)


def _between(column: str, *ends: Any) -> dict[str, Any]:
    return dict(zip((f"{column}__gte", f"{column}__lt"), ends, strict=False))


def _of_asked(asked: Asked, rows: QuerySet, facts: QuerySet[LeadFact]) -> QuerySet:
    """Those of the leads that are asked for."""
    if asked.filters.values:
        rows = rows.filter(Exists(facts.filter(lead_id=OuterRef("lead_id"))))
    return rows
