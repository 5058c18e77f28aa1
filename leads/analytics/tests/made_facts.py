"""Facts for tests that need many, or at odd times: as if leads and their events had been, which are not."""

from uuid import uuid4

from leads.analytics.models import LeadFact, LeadSpan
from leads.analytics.profiles import profile

HOUR, DAY = 3600, 86_400


def fact(dealership, created_at, **columns):
    """An unsaved LeadFact of a lead that asked and that nobody has answered, with other `columns`."""
    usual = {"lead_id": uuid4(), "car_id": uuid4(), "source_type": "api_key", "source_name": "Website", "way": "asked"}
    usual |= {"born_status": "NEW", "status": "NEW"}
    made = LeadFact(dealership=dealership, created_at=created_at, **{**usual, **columns})
    if made.first_completed_at is not None:
        made.completion_seconds = made.first_completed_at - created_at
    profile(made)
    return made


def save(facts):
    """Store them, each open from its creation on."""
    LeadFact.objects.bulk_create(facts)
    LeadSpan.objects.bulk_create(
        LeadSpan(
            dealership_id=each.dealership_id,
            lead_id=each.lead_id,
            from_at=each.created_at,
            gone=each.deleted_at is not None,
        )
        for each in facts
    )
