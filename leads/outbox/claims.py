"""Who serves which destination: a lease with a token on the destination's own row, so that nothing is left "running"."""

import uuid
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Window
from django.db.models.functions import RowNumber

from leads.outbox.models import Delivery, Destination, State
from leads.outbox.pauses import goes_at_once, is_paused, paused_until
from leads.outbox.senders import Sender, sender_of
from steerleads.db.clock import credible_until

Waiting = list[tuple[UUID, UUID]]  # (id, its dealership's id) of destinations


def claim(
    sender: Sender,
    *,
    now: datetime,
    most: int,
    failing: bool = False,
    choose: Callable[[Waiting], list[UUID]] | None = None,
) -> list[Destination]:
    """Up to `most` destinations of a sender with something due that nobody serves, now leased to us.

    They come from what is Waiting, whoever was served longest ago first, and `choose` may say which of them.
    Those that fail are asked for apart, so that they cannot take every thread from those that don't.
    """
    free = Destination.objects.filter(type=sender.type, is_on=True, failing_since__isnull=not failing)
    over = Q(lease_token=None) | Q(leased_until__lte=now) | Q(leased_until__gt=credible_until(now, sender.lease))
    free = free.filter(over).filter(_has_due(now, is_paused(now)))
    # Looked at first without a lock: on SQLite, a transaction stops everybody who writes.
    waiting = _waiting(free, most) if most > 0 else []
    chosen = choose(waiting) if choose else [pk for pk, _ in waiting[:most]]
    if not chosen:
        return []
    with transaction.atomic():
        claimed = list(free.select_for_update(skip_locked=True).filter(pk__in=chosen))
        for destination in claimed:
            destination.lease_token, destination.leased_until = uuid.uuid4(), now + sender.lease
            destination.save(update_fields=["lease_token", "leased_until"])
    return claimed


def renew(destination: Destination, *, now: datetime) -> Destination | None:
    """The destination as it is now, as the Webhook or Rule that it is, leased for half its sender's lease at least.

    None if another took it over, or it is off.
    """
    sender = sender_of(destination)
    # Not each time: a write for every delivery would cost more than all else.
    left = destination.leased_until - now
    if left < sender.lease / 2 or left > sender.lease:
        _ours(Destination, destination).filter(is_on=True).update(leased_until=now + sender.lease)
    return _ours(sender.model, destination).filter(is_on=True).select_related("dealership").first()


def release(destination: Destination, *, now: datetime) -> None:
    """Let others have it at once."""
    _ours(Destination, destination).update(lease_token=None, leased_until=now)


def next_due(destination: Destination, *, now: datetime) -> Delivery | None:
    """The delivery that has waited longest, or None. One that was paused is first sent what was not refused by it."""
    due = _due(now).of(destination.dealership_id).filter(destination=destination.pk)
    if paused_until(destination, now):
        due = due.filter(goes_at_once())
    return due.order_by("next_at", "id").first()


def might_claim(now: datetime) -> Exists:
    """Whether `claim` might find any, as a condition cheap to ask; also while others serve them. It may miss one that a
    pause from the future seems to hold up.
    """
    return Exists(Destination.objects.filter(_has_due(now, Q(paused_until__gt=now)), is_on=True))


def _waiting(free, most):
    longest_ago = [F("leased_until").asc(nulls_first=True), "id"]
    turn = Window(RowNumber(), partition_by="dealership", order_by=longest_ago)
    return list(free.annotate(turn=turn).filter(turn__lte=most).order_by(*longest_ago).values_list("pk", "dealership"))


def _has_due(now, is_paused):
    due = _due(now).filter(destination=OuterRef("pk"))
    return (~is_paused & Exists(due)) | Exists(due.filter(goes_at_once()))


def _due(now):
    return Delivery.objects.filter(state=State.PENDING, next_at__lte=now)


def _ours(model, destination):
    return model.objects.filter(pk=destination.pk, lease_token=destination.lease_token)
