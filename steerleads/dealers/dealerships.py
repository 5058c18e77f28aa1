"""The verbs of dealerships: made, and changed. `by` is a User, or None for the operator."""

from django.db import transaction

from steerleads.dealers import audit
from steerleads.dealers.actors import Actor
from steerleads.dealers.audit_kinds import AuditKind
from steerleads.dealers.models import Dealership


def make_dealership(fields, *, by=None):
    """A new Dealership. Raises ValidationError."""
    dealership = Dealership(**fields)
    dealership.full_clean()
    with transaction.atomic():
        dealership.save(force_insert=True)
        _record(AuditKind.DEALERSHIP_MADE, dealership, by)
    return dealership


def change_dealership(dealership, changes, *, by=None):
    """The Dealership with `changes`, which a form has judged; only what differs is written."""
    with transaction.atomic():
        dealership = Dealership.objects.select_for_update(no_key=True).get(pk=dealership.pk)
        changed = {name: value for name, value in changes.items() if getattr(dealership, name) != value}
        if changed:
            for name, value in changed.items():
                setattr(dealership, name, value)
            dealership.save(update_fields=list(changed))
            _record(AuditKind.DEALERSHIP_CHANGED, dealership, by, changed=sorted(changed))
    return dealership


def _record(kind, dealership, by, **details):
    audit.record(kind, actor=Actor.by(by), dealership=dealership, subject=dealership, **details)
