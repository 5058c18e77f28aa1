"""The filter of the exported history."""

from leads.filters import InstantFilter
from leads.models import LeadEvent
from steerleads.api.filters import ListFilterSet


class HistoryFilters(ListFilterSet):
    updatedSince = InstantFilter(
        "at",
        "gte",
        help_text="What happened at this time or later. UTC if it names no zone.",
        example="2024-01-15T10:30:00Z",
    )

    class Meta(ListFilterSet.Meta):
        model, fields = LeadEvent, []
