"""The filter of a webhook's deliveries."""

from leads.outbox.models import Delivery, State
from steerleads.api.filters import ChoicesFilter, ListFilterSet


class DeliveryFilters(ListFilterSet):
    state = ChoicesFilter("state", choices=State.choices)

    class Meta(ListFilterSet.Meta):
        model, fields = Delivery, []
