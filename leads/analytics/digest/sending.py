"""Sends a digest: once, by one worker at a time, and for a day while the mail server is away.

What is sent is noted in the transaction that gives the lease back. A worker that is killed in between sends it again
under the same Message-ID, by which mail programs know it.
"""

import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.expressions import Combinable

from leads.analytics.digest.mails import write
from leads.analytics.digest.models import Digest
from leads.analytics.digest.planning import monday_of, next_due
from steerleads.dealers import mailing, staff
from steerleads.dealers.hours.calendar import Calendar
from steerleads.dealers.models import Role

WITHOUT_MAIL = timedelta(hours=1)  # until it is asked again whether mail is configured by now

log = logging.getLogger(__name__)


def due(now: datetime | Combinable) -> QuerySet[Digest]:
    return Digest.objects.filter(next_at__lte=now)


def claim(*, now: datetime) -> Digest | None:
    """The digest that has waited longest, now leased to us, or None. It is due again when the lease ends."""
    # Looked at first without a lock: on SQLite, a transaction stops everybody who writes.
    if not due(now).exists():
        return None
    with transaction.atomic():
        waiting = due(now).select_for_update(skip_locked=True, of=("self",)).select_related("dealership", "user")
        digest = waiting.order_by("next_at").first()
        if digest:
            digest.lease, digest.next_at = uuid.uuid4(), now + mailing.LEASE
            digest.save(update_fields=["lease", "next_at"])
    return digest


def send(digest: Digest, *, clock: Callable[[], datetime]) -> None:
    """Send a digest that is ours by lease, if this week's is due, somebody is to get it, and there is something to say."""
    now, calendar = clock(), Calendar.of(digest.dealership)
    opens, week = next_due(digest, calendar, now), monday_of(now, calendar)
    if opens is None or opens > now:
        return _keep(digest, next_at=opens)
    if not _is_wanted(digest):
        return _done(digest, week, calendar, now)
    if not staff.mail_is_configured():
        return _keep(digest, next_at=now + WITHOUT_MAIL)
    try:
        mail = write(digest, week)
        if mail:
            mail.send()
    except OSError as error:  # as all errors of smtplib are
        return _put_off(digest, type(error).__name__, week, calendar, clock())
    except Exception as error:  # a bug of ours, which is not to go round and round
        log.exception("A digest could not be sent.")
        return _put_off(digest, type(error).__name__, week, calendar, clock())
    _done(digest, week, calendar, clock())


def _is_wanted(digest):
    """By somebody who still is a manager there."""
    user = digest.user
    membership = getattr(user, "membership", None)
    is_there = membership is not None and membership.dealership_id == digest.dealership_id
    return user.is_active and user.is_staff and is_there and membership.role == Role.MANAGER


def _done(digest, week, calendar, now):
    digest.done_for = week
    _keep(digest, done_for=week, attempts=0, next_at=next_due(digest, calendar, now))


def _put_off(digest, error, week, calendar, now):
    attempts = digest.attempts + 1
    if attempts >= mailing.MOST_ATTEMPTS:
        log.error("A digest to user %s was given up after %s attempts: %s", digest.user_id, attempts, error)
        return _done(digest, week, calendar, now)
    log.warning("The mail server did not take a digest: %s. It is tried again.", error)
    return _keep(digest, attempts=attempts, next_at=now + mailing.pause_after(attempts))


def _keep(digest, **facts):
    """Write this and give the lease back, if it still is ours."""
    Digest.objects.of(digest.dealership).filter(pk=digest.pk, lease=digest.lease).update(lease=None, **facts)
