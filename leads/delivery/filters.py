"""The filter of a webhook's deliveries."""

from leads.delivery.models import State
from steerleads.api.filters import ChoicesFilter, ListFilterSet


def _with_state(deliveries, choices):
    return deliveries.filter(state__in=choices)


class DeliveryFilters(ListFilterSet):
    state = ChoicesFilter(_with_state, options=State.values)
