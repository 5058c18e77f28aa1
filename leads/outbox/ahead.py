"""What deliveries have stored from the future: dated back, and tried now instead of when that comes."""

from datetime import datetime

from django.db.models import Q

from leads.outbox.models import Attempt, Delivery, Destination, SentPayload, State
from steerleads.db.clock import credible_until, date_back


def date_all_back(now: datetime) -> None:
    """What was last written by a clock that is ahead. Leases are judged when they are looked at (claims.py)."""
    ahead = credible_until(now)
    tried_ahead = Delivery.objects.filter(last_at__gt=ahead).values("destination")
    Destination.objects.filter(paused_until__gt=now, pk__in=tried_ahead).update(paused_until=None)
    written_ahead = Q(last_at__gt=ahead) | Q(last_at=None, created_at__gt=ahead)
    Delivery.objects.filter(written_ahead, state=State.PENDING, next_at__gt=now).update(next_at=now)
    for model, field in (
        *((Delivery, "last_at"), (Delivery, "created_at"), (Attempt, "at"), (SentPayload, "created_at")),
        (Destination, "failing_since"),
    ):
        date_back(model.objects.all(), field, now)
