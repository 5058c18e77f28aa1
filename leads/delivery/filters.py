"""The filter of a webhook's deliveries."""

from leads.delivery.models import State
from steerleads.api.filters import ChoicesFilter, ListFilterSet


class DeliveryFilters(ListFilterSet):
    state = ChoicesFilter("state", "in", options=State.values)
