"""The filters of the vehicle list (contract 39)."""

from cars.models import Car
from cars.serializers import VehicleStatus
from steerleads.api.filters import ChoicesFilter, FoldedFilter, ListFilterSet, SearchFilter


class CarFilters(ListFilterSet):
    search = SearchFilter(
        "search_text",
        help_text="Global search across make, model, vin, stockNumber. Every word must occur somewhere.",
    )
    make = FoldedFilter("make_folded", help_text="Filter by make")
    model = FoldedFilter("model_folded", help_text="Filter by model")
    location = FoldedFilter("location_folded", help_text="Filter by location")
    status = ChoicesFilter(
        "status",
        enum=VehicleStatus,
        help_text="Filter by status: `LOADING`, `INSPECTED`, `SOLD`. Several, or with commas, mean any.",
    )

    class Meta(ListFilterSet.Meta):
        model, fields = Car, []
