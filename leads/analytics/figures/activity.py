"""What happened in each day, week or month of a period, to leads of any age, and how many were open (contract A15)."""

from collections.abc import Iterator
from functools import partial
from itertools import accumulate
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from leads.analytics.asked import Asked
from leads.analytics.cells import Cell, Measured, Shape, rendered
from leads.analytics.counting import IS_GONE
from leads.analytics.figures.base import Figure, within
from leads.analytics.models import LeadFact, LeadSpan, LeadTurn
from leads.analytics.numbering import numbered
from leads.analytics.periods import Period

# (name, row, is gone, number): what one statement has counted of one cell.
Found = Iterator[tuple[str, int, bool, int]]
OF_FACTS = {"created": "created_at", "deleted": "deleted_at"}


class Activity(Figure):
    name = "activity"
    option, choices = "interval", ("day", "week", "month")

    def cohort(self, asked: Asked) -> QuerySet[LeadFact]:
        return asked.facts

    def shape(self, asked: Asked) -> Shape:
        return {"rows": [_row(asked, stretch) for stretch in asked.period.cut(asked.option)]}

    def answer(self, asked: Asked) -> dict[str, Any]:
        shape, found = self.shape(asked), Measured()
        stretches = asked.period.cut(asked.option)
        for counted in (_of_facts(asked, stretches), _turns(asked, stretches), _backlog(asked, stretches)):
            for name, row, is_gone, number in counted:
                found.add(shape["rows"][row][name], number, is_gone)
        return {"interval": asked.option, **rendered(shape, found, asked.address)}


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


def _of_facts(asked: Asked, stretches: list[Period]) -> Found:
    begins = [stretch.begin for stretch in stretches]
    for name, column in OF_FACTS.items():
        facts = asked.facts.filter(within(column, asked.period))
        rows = facts.annotate(row=numbered(column, begins), is_gone=IS_GONE).values_list("row", "is_gone")
        yield from ((name, *row) for row in rows.annotate(leads=Count("*")).order_by())


def _turns(asked: Asked, stretches: list[Period]) -> Found:
    """All of them, less those of leads that had turned so before in the same stretch."""
    turns = _of_asked(asked, LeadTurn.objects.of(asked.dealership).filter(within("at", asked.period)))
    rows = turns.annotate(row=numbered("at", [stretch.begin for stretch in stretches]))
    grouped = rows.values_list("kind", "row", "gone").order_by()
    yield from grouped.annotate(leads=Count("*"))
    again = turns.filter(again=True, lead_id=OuterRef("lead_id"), kind=OuterRef("kind"))
    if turns.filter(again=True).exists():
        yield from grouped.filter(Exists(again)).annotate(leads=Count("lead_id", distinct=True) - Count("*"))


def _backlog(asked: Asked, stretches: list[Period]) -> Found:
    """Reckoned back from what is open now: less what was opened since each moment, and what was closed since on top."""
    spans = _of_asked(asked, LeadSpan.objects.of(asked.dealership))
    open_now = spans.filter(to_at=None).count()  # none of which is gone
    since = [_moment(asked, stretch) + 1 for stretch in stretches]
    changes = {gone: [0] * len(since) for gone in (False, True)}
    for column, sign in (("from_at", -1), ("to_at", 1)):
        rows = spans.filter(**{f"{column}__gte": since[0]}).annotate(row=numbered(column, since))
        for row, gone, number in rows.values_list("row", "gone").annotate(leads=Count("*")).order_by():
            changes[gone][row] += sign * number
    for gone, of_rows in changes.items():
        back = accumulate(reversed(of_rows), initial=0 if gone else open_now)
        backlogs = list(back)[1:]
        yield from (("backlog", row, gone, number) for row, number in enumerate(reversed(backlogs)))


def _of_asked(asked: Asked, rows: QuerySet) -> QuerySet:
    """Those of the leads that are asked for."""
    if asked.filters.values:
        rows = rows.filter(Exists(asked.facts.filter(lead_id=OuterRef("lead_id"))))
    return rows
