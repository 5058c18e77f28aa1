"""What was reckoned of one state of a dealership's facts, kept for who asks next: in this process, for a minute.

Its key has the marks of that state: whatever changes facts, leads or cars gives them another one. What depends on more,
on the moment above all, says so in its key.
"""

from collections.abc import Callable, Hashable
from hashlib import sha256
from typing import TypeVar

from django.core.cache import cache

from leads.analytics.asked import Asked

Made = TypeVar("Made")


def kept(asked: Asked, what: Hashable, make: Callable[[], Made]) -> Made:
    """What `make` makes, or has made of the same state under this name; `what` may hold texts, numbers and ids."""
    if not asked.standing.is_settled:  # leads know of events already that facts do not
        return make()
    found: Made = cache.get_or_set(_key(asked, what), make)
    return found


def keep(asked: Asked, what: Hashable, made: object) -> None:
    """Have it ready for `kept`."""
    if asked.standing.is_settled:
        cache.set(_key(asked, what), made)


def _key(asked: Asked, what: Hashable) -> str:
    return sha256(repr((asked.dealership.pk, asked.standing.marks, what)).encode()).hexdigest()
