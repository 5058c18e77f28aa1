"""What a damaged database answers: said in the log with its remedy, and remembered by this process for /readyz."""

import logging
import time

SECONDS_REMEMBERED = 60

log = logging.getLogger(__name__)
_met_at: float | None = None


def note_damage(error: Exception) -> None:
    """Remember that the database answered with `error`, and say so in the log, once until it is forgotten."""
    global _met_at
    is_news = not is_damage_known()
    _met_at = time.monotonic()
    if is_news:
        log.critical(
            "The database is damaged: %s. Stop the server, and restore a backup: manage.py restore FILE", error
        )


def is_damage_known() -> bool:
    """Whether this process has met damage within the last minute."""
    return _met_at is not None and time.monotonic() - _met_at < SECONDS_REMEMBERED


def forget_damage() -> None:
    """For tests."""
    global _met_at
    _met_at = None
