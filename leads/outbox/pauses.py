"""How long a destination that can take nothing now is left alone, by its own words or by ours."""

import random
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db.models import Case, DateTimeField, F, Q, QuerySet, When
from django.utils.http import parse_http_date_safe

from leads.outbox.models import Delivery, Destination
from leads.outbox.outcomes import Outcome
from steerleads.db.clock import credible_until

LONGEST = timedelta(days=1)
LONGEST_OF_OURS = timedelta(minutes=5)
JITTER = 0.2  # never sooner than was asked, and not all at one moment
MOST_REFUSALS = 20  # are counted
TOO_MANY, GONE = 429, 410
# Nobody is there, or only a gateway: whatever else waits would fare the same.
GATEWAYS = {502, 503, 504}
NOBODY_THERE = {"refused_url", "dns", "refused_address", "connect", "tls", "timeout", "smtp"}


# --- From an answer ------------------------------------------------------------------------------


def asked_pause(status: int, headers: Mapping[str, str]) -> timedelta | None:
    """For how long the headers of a refusal ask to be left alone: a timedelta, zero where a 429 does not say; else None.

    A date is judged against the answer's own: the other side's clock may be wrong.
    """
    seconds = _retry_after(headers) if status >= 400 and status != GONE else None
    if seconds is None:
        return timedelta(0) if status == TOO_MANY else None
    return timedelta(seconds=min(max(seconds, 0), LONGEST.total_seconds()))


def _retry_after(headers):
    """Seconds, or None where it is not there or makes no sense (RFC 9110, 10.2.3)."""
    text = str(headers.get("Retry-After", "")).strip()
    if text.isascii() and text.isdigit():
        return float(text)  # which takes any number of digits
    at = parse_http_date_safe(text)
    if at is None:
        return None
    return at - (parse_http_date_safe(str(headers.get("Date", "")).strip()) or time.time())


# --- Of a destination ----------------------------------------------------------------------------


def pause_end(
    outcome: Outcome, destination: Destination, now: datetime, *, chance: Callable[[], float] = random.random
) -> datetime | None:
    """Until when this Outcome, which is not ok, pauses the destination; None if it does not.

    Each refusal in a row doubles the least that we wait, from a second up. `chance()` is from 0 to 1.
    """
    if outcome.later is None and not _is_away(outcome):
        return None
    ours = min(timedelta(seconds=2**destination.refusals), LONGEST_OF_OURS)
    pause = max(ours, outcome.later or ours) * (1 + JITTER * chance())
    return max(now + min(pause, LONGEST), paused_until(destination, now) or now)


def _is_away(outcome):
    return outcome.status in GATEWAYS or (outcome.status is None and outcome.error in NOBODY_THERE)


def paused_until(destination: Destination, now: datetime) -> datetime | None:
    """When the pause ends that a destination is in, or None."""
    until = destination.paused_until
    return until if until and now < until <= credible_until(now, LONGEST) else None


def is_paused(now: datetime, of: str = "") -> Q:
    """The same as a condition on rows: destinations, or what belongs to one (`of` is then "destination__")."""
    return Q(**{f"{of}paused_until__gt": now, f"{of}paused_until__lte": credible_until(now, LONGEST)})


def goes_at_once() -> Q:
    """The deliveries that no pause holds up: tests, once, as somebody wants to know now whether it is mended."""
    return Q(event_id=None, last_at=None)


def with_due(deliveries: QuerySet[Delivery], now: datetime) -> QuerySet[Delivery]:
    """Deliveries, each with `due_at`: when it will be tried next, which a pause may put off."""
    end = F("destination__paused_until")
    puts_off = When(~goes_at_once() & is_paused(now, "destination__") & Q(next_at__lt=end), then=end)
    return deliveries.annotate(due_at=Case(puts_off, default=F("next_at"), output_field=DateTimeField()))
