"""A manager's switch for the weekly digest, and the signed link that stops it."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from leads.analytics.digest.models import Digest
from leads.analytics.digest.planning import first_open, monday_of, next_due
from steerleads.db.ids import parse_id
from steerleads.dealers.hours.calendar import Calendar
from steerleads.dealers.models import Dealership, User

SALT = "leads.analytics.digest"


def switch_on(user: User, dealership: Dealership, *, now: datetime) -> Digest:
    """The first one comes when the next week begins, or this one, if it has yet to begin."""
    calendar = Calendar.of(dealership)
    week = monday_of(now, calendar)
    opens = first_open(week, calendar)
    digest = Digest(dealership=dealership, user=user, done_for=week if opens and opens <= now else None)
    digest.next_at = next_due(digest, calendar, now)
    planned = {name: getattr(digest, name) for name in ("dealership", "done_for", "next_at")}
    return Digest.objects.get_or_create(user=user, defaults=planned)[0]


def switch_off(user: User) -> None:
    Digest.objects.filter(user=user).delete()


def is_on(user: User) -> bool:
    return Digest.objects.filter(user=user).exists()


def stop_link(digest: Digest) -> str:
    """Where one click stops it, without signing in."""
    return settings.SITE_URL + reverse("analytics:stop", args=[signing.dumps(str(digest.pk), salt=SALT)])


def id_in(token: str) -> UUID | None:
    """Which digest a link stops, though that may be switched off by now; None if the link is not one of ours."""
    try:
        return parse_id(signing.loads(token, salt=SALT))
    except signing.BadSignature:
        return None
