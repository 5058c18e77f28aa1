"""The first answer to a lead: which leads ask for one, and which still wait for it (contract W9, as A6 and A7 have it)."""

from leads.history import ASKING, human
from leads.models import EventKind, Lead, LeadEvent, Status


def asks(event: LeadEvent) -> bool:
    """Whether a lead was made by this event that somebody is to answer."""
    status = (event.changes.get("status") or {}).get("to") or Status.NEW
    return event.kind == EventKind.CREATED and event.actor_type in ASKING and status == Status.NEW


def is_waiting(lead: Lead) -> bool:
    """Whether nobody of the staff has done anything about a lead that is open."""
    if lead.status != Status.NEW or lead.archived:
        return False
    return not LeadEvent.objects.of(lead.dealership_id).filter(human(), lead_id=lead.pk).exists()
