"""The hourly limit of a key, exact over all processes, at the price of one database write for many requests.

A process takes a lease of several requests at a time from the key's row; leases shrink to one near the limit.
DRF's throttles count in each process apart: 2,400 of 2,400 passed at a limit of 1,000.

While the database takes no writes (a standby), reads go on: leases are only noted in the process, and written down once
it takes some again. Each process then counts for itself.
"""

import threading
from collections import defaultdict
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from rest_framework.throttling import BaseThrottle

from steerleads.api.errors import DATABASE_ERRORS, RateLimitExceeded, takes_no_writes
from steerleads.db.clock import APART, credible_until
from steerleads.dealers.models import RateWindow

HOUR = timedelta(hours=1)
SECONDS_AN_HOUR = 3600
LARGEST_LEASE = 100
SHARE = 20  # a lease is at most this fraction of what is left, so that little can be stuck in one process

_leases = {}
_unwritten = {}  # {key's id: (when the window began, requests)}: leases that the database could not take
_locks = defaultdict(threading.Lock)


class Lease:
    """Requests that this process may let pass until the window ends. Used under the key's lock only."""

    def __init__(self, limit, began_at, left, elsewhere):
        self.limit = limit
        # Of a window that begins later than this, the clock has been set back since.
        self.believed_from = began_at - APART
        self.ends_at = began_at + HOUR
        self.left = left
        self.elsewhere = elsewhere  # what the row still had when the lease was taken

    def holds(self, limit, now):
        """Whether a request may be taken of it."""
        return self.left > 0 and self.limit == limit and self.believed_from <= now < self.ends_at


class Verdict:
    """Whether this request may pass, and what to tell its caller."""

    def __init__(self, key_id, lease, passed, now):
        self.passed = passed
        self._key_id, self._lease = key_id, lease
        self._reset = min(max(1, -int(-(lease.ends_at - now).total_seconds() // 1)), SECONDS_AN_HOUR)
        self._remaining = lease.left + lease.elsewhere

    def headers(self):
        lease = self._lease
        return {
            "RateLimit-Limit": str(lease.limit),
            "RateLimit-Remaining": str(self._remaining),
            "RateLimit-Reset": str(self._reset),
        }

    @property
    def retry_after(self):
        return str(self._reset)

    def give_back(self):
        """A 304 costs nothing."""
        with _locks[self._key_id]:
            # Rivals may have used up our lease meanwhile: the request goes to the one that runs now.
            lease = _leases.get(self._key_id)
            if lease is not None and lease.ends_at == self._lease.ends_at:
                lease.left += 1
        self._remaining += 1


class HourlyLimit(BaseThrottle):
    """The place in DRF's order of judgement where a spent limit becomes a 429: after the scope."""

    def allow_request(self, request, view):
        verdict = getattr(request._request, "hourly_limit", None)
        if verdict is not None and not verdict.passed:
            raise RateLimitExceeded(
                f"This API key has used up its {verdict.headers()['RateLimit-Limit']} requests for this hour. "
                f"Try again in {verdict.retry_after} seconds.",
                headers={"Retry-After": verdict.retry_after},
            )
        return True


def consume(key, *, now=None):
    """One request of this key's hour: a Verdict, or None for a key without limit."""
    if key.hourly_limit == 0:
        return None
    now = now or timezone.now()
    with _locks[key.pk]:
        lease = _leases.get(key.pk)
        if lease is None or not lease.holds(key.hourly_limit, now):
            lease = _leases[key.pk] = _take_lease(key, now)
        passed = lease.left > 0
        if passed:
            lease.left -= 1
        return Verdict(key.pk, lease, passed, now)


def forget_leases():
    """For tests, whose keys come and go."""
    _leases.clear()
    _unwritten.clear()


def _take_lease(key, now):
    """A Lease, of no request if the hour's are spent."""
    try:
        return _take_written(key, now)
    except DATABASE_ERRORS as error:
        if not takes_no_writes(error):
            raise
        return _take_unwritten(key, now)


def _take_written(key, now):
    with transaction.atomic():
        window = RateWindow.objects.select_for_update().get(key=key)
        owed = _settle(window, now)
        lease = _lease_of(key, window, owed)
        if lease.left or owed:
            window.taken += owed + lease.left
            window.save(update_fields=["began_at", "taken"])
    _unwritten.pop(key.pk, None)
    return lease


def _take_unwritten(key, now):
    window = RateWindow.objects.get(key=key)
    owed = _settle(window, now)
    lease = _lease_of(key, window, owed)
    _unwritten[key.pk] = window.began_at, owed + lease.left
    return lease


def _settle(window, now):
    """Begin another hour if that of the row is over. How many requests of this hour are not written down yet."""
    began_at, owed = _unwritten.get(window.pk, (None, 0))
    is_ours_running = _runs(began_at, now)
    if not _runs(window.began_at, now):
        window.began_at, window.taken = began_at if is_ours_running else now, 0
    return owed if is_ours_running else 0


def _runs(began_at, now):
    return began_at is not None and began_at <= credible_until(now) and now < began_at + HOUR


def _lease_of(key, window, owed):
    left = max(0, key.hourly_limit - window.taken - owed)
    size = min(left, max(1, min(LARGEST_LEASE, left // SHARE)))
    return Lease(key.hourly_limit, window.began_at, size, left - size)
