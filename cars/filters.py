"""The filters of the vehicle list (contract 39)."""

from cars.models import Car
from steerleads.api.filters import ChoicesFilter, FoldedFilter, ListFilterSet, SearchFilter


class CarFilters(ListFilterSet):
    search = SearchFilter("search_text")
    make = FoldedFilter("make_folded")
    model = FoldedFilter("model_folded")
    location = FoldedFilter("location_folded")
    status = ChoicesFilter("status", method="with_status", options=Car.Status.values)

    def with_status(self, queryset, name, statuses):
        return queryset.filter(status__in=statuses) if statuses else queryset
