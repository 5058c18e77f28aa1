"""The hourly limit of a key, exact over all processes, at the price of one database write for many requests.

A process takes a lease of several requests at a time from the key's row; leases shrink to one near the limit.
DRF's throttles count in each process apart: 2,400 of 2,400 passed at a limit of 1,000.
"""

import threading
from collections import defaultdict
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from rest_framework.throttling import BaseThrottle

from steerleads.api.errors import RateLimitExceeded
from steerleads.dealers.models import RateWindow

HOUR = timedelta(hours=1)
LARGEST_LEASE = 100
SHARE = 20  # a lease is at most this fraction of what is left, so that little can be stuck in one process

_leases = {}
_locks = defaultdict(threading.Lock)


class Lease:
    """Requests that this process may let pass until the window ends. Used under the key's lock only."""

    def __init__(self, limit, ends_at, left, elsewhere):
        self.limit = limit
        self.ends_at = ends_at
        self.left = left
        self.elsewhere = elsewhere  # what the row still had when the lease was taken


class Verdict:
    """Whether this request may pass, and what to tell its caller."""

    def __init__(self, key_id, lease, passed, now):
        self.passed = passed
        self._key_id, self._lease = key_id, lease
        self._reset = max(1, -int(-(lease.ends_at - now).total_seconds() // 1))
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


def take(key, *, now=None, in_memory=False):
    """One request of this key's hour: a Verdict, or None for a key without limit.

    With `in_memory`, None also if a lease had to be taken first, which asks the database; nothing is counted then.
    """
    if key.hourly_limit == 0:
        return None
    now = now or timezone.now()
    with _locks[key.pk]:
        lease = _leases.get(key.pk)
        if lease is None or lease.limit != key.hourly_limit or now >= lease.ends_at or lease.left < 1:
            if in_memory:
                return None
            lease = _leases[key.pk] = _take_lease(key, now)
        passed = lease.left > 0
        if passed:
            lease.left -= 1
        return Verdict(key.pk, lease, passed, now)


def forget_leases():
    """For tests, whose keys come and go."""
    _leases.clear()


def _take_lease(key, now):
    with transaction.atomic():
        window = RateWindow.objects.select_for_update().get(key=key)
        if window.began_at is None or now >= window.began_at + HOUR:
            window.began_at, window.taken = now, 0
        left = max(0, key.hourly_limit - window.taken)
        size = min(left, max(1, min(LARGEST_LEASE, left // SHARE)))
        if size:
            window.taken += size
            window.save(update_fields=["began_at", "taken"])
    return Lease(key.hourly_limit, window.began_at + HOUR, size, left - size)
