"""Ids: time-ordered UUIDs (RFC 9562, version 7) and the one spelling in which they are accepted."""

import os
import re
import threading
import time
import uuid
from typing import TypeGuard

CANONICAL = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

_lock = threading.Lock()
_last = 0


def new_id() -> uuid.UUID:
    """A UUID v7. Within one process each is greater than the one before, also in the same millisecond."""
    global _last
    with _lock:
        # 48 bits of milliseconds, then 12 bits of their fraction, as RFC 9562 method 3 allows.
        now = time.time_ns()
        stamp = (now // 1_000_000 << 12) | (now % 1_000_000 * 4096 // 1_000_000)
        _last = max(stamp, _last + 1)
        stamp = _last
    random = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    return uuid.UUID(int=(stamp >> 12) << 80 | 7 << 76 | (stamp & 0xFFF) << 64 | 2 << 62 | random)


def is_id(text: object) -> TypeGuard[str]:
    """Whether it is a text that `parse_id` takes."""
    return isinstance(text, str) and CANONICAL.fullmatch(text) is not None


def parse_id(text: object) -> uuid.UUID | None:
    """The UUID that 36 characters in any letter case spell, or None for any other spelling."""
    return uuid.UUID(text) if is_id(text) else None
