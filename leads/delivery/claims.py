"""Who serves which destination: a lease with a token on the destination's own row, so that nothing is left "running"."""

import uuid

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Window
from django.db.models.functions import RowNumber

from leads.delivery.models import Delivery, State
from leads.delivery.pauses import goes_at_once, is_paused, paused_until
from steerleads.db.clock import credible_until


def claim(model, *, now, most, failing=False, choose=None):
    """Up to `most` destinations of a model (Webhook, Rule) with something due that nobody serves, now leased to us.

    They come from [(id, its dealership's id)], whoever was served longest ago first, and `choose` may say which of them.
    Those that fail are asked for apart, so that they cannot take every thread from those that don't.
    """
    free = model.objects.filter(is_on=True, failing_since__isnull=not failing)
    over = Q(lease_token=None) | Q(leased_until__lte=now) | Q(leased_until__gt=credible_until(now, model.LEASE))
    free = free.filter(over).filter(_has_due(model, now, is_paused(now)))
    # Looked at first without a lock: on SQLite, a transaction stops everybody who writes.
    waiting = _waiting(free, most) if most > 0 else []
    chosen = choose(waiting) if choose else [pk for pk, _ in waiting[:most]]
    if not chosen:
        return []
    with transaction.atomic():
        claimed = list(free.select_for_update(skip_locked=True).filter(pk__in=chosen))
        for destination in claimed:
            destination.lease_token, destination.leased_until = uuid.uuid4(), now + model.LEASE
            destination.save(update_fields=["lease_token", "leased_until"])
    return claimed


def renew(destination, *, now):
    """The destination as it is now, leased for half a LEASE at least; None if another took it over, or it is off."""
    ours = _ours(destination).filter(is_on=True)
    # Not each time: a write for every delivery would cost more than all else.
    left = destination.leased_until - now
    if left < destination.LEASE / 2 or left > destination.LEASE:
        ours.update(leased_until=now + destination.LEASE)
    return ours.select_related("dealership").first()


def release(destination, *, now):
    """Let others have it at once."""
    _ours(destination).update(lease_token=None, leased_until=now)


def next_due(destination, *, now):
    """The delivery that has waited longest, or None. One that was paused is first sent what was not refused by it."""
    field = destination._meta.model_name
    due = _due(now).of(destination.dealership_id).filter(**{field: destination.pk})
    if paused_until(destination, now):
        due = due.filter(goes_at_once())
    return due.order_by("next_at", "id").first()


def might_claim(model, now):
    """Whether `claim` might find any, as a condition cheap to ask; also while others serve them. It may miss one that a
    pause from the future seems to hold up.
    """
    return Exists(model.objects.filter(_has_due(model, now, Q(paused_until__gt=now)), is_on=True))


def _waiting(free, most):
    longest_ago = [F("leased_until").asc(nulls_first=True), "id"]
    place = Window(RowNumber(), partition_by="dealership", order_by=longest_ago)
    return list(
        free.annotate(place=place).filter(place__lte=most).order_by(*longest_ago).values_list("pk", "dealership")
    )


def _has_due(model, now, is_paused):
    due = _due(now).filter(**{model._meta.model_name: OuterRef("pk")})
    return (~is_paused & Exists(due)) | Exists(due.filter(goes_at_once()))


def _due(now):
    return Delivery.objects.filter(state=State.PENDING, next_at__lte=now)


def _ours(destination):
    return type(destination).objects.filter(pk=destination.pk, lease_token=destination.lease_token)
