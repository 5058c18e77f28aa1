"""The filter of a webhook's deliveries."""

from leads.outbox.models import Delivery
from leads.webhooks.serializers import DeliveryState
from steerleads.api.filters import ChoicesFilter, ListFilterSet


class DeliveryFilters(ListFilterSet):
    state = ChoicesFilter(
        "state",
        enum=DeliveryState,
        help_text="Filter by state: `pending`, `delivered`, `dead`, `dropped`. Several, or with commas, mean any.",
    )

    class Meta(ListFilterSet.Meta):
        model, fields = Delivery, []
