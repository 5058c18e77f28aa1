"""Many leads for a test that counts statements."""

from django.utils import timezone

from leads.models import Lead


def many_leads(car, count):
    """So many open leads of a car, without events."""
    now = timezone.now()
    fields = {"action": "Call", "target_name": "Sara", "target_info": "0600123456"}
    leads = [
        Lead(dealership=car.dealership, car=car, order=number, created_at=now, updated_at=now, **fields)
        for number in range(count)
    ]
    for lead in leads:
        lead.fold()
    return Lead.objects.bulk_create(leads)
