"""Which leads wait for somebody of the staff to do something about them for the first time (contract W9)."""

from collections.abc import Collection
from uuid import UUID

from leads.history import human
from leads.models import LeadEvent
from steerleads.dealers.models import Dealership


def answered(dealership: Dealership, lead_ids: Collection[UUID]) -> set[UUID]:
    """Those of these leads that somebody took care of already. One look, which costs by their events."""
    if not lead_ids:
        return set()
    events = LeadEvent.objects.of(dealership).filter(human(), lead_id__in=lead_ids)
    return set(events.values_list("lead_id", flat=True).distinct())
