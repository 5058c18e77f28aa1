"""Forgets deliveries, their attempts and bodies once they are old."""

from datetime import timedelta

from leads.delivery.models import Attempt, Body, Delivery, State

KEPT = timedelta(days=30)
BATCH = 500


def forget_old(*, now):
    """Delete what was tried for the last time, or stored, more than 30 days ago. What is pending stays."""
    before = now - KEPT
    over = Delivery.objects.filter(state__in=[State.DELIVERED, State.DEAD, State.DROPPED], created_at__lt=before)
    _delete(over.exclude(last_at__gte=before))
    _delete(Attempt.objects.filter(at__lt=before))
    _delete(Body.objects.filter(created_at__lt=before))


def _delete(old):
    """Batch by batch, so that nobody waits long."""
    while ids := list(old.order_by().values_list("pk", flat=True)[:BATCH]):
        old.model.objects.filter(pk__in=ids).delete()
