"""When a digest is due: the first open second of a week, by the dealership's opening hours as they are now."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils import timezone

from leads.analytics.digest.models import Digest
from steerleads.db.clock import date_back
from steerleads.dealers import leased_mails
from steerleads.dealers.hours.calendar import Calendar
from steerleads.dealers.hours.days import first_second, local_date
from steerleads.dealers.models import Dealership

WEEK = timedelta(days=7)


def monday_of(now: datetime, calendar: Calendar) -> date:
    """The Monday of the week that it is at the dealership."""
    today = local_date(int(now.timestamp()), calendar.tz)
    return today - timedelta(days=today.weekday())


def first_open(week: date, calendar: Calendar) -> datetime | None:
    """The first open second from that Monday on, which may be in a later week. None: it is never open."""
    second_after = calendar.after(first_second(week, calendar.tz), 1)
    return None if second_after is None else datetime.fromtimestamp(second_after - 1, UTC)


def next_due(digest: Digest, calendar: Calendar, now: datetime) -> datetime | None:
    """When it is due next; already past if this week's is late."""
    week = monday_of(now, calendar)
    if digest.done_for:
        week = max(week, digest.done_for + WEEK)
    return first_open(week, calendar)


def plan_all(now: datetime) -> None:
    """Look again at what is planned: a time zone may have changed, or a clock been wrong."""
    under_way = Digest.objects.exclude(lease=None, attempts=0)
    date_back(under_way, "next_at", now, ahead=leased_mails.LONGEST_PAUSE)
    with_digests = Dealership.objects.filter(pk__in=Digest.objects.values("dealership"))
    for dealership in with_digests.order_by("pk"):
        plan(dealership, now)


def plan_anew(sender: Any, dealership: Dealership, **named: Any) -> None:
    """As its opening hours have changed."""
    plan(dealership, timezone.now())


def plan(dealership: Dealership, now: datetime) -> None:
    """Say when its digests are due. One that is being sent, or is to be tried again, stays as it is."""
    calendar = Calendar.of(dealership)
    for digest in Digest.objects.of(dealership).filter(lease=None, attempts=0):
        due = next_due(digest, calendar, now)
        if due != digest.next_at:
            as_read = {"pk": digest.pk, "lease": None, "next_at": digest.next_at}
            Digest.objects.of(dealership).filter(**as_read).update(next_at=due)
