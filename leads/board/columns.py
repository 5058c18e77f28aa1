"""The columns of a board: how many leads each has, up to a thousand, and which of them, in the order that the API answers.

What is asked of the database has a limit everywhere: a board costs what it shows, however many leads there are.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from django.db.models import Count, F, Sum, Window
from django.db.models.functions import RowNumber
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from leads.board.cards import MARKED_BY, mark_of
from leads.board.filters import BY_DUE, BY_HAND, WAITING, Filters
from leads.board.times import Times, minute_of
from leads.models import WORKFLOW, Lead, Status
from leads.ordering.placing import STEP
from steerleads.api.serializers import INT_MIN

PAGE = 50
LARGEST = 20_000  # cards of one column in one browser
MOST_COUNTED = 1000  # leads of one column; who scrolls further is told of more
FRESH_FOR, MOST_FRESH = timedelta(days=7), 20  # how long a lead may be news, and how many are told of


@dataclass(frozen=True)
class Column:
    status: Status
    rows: list[tuple]  # MARKED_BY of its first leads, at most as many as were asked for
    count: int  # of its leads; one more than `most` stands for any number of more
    most: int

    overdue: int = 0  # of all its leads; one more than MOST_COUNTED stands for any number of more

    @property
    def shown_overdue(self):
        """`3 overdue`; nothing for none."""
        return _("%(count)s overdue") % {"count": _at_most(self.overdue, MOST_COUNTED)} if self.overdue else ""

    worth: Decimal | None = (
        None  # the prices of its leads' cars together; None where none has a price or it is not counted
    )

    @property
    def shown_worth(self):
        """In whole dirhams, in which prices are kept; nothing for none."""
        return _("%(sum)s DH") % {"sum": grouped(round(self.worth))} if self.worth else ""

    @property
    def is_counted(self):
        return self.count <= self.most

    @property
    def shown_count(self):
        return _at_most(self.count, self.most)

    @property
    def has_more(self):
        return self.count > len(self.rows)


@dataclass(frozen=True)
class View:
    """All that a board shows at one moment."""

    columns: list[Column]
    fresh: list[list]  # of `newest`
    times: Times


def view(filters, sizes, *, now):
    """The View of a board that has loaded so many cards of each column."""
    columns, overdue = look(filters, sizes), count_overdue(filters, now=now)
    worth = sum_prices(filters, [column.status for column in columns if column.is_counted and column.count])
    columns = [replace(each, overdue=overdue[each.status], worth=worth.get(each.status)) for each in columns]
    open_leads = {id for column in columns if column.status == Status.NEW for id, *_facts in column.rows}
    return View(columns, newest(filters, now=now), Times(filters.dealership, open_leads, now=now))


def look(filters, sizes):
    """The three Columns, each with its first leads up to its size."""
    return list((_search if filters.search else _walk)(filters, sizes))


def count_overdue(filters: Filters, *, now):
    """{status: how many are overdue}, counted together up to one more than MOST_COUNTED, along the index of what is due."""
    overdue = filters.leads.filter(work__due__lt=minute_of(now)).values_list("status_rank", flat=True)
    # Of what a search finds there is no order, or PostgreSQL would look through all that is due.
    overdue = overdue if filters.search else overdue.order_by("work__due")
    ranks = Counter(overdue[: MOST_COUNTED + 1])
    return {status: ranks[WORKFLOW[status]] for status in Status}


def newest(filters, *, now):
    """[[id, when it came, in milliseconds], …] of the newest leads in New, the newest first. Nothing while one searches."""
    if filters.search:
        return []
    came = filters.leads.with_status(Status.NEW).filter(created_at__gt=minute_of(now) - FRESH_FOR)
    rows = came.order_by("-created_at", "-id").values_list("id", "created_at")[:MOST_FRESH]
    return [[id, int(created_at.timestamp() * 1000)] for id, created_at in rows]


def sum_prices(filters: Filters, statuses):
    """{status: what the cars of its leads cost together}, in one look. To be asked of columns that are counted: it reads all
    of their leads."""
    if not statuses:
        return {}
    sums = filters.leads.with_status(*statuses).order_by().values("status").annotate(worth=Sum("car__price"))
    return dict(sums.values_list("status", "worth"))


def leads_of(filters, columns):
    """[[Lead with its car and its work, …], …] of these Columns. Whoever is deleted just now is left out."""
    ids = [id for column in columns for id, *_facts in column.rows]
    leads = Lead.objects.of(filters.dealership).select_related("car", "work").in_bulk(ids)
    return [[leads[id] for id, *_facts in column.rows if id in leads] for column in columns]


def state(view):
    """What a board ought to show.

    {status: {count, counted, shown, overdue, worth, cards: [[id, mark], …]}}; the ids in their order are the truth of the whole
    column.
    """
    return {
        column.status.value: {
            "count": column.count,
            "counted": column.is_counted,
            "shown": column.shown_count,
            "overdue": column.shown_overdue,
            "worth": column.shown_worth,
            "cards": [[row[0], mark_of(row, view.times)] for row in column.rows],
        }
        for column in view.columns
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


def _at_most(count, most):
    return grouped(count) if count <= most else f"{grouped(most)}+"


def _walk(filters, sizes):
    """Column by column, along the index that has them in their order."""
    for status, size in sizes.items():
        column, most = filters.leads.with_status(status), max(size, MOST_COUNTED)
        # One more than was asked for: a column that has no more is counted by that.
        rows = _first_due(column, size + 1) if filters.order == BY_DUE else _first(column, filters.order, size + 1)
        counted = column.order_by(*(BY_HAND if filters.order == BY_DUE else filters.order))
        # In their order, too: PostgreSQL would else go through the table until it has met enough of them.
        count = counted[: most + 1].count() if size < len(rows) <= most else len(rows)
        yield Column(Status(status), rows[:size], count, most)


def _first(leads, order, count):
    return list(leads.order_by(*order).values_list(*MARKED_BY)[:count])


def _first_due(leads, count):
    """Those that are due along the index of that, then the others along theirs: no index has both."""
    due = _first(leads.filter(work__due__isnull=False), BY_DUE, count)
    return [*due, *_first(leads.filter(work__due__isnull=True), WAITING, count - len(due))]


def _search(filters, sizes):
    """All columns in one look. A limit for each would tempt PostgreSQL to walk a column until enough leads match."""
    column = {"partition_by": F("status_rank")}
    ranked = filters.leads.annotate(
        nth=Window(RowNumber(), order_by=filters.order, **column), total=Window(Count("pk"), **column)
    )
    first = ranked.filter(nth__lte=max(sizes.values())).order_by("status_rank", "nth")
    found = list(first.values_list("status_rank", "total", *MARKED_BY))
    for status, size in sizes.items():
        rows, most = [row for row in found if row[0] == WORKFLOW[status]], max(size, MOST_COUNTED)
        total = rows[0][1] if rows else 0
        yield Column(Status(status), [row[2:] for row in rows[:size]], min(total, most + 1), most)
