"""The filters of the vehicle list (contract 39)."""

from cars.models import Car
from steerleads.api.filters import ChoicesFilter, FoldedFilter, ListFilterSet, SearchFilter


class CarFilters(ListFilterSet):
    search = SearchFilter("search_text")
    make = FoldedFilter("make_folded")
    model = FoldedFilter("model_folded")
    location = FoldedFilter("location_folded")
    status = ChoicesFilter("status", choices=Car.Status.choices)

    class Meta(ListFilterSet.Meta):
        model, fields = Car, []
