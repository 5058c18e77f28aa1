"""The first answer to a lead: which leads ask for one, and which still wait for it (contract W9, as A6 and A7 have it)."""

from collections.abc import Collection
from uuid import UUID

from leads.history import ASKING, human
from leads.models import EventKind, Lead, LeadEvent, Status
from steerleads.dealers.models import Dealership


def asks(event: LeadEvent) -> bool:
    """Whether a lead was made by this event that somebody is to answer."""
    status = (event.changes.get("status") or {}).get("to") or Status.NEW
    return event.kind == EventKind.CREATED and event.actor_type in ASKING and status == Status.NEW


def is_waiting(lead: Lead) -> bool:
    """Whether nobody of the staff has done anything about a lead that is open."""
    return lead.status == Status.NEW and not lead.archived and not answered(lead.dealership_id, [lead.pk])


def answered(dealership: Dealership | UUID, lead_ids: Collection[UUID]) -> set[UUID]:
    """Those of these leads that somebody took care of already. One look, which costs by their events."""
    if not lead_ids:
        return set()
    events = LeadEvent.objects.of(dealership).filter(human(), lead_id__in=lead_ids)
    return set(events.values_list("lead_id", flat=True).distinct())
