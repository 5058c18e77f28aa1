"""The verbs of deliveries and of destinations as such: the API, the admin, the worker and commands write through these.

Locks are taken in one order: the dealership's feed, then destinations, then deliveries.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from leads.models import Lead
from leads.outbox.errors import DeliveryNotFound, NotRedeliverable
from leads.outbox.models import Attempt, Delivery, Destination, State, SwitchedOff
from leads.outbox.senders import sender_of

OVER = (State.DELIVERED, State.DEAD)


def send_test(destination: Destination) -> Delivery:
    """A pending Delivery about nothing, due now. Raises its sender's `not_found_error`."""
    with transaction.atomic():
        # Locked against a deletion meanwhile: the foreign key would notice only at the commit, as a server error.
        still_there = Destination.objects.of(destination.dealership_id).select_for_update(no_key=True)
        if not still_there.filter(pk=destination.pk).values_list("pk").first():
            raise sender_of(destination).not_found_error()
        return Delivery.objects.create(
            dealership_id=destination.dealership_id,
            destination_id=destination.pk,
            kind=f"{destination.type}.test",
            next_at=timezone.now(),
        )


def redeliver(delivery: Delivery) -> Delivery:
    """The Delivery, to be sent once more under the same id. Raises DeliveryNotFound, NotRedeliverable."""
    with transaction.atomic():
        rows = Delivery.objects.of(delivery.dealership_id).select_for_update(no_key=True)
        delivery = rows.filter(pk=delivery.pk).first()
        if delivery is None:
            raise DeliveryNotFound()
        if delivery.state not in OVER:
            raise NotRedeliverable()
        # So that what was answered about the lead is not read, and kept for an Idempotency-Key, while it is deleted.
        Lead.objects.of(delivery.dealership_id).select_for_update(no_key=True).filter(pk=delivery.lead_id).first()
        if delivery.state == State.DELIVERED:
            delivery.delivered_to = []  # all are to have it again; of a dead letter, only those who have not
        delivery.state, delivery.attempts, delivery.next_at = State.PENDING, 0, timezone.now()
        delivery.save(update_fields=["state", "attempts", "next_at", "delivered_to"])
    return delivery


def switch_off(destination: Destination, why: SwitchedOff, now: datetime) -> None:
    """Switch a locked destination off. What waited for it becomes dead letters: seen, and sent again by whoever mends it."""
    destination.is_on, destination.switched_off_at, destination.switched_off_why = False, now, why
    destination.save(update_fields=["is_on", "switched_off_at", "switched_off_why"])
    waiting = Delivery.objects.of(destination.dealership_id).filter(destination=destination.pk, state=State.PENDING)
    waiting.update(state=State.DEAD, next_at=None, last_error="switched_off")
    sender_of(destination).note_switched_off(destination, why)


def delete_deliveries(destination: Destination) -> None:
    """Delete all that was, is and would be sent to a destination, which is locked and about to be deleted."""
    deliveries = Delivery.objects.of(destination.dealership_id).filter(destination=destination.pk)
    Attempt.objects.of(destination.dealership_id).filter(delivery__in=deliveries).delete()
    # In one statement: delete() would read them all first, and there can be hundreds of thousands.
    deliveries._raw_delete(deliveries.db)
