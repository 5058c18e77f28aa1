"""The verbs of dealerships: made, and changed. `by` is a User, or None for the operator."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.dispatch import Signal

from steerleads.api.errors import ValidationFailed
from steerleads.api.serializers import check
from steerleads.dealers import audit
from steerleads.dealers.actors import Actor
from steerleads.dealers.audit_kinds import AuditKind
from steerleads.dealers.models import Dealership
from steerleads.dealers.serializers import DealershipBody

# Sent with the `dealership` and the `actor`, in the transaction that makes it.
dealership_made = Signal()
# Sent with the `dealership` and the names of what `changed` of it, in the transaction that changes it.
dealership_changed = Signal()


def make_dealership(fields, *, by=None):
    """A new Dealership from model field names. Raises ValidationFailed."""
    values, _ignored = check(DealershipBody, fields)
    dealership = Dealership(**{**fields, **values})
    with transaction.atomic():
        _save(dealership, force_insert=True)
        _record(AuditKind.DEALERSHIP_MADE, dealership, by)
        dealership_made.send(sender=Dealership, dealership=dealership, actor=Actor.by(by))
    return dealership


def change_dealership(dealership, changes, *, by=None):
    """The Dealership with `changes` (model field names); only what differs is written. Raises ValidationFailed."""
    values, _ignored = check(DealershipBody, changes, partial=True)
    with transaction.atomic():
        dealership = Dealership.objects.select_for_update(no_key=True).get(pk=dealership.pk)
        changed = {name: value for name, value in {**changes, **values}.items() if getattr(dealership, name) != value}
        if changed:
            for name, value in changed.items():
                setattr(dealership, name, value)
            _save(dealership, update_fields=list(changed))
            _record(AuditKind.DEALERSHIP_CHANGED, dealership, by, changed=sorted(changed))
            dealership_changed.send(sender=Dealership, dealership=dealership, changed=set(changed))
    return dealership


def _save(dealership, **how):
    try:
        dealership.full_clean()
        with transaction.atomic():
            dealership.save(**how)
    except ValidationError as error:
        raise ValidationFailed(details=_details(error)) from None
    except IntegrityError:  # somebody has taken the name since we looked
        taken = dealership.unique_error_message(Dealership, ["name"])
        raise ValidationFailed(" ".join(taken.messages), field="name") from None


def _details(error):
    return [
        {"field": name, "code": "invalid", "message": message}
        for name, messages in error.message_dict.items()
        for message in messages
    ]


def _record(kind, dealership, by, **details):
    audit.record(kind, actor=Actor.by(by), dealership=dealership, subject=dealership, **details)
