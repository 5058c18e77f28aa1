"""The filters of the vehicle list (contract 39)."""

from cars.models import Car
from steerleads.api.filters import ChoicesFilter, FoldedFilter, ListFilterSet, SearchFilter


def _with_status(cars, choices):
    return cars.filter(status__in=choices)


class CarFilters(ListFilterSet):
    search = SearchFilter("search_text")
    make = FoldedFilter("make_folded")
    model = FoldedFilter("model_folded")
    location = FoldedFilter("location_folded")
    status = ChoicesFilter(_with_status, options=Car.Status.values)
