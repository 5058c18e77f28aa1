"""The columns of a board: how many leads each has, and which of them, in the order that the API answers."""

from dataclasses import dataclass

from django.db.models import Count
from django.utils.formats import number_format

from leads.board.cards import mark_of, minute_of
from leads.models import WORKFLOW, Lead, Status
from leads.placing import STEP
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
    counts = _counts(filters.leads)
    leads = filters.leads.select_related("car").order_by(*ORDER)
    return [Column(status, counts[status], list(leads.with_status(status)[:PAGE])) for status in Status]


def state(filters, sizes, *, now):
    """What a board that has loaded `sizes` cards of each column ought to show.

    {status: {count, shown, cards: [[id, mark], …]}}; the ids in their order are the truth of the whole column.
    """
    now = minute_of(now)
    leads = filters.leads.order_by(*ORDER).values_list("id", *MARKED_BY)
    # One more than was asked for: a column that has no more is counted by that.
    rows = {status: list(leads.with_status(status)[: sizes[status] + 1]) for status in Status.values}
    counts = {status: len(found) for status, found in rows.items()}
    if any(counts[status] > sizes[status] for status in counts):
        counts = _counts(filters.leads)
    return {
        status: {
            "count": counts[status],
            "shown": grouped(counts[status]),
            "cards": [[id, mark_of(*facts, now)] for id, *facts in found[: sizes[status]]],
        }
        for status, found in rows.items()
    }


def number_on_top(dealership, status):
    """An order that puts a new lead above all others of its column."""
    column = Lead.objects.of(dealership).with_archived(False).with_status(status)
    first = column.order_by(*ORDER).values_list("order", flat=True).first()
    return 0 if first is None else max(first - STEP, INT_MIN)


def grouped(number):
    return number_format(number, use_l10n=True, force_grouping=True)


def _counts(leads):
    by_rank = dict(leads.order_by().values_list("status_rank").annotate(Count("pk")))
    return {status: by_rank.get(rank, 0) for status, rank in WORKFLOW.items()}
