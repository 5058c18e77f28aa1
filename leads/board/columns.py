"""The columns of a board: how many leads each has, and which of them, in the order that the API answers."""

from dataclasses import dataclass

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.utils.formats import number_format

from leads.board.cards import mark_of, minute_of
from leads.models import WORKFLOW, Lead, Status
from leads.ordering.placing import STEP
from steerleads.api.serializers import INT_MIN

PAGE = 50
LARGEST = 20_000  # cards of one column in one browser
ORDER = ("order", "created_at", "id")
MARKED_BY = ("version", "car__version", "created_at")


@dataclass(frozen=True)
class Column:
    status: Status
    count: int
    leads: list

    @property
    def shown_count(self):
        return grouped(self.count)

    @property
    def has_more(self):
        return self.count > len(self.leads)


def first_pages(filters):
    """The three Columns with their first PAGE leads, cars included."""
    pages = _look(filters, dict.fromkeys(Status.values, PAGE))
    ids = [id for _count, rows in pages.values() for id, *_facts in rows]
    leads = Lead.objects.of(filters.dealership).select_related("car").in_bulk(ids)
    # Whoever is deleted just now is left out.
    return [
        Column(status, count, [leads[id] for id, *_facts in rows if id in leads])
        for status, (count, rows) in zip(Status, pages.values(), strict=True)
    ]


def state(filters, sizes, *, now):
    """What a board that has loaded `sizes` cards of each column ought to show.

    {status: {count, shown, cards: [[id, mark], …]}}; the ids in their order are the truth of the whole column.
    """
    now = minute_of(now)
    return {
        status: {
            "count": count,
            "shown": grouped(count),
            "cards": [[id, mark_of(*facts, now)] for id, *facts in rows],
        }
        for status, (count, rows) in _look(filters, sizes).items()
    }


def number_on_top(dealership, status):
    """An order that puts a new lead above all others of its column."""
    column = Lead.objects.of(dealership).with_archived(False).with_status(status)
    first = column.order_by(*ORDER).values_list("order", flat=True).first()
    return 0 if first is None else max(first - STEP, INT_MIN)


def grouped(number):
    return number_format(number, use_l10n=True, force_grouping=True)


def _look(filters, sizes):
    """{status: (how many leads there are, the first of them up to its size as (id, *MARKED_BY))}"""
    return (_search if filters.search else _walk)(filters.leads, sizes)


def _walk(leads, sizes):
    """Column by column, along the index that has them in their order."""
    leads = leads.order_by(*ORDER).values_list("id", *MARKED_BY)
    # One more than was asked for: a column that has no more is counted by that.
    rows_of = {status: list(leads.with_status(status)[: sizes[status] + 1]) for status in Status.values}
    counts = {status: len(rows) for status, rows in rows_of.items()}
    if any(counts[status] > sizes[status] for status in counts):
        counts = _counts(leads)
    return {status: (counts[status], rows[: sizes[status]]) for status, rows in rows_of.items()}


def _search(leads, sizes):
    """All columns in one look. A limit for each would tempt PostgreSQL to walk a column until enough leads match."""
    column = {"partition_by": F("status_rank")}
    ranked = leads.annotate(nth=Window(RowNumber(), order_by=ORDER, **column), total=Window(Count("pk"), **column))
    first = ranked.filter(nth__lte=max(sizes.values())).order_by(*ORDER)
    rows = first.values_list("status_rank", "total", "id", *MARKED_BY)
    rows_of = {status: [row for row in rows if row[0] == rank] for status, rank in WORKFLOW.items()}
    return {
        status: (rows[0][1] if rows else 0, [row[2:] for row in rows[: sizes[status]]])
        for status, rows in rows_of.items()
    }


def _counts(leads):
    by_rank = dict(leads.order_by().values_list("status_rank").annotate(Count("pk")))
    return {status: by_rank.get(rank, 0) for status, rank in WORKFLOW.items()}
