"""Mails that wait in a table: each is sent by one worker at a time, and for a day while the mail server is away.

A row of such a table has `next_at` (when it is due; while a worker has it, when its lease ends), `lease` and `attempts`.
That a mail is sent is noted after the mail server took it: a worker that is killed in between sends it again under the
same Message-ID, by which mail programs know it.
"""

import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

LEASE = timedelta(minutes=5)  # a mail server may take 10 s to answer each of some eight lines
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
MOST_ATTEMPTS = 31  # the pauses between which are a day

log = logging.getLogger(__name__)


def claim(due: QuerySet[Any], *, now: datetime) -> Any | None:
    """Of the rows that are due, the one that has waited longest, now leased to us; or None. It is due when the lease ends."""
    # Looked at first without a lock: on SQLite, a transaction stops everybody who writes.
    if not due.exists():
        return None
    with transaction.atomic():
        mail = due.select_for_update(skip_locked=True, of=("self",)).order_by("next_at").first()
        if mail:
            mail.lease, mail.next_at = uuid.uuid4(), now + LEASE
            mail.save(update_fields=["lease", "next_at"])
    return mail


def error_of(send: Callable[[], object]) -> str | None:
    """The name of the error with which sending ended, or None."""
    try:
        send()
    except OSError as error:  # as all errors of smtplib are
        return type(error).__name__
    except Exception as error:  # a bug of ours, which is not to go round and round
        log.exception("A mail to a member of staff could not be sent.")
        return type(error).__name__
    return None


def next_attempt(mail: Any, error: str, *, now: datetime) -> dict[str, Any] | None:
    """What to write into the row after an attempt that failed, or None if it was the last. The log says so, without a name."""
    attempts = mail.attempts + 1
    if attempts >= MOST_ATTEMPTS:
        log.error("A mail to user %s was given up after %s attempts: %s", mail.user_id, attempts, error)
        return None
    log.warning("The mail server did not take a mail to user %s: %s. It is tried again.", mail.user_id, error)
    return {"attempts": attempts, "lease": None, "next_at": now + pause_after(attempts)}


def pause_after(attempts: int) -> timedelta:
    """Doubled each time, up to an hour."""
    return min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)


def message_id(id: object) -> str:
    """The same on every attempt, so that a mail that comes twice is known as one."""
    return f"<{id}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}>"
