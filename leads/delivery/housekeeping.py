"""Forgets deliveries and their attempts once they are old, and bodies once they are no longer needed."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from leads.delivery.models import Attempt, Body, Delivery, State
from leads.privacy.people import is_mentioned_in_json

KEPT = timedelta(days=30)
BODY_KEPT = timedelta(hours=1)
BATCH = 500


def forget_old(*, now):
    """Delete a batch of what was tried for the last time more than 30 days ago; whether there may be more.

    What is pending stays, but what waits for a webhook that is off. A body, which has the contact as it was, goes as
    soon as nobody waits for it.
    """
    before = now - KEPT
    over = Q(state__in=[State.DELIVERED, State.DEAD, State.DROPPED]) | Q(state=State.PENDING, webhook__is_on=False)
    over = Delivery.objects.filter(over, created_at__lt=before)
    waiting = Delivery.objects.filter(
        dealership=OuterRef("dealership"), event_id=OuterRef("event_id"), state=State.PENDING
    )
    old = (
        over.exclude(last_at__gte=before),
        Attempt.objects.filter(at__lt=before),
        Body.objects.filter(~Exists(waiting), created_at__lt=now - BODY_KEPT),
    )
    return any(_delete(rows) for rows in old)


def forget_persons(dealership, persons):
    """Delete what receivers answered, which may name anybody, and bodies that name one of these whom a lead no longer names.

    What is still to be sent is made anew, of the lead as it is now.
    """
    Attempt.objects.of(dealership).exclude(answer="").update(answer="")
    bodies = Body.objects.of(dealership).order_by("pk")
    naming = [pk for pk, text in bodies.values_list("pk", "text").iterator() if is_mentioned_in_json(persons, text)]
    for start in range(0, len(naming), BATCH):
        bodies.filter(pk__in=naming[start : start + BATCH]).delete()


def _delete(old):
    """Delete a batch; whether it was a full one. What somebody holds, to send it again perhaps, is passed over."""
    with transaction.atomic():
        batch = old.order_by().select_for_update(skip_locked=True, of=("self",))
        ids = list(batch.values_list("pk", flat=True)[:BATCH])
        old.model.objects.filter(pk__in=ids).delete()
    return len(ids) == BATCH
