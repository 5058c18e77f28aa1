"""Forgets deliveries and their attempts once they are old, and payloads once they are no longer needed."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from leads.outbox.models import Attempt, Delivery, SentPayload, State
from leads.privacy.people import Person, is_mentioned_in_json
from steerleads.api import json
from steerleads.dealers.models import Dealership

KEPT = timedelta(days=30)
PAYLOAD_KEPT = timedelta(hours=1)
BATCH = 500


def forget_old(*, now: datetime) -> bool:
    """Delete a batch of what was tried for the last time more than 30 days ago; whether there may be more.

    What is pending stays, but what waits for a destination that is off. A payload, which has the contact as it was,
    goes as soon as nobody waits for it.
    """
    before = now - KEPT
    over = Q(state__in=[State.DELIVERED, State.DEAD, State.DROPPED]) | Q(state=State.PENDING, destination__is_on=False)
    over = Delivery.objects.filter(over, created_at__lt=before)
    waiting = Delivery.objects.filter(
        dealership=OuterRef("dealership"), event_id=OuterRef("event_id"), state=State.PENDING
    )
    old = (
        over.exclude(last_at__gte=before),
        Attempt.objects.filter(at__lt=before),
        SentPayload.objects.filter(~Exists(waiting), created_at__lt=now - PAYLOAD_KEPT),
    )
    return any(_delete(rows) for rows in old)


def forget_persons(dealership: Dealership, persons: Collection[Person]) -> None:
    """Delete what receivers answered, which may name anybody, and payloads that name one of these, whom a lead no longer
    names.

    What is still to be sent is made anew, of the lead as it is now.
    """
    Attempt.objects.of(dealership).exclude(answer="").update(answer="")
    _delete_payloads(dealership, lambda text: is_mentioned_in_json(persons, text))


def forget_names(dealership: Dealership, names: Collection[str]) -> int:
    """Delete the payloads that have one of these names, as who did something; how many. They are made anew."""
    rendered = [json.render(name).decode()[1:-1] for name in names]
    return _delete_payloads(dealership, lambda text: any(name in text for name in rendered))


def _delete_payloads(dealership, is_to_go):
    payloads = SentPayload.objects.of(dealership)
    ids = [pk for pk, text in payloads.values_list("pk", "text").iterator() if is_to_go(text)]
    for start in range(0, len(ids), BATCH):
        payloads.filter(pk__in=ids[start : start + BATCH]).delete()
    return len(ids)


def _delete(old):
    """Delete a batch; whether it was a full one. What somebody holds, to send it again perhaps, is passed over."""
    with transaction.atomic():
        batch = old.order_by().select_for_update(skip_locked=True, of=("self",))
        ids = list(batch.values_list("pk", flat=True)[:BATCH])
        old.model.objects.filter(pk__in=ids).delete()
    return len(ids) == BATCH
