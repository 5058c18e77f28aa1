"""The columns of a board: how many leads each has, up to a thousand, and which of them, in the order that the API answers.

What is asked of the database has a limit everywhere: a board costs what it shows, however many leads there are.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.utils.formats import number_format

from leads.board.cards import mark_of, minute_of
from leads.board.filters import BY_HAND
from leads.models import WORKFLOW, Lead, Status
from leads.ordering.placing import STEP
from steerleads.api.serializers import INT_MIN

PAGE = 50
LARGEST = 20_000  # cards of one column in one browser
MOST_COUNTED = 1000  # leads of one column; who scrolls further is told of more
FRESH_FOR, MOST_FRESH = timedelta(days=7), 20  # how long a lead may be news, and how many are told of
MARKED_BY = ("version", "car__version", "created_at")


@dataclass(frozen=True)
class Column:
    status: Status
    rows: list[tuple]  # (id, *MARKED_BY) of its first leads, at most as many as were asked for
    count: int  # of its leads; one more than `most` stands for any number of more
    most: int

    @property
    def is_counted(self):
        return self.count <= self.most

    @property
    def shown_count(self):
        return grouped(self.count) if self.is_counted else f"{grouped(self.most)}+"

    @property
    def has_more(self):
        return self.count > len(self.rows)


def look(filters, sizes):
    """The three Columns, each with its first leads up to its size."""
    return list((_search if filters.search else _walk)(filters.leads, sizes, filters.order))


def newest(filters, *, now):
    """[[id, when it came, in milliseconds], …] of the newest leads in New, the newest first. Nothing while one searches."""
    if filters.search:
        return []
    came = filters.leads.with_status(Status.NEW).filter(created_at__gt=minute_of(now) - FRESH_FOR)
    rows = came.order_by("-created_at", "-id").values_list("id", "created_at")[:MOST_FRESH]
    return [[id, int(created_at.timestamp() * 1000)] for id, created_at in rows]


def leads_of(filters, columns):
    """[[Lead with its car, …], …] of these Columns. Whoever is deleted just now is left out."""
    ids = [id for column in columns for id, *_facts in column.rows]
    leads = Lead.objects.of(filters.dealership).select_related("car").in_bulk(ids)
    return [[leads[id] for id, *_facts in column.rows if id in leads] for column in columns]


def state(columns, *, now):
    """What a board that has loaded these Columns ought to show.

    {status: {count, counted, shown, cards: [[id, mark], …]}}; the ids in their order are the truth of the whole column.
    """
    now = minute_of(now)
    return {
        column.status.value: {
            "count": column.count,
            "counted": column.is_counted,
            "shown": column.shown_count,
            "cards": [[id, mark_of(*facts, now)] for id, *facts in column.rows],
        }
        for column in columns
    }


def to_the_top(lead, changes, number):
    """Columns to write: a lead that comes to another column comes to its top, as by one tap, whichever the door."""
    is_coming = changes.get("status", lead.status) != lead.status
    return {**changes, "order": number} if is_coming else changes


def number_on_top(dealership, status):
    """An order that puts a new lead above all others of its column."""
    return numbers_on_top(dealership, status, 1)[0]


def numbers_on_top(dealership, status, count):
    """So many orders, each above the next one, and all above the others of the column."""
    column = Lead.objects.of(dealership).with_archived(False).with_status(status)
    first = column.order_by(*BY_HAND).values_list("order", flat=True).first()
    top = 0 if first is None else first - STEP
    return [max(top - STEP * nth, INT_MIN) for nth in reversed(range(count))]


def grouped(number):
    return number_format(number, use_l10n=True, force_grouping=True)


def _walk(leads, sizes, order):
    """Column by column, along the index that has them in their order."""
    for status, size in sizes.items():
        column, most = leads.with_status(status).order_by(*order), max(size, MOST_COUNTED)
        # One more than was asked for: a column that has no more is counted by that.
        rows = list(column.values_list("id", *MARKED_BY)[: size + 1])
        # In their order, too: PostgreSQL would else go through the table until it has met enough of them.
        count = column[: most + 1].count() if size < len(rows) <= most else len(rows)
        yield Column(Status(status), rows[:size], count, most)


def _search(leads, sizes, order):
    """All columns in one look. A limit for each would tempt PostgreSQL to walk a column until enough leads match."""
    column = {"partition_by": F("status_rank")}
    ranked = leads.annotate(nth=Window(RowNumber(), order_by=order, **column), total=Window(Count("pk"), **column))
    first = ranked.filter(nth__lte=max(sizes.values())).order_by(*order)
    found = list(first.values_list("status_rank", "total", "id", *MARKED_BY))
    for status, size in sizes.items():
        rows, most = [row for row in found if row[0] == WORKFLOW[status]], max(size, MOST_COUNTED)
        total = rows[0][1] if rows else 0
        yield Column(Status(status), [row[2:] for row in rows[:size]], min(total, most + 1), most)
