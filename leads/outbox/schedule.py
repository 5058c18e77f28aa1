"""When a delivery that failed is tried again, and when that ends."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=10),
)
JITTER = 0.2  # either way, so that what failed together does not come back together
FAILING_FOR = timedelta(days=5)  # so long without a success, and it is over: a webhook is switched off


def next_attempt(attempts: int, now: datetime, *, chance: Callable[[], float] = random.random) -> datetime | None:
    """When to try again after so many attempts that failed, the last of them now; None if there is no more try.

    `chance()` is from 0 to 1.
    """
    if attempts > len(PAUSES):
        return None
    return now + PAUSES[attempts - 1] * (1 + JITTER * (2 * chance() - 1))
