"""Sends a digest, which waits in a table (`leased_mails`): once a week to each manager who switched it on."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.db.models.expressions import Combinable

from leads.analytics.digest.mails import write
from leads.analytics.digest.models import Digest
from leads.analytics.digest.planning import monday_of, next_due
from steerleads.dealers import leased_mails, staff
from steerleads.dealers.hours.calendar import Calendar
from steerleads.dealers.models import Role

WITHOUT_MAIL = timedelta(hours=1)  # until it is asked again whether mail is configured by now


def due(now: datetime | Combinable) -> QuerySet[Digest]:
    return Digest.objects.filter(next_at__lte=now)


def claim(*, now: datetime) -> Digest | None:
    """The digest that has waited longest, now leased to us, or None."""
    return leased_mails.claim(due(now).select_related("dealership", "user"), now=now)


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
    error = leased_mails.error_of(lambda: _write_and_send(digest, week))
    if error:
        return _put_off(digest, error, week, calendar, clock())
    _done(digest, week, calendar, clock())


def _write_and_send(digest, week):
    mail = write(digest, week)
    if mail:
        mail.send()


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
    facts = leased_mails.next_attempt(digest, error, now=now)
    return _keep(digest, **facts) if facts else _done(digest, week, calendar, now)


def _keep(digest, **facts):
    """Write this and give the lease back, if it still is ours."""
    Digest.objects.of(digest.dealership).filter(pk=digest.pk, lease=digest.lease).update(**{"lease": None, **facts})
