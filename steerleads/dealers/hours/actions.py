"""The verb of business hours and quiet hours, and the signal for those who plan by them."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.dispatch import Signal

from steerleads.dealers.hours.models import Hours
from steerleads.dealers.models import Dealership

# Sent with `dealership`, in the transaction that changes its hours.
hours_changed = Signal()


def set_hours(dealership: Dealership, fields: Mapping[str, Any]) -> Hours:
    """The dealership's Hours with these fields, which the form has made clean; other fields stay as they are."""
    with transaction.atomic():
        hours, _created = Hours.objects.update_or_create(dealership=dealership, defaults=fields)
        hours_changed.send(sender=Hours, dealership=dealership)
    return hours
