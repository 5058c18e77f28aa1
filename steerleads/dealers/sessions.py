"""Sessions that know whose they are: Django's own in the database, and a person's list of them, each of which can be ended.

No copy of a session's key is kept anywhere: a page names a session by a digest of it.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends import db
from django.utils import timezone

from steerleads.dealers import audit
from steerleads.dealers.actors import Actor
from steerleads.dealers.audit_kinds import AuditKind
from steerleads.dealers.models import StaffSession
from steerleads.dealers.permissions import dealership_of

BEGAN = "signed_in"  # in a session: when, from where and with what it began
BROWSERS = [
    # (what a User-Agent has of it, its name); the first that is there, as most of them name others, too
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
]
SYSTEMS = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
]


class SessionStore(db.SessionStore):
    """The session engine (SESSION_ENGINE)."""

    @classmethod
    def get_model_class(cls):
        return StaffSession

    def create_model_instance(self, data):
        session = super().create_model_instance(data)
        session.user_id = data.get(SESSION_KEY)
        return session


@dataclass(frozen=True)
class SessionInfo:
    """One place where somebody is signed in. `mark` names the session, and cannot be used as it."""

    mark: str
    since: datetime | None
    address: str
    browser: str
    system: str
    is_here: bool


def note_beginning(request, user, **signal):
    """Put into a fresh session from where, and with what, somebody signed in. Called by Django's signal."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    request.session[BEGAN] = {
        "at": timezone.now().isoformat(),
        "address": request.META.get("REMOTE_ADDR", ""),
        "browser": _first_named(BROWSERS, agent),
        "system": _first_named(SYSTEMS, agent),
    }


def sessions_of(user, session_key):
    """A SessionInfo of each place where the person is signed in, the newest first; `session_key` is that of the one who asks."""
    sessions = [_info(row, data, session_key) for row, data in _working(user)]
    return sorted(sessions, key=lambda info: (info.is_here, str(info.since)), reverse=True)


def end(user, mark):
    """End the one of the person's sessions that `mark` names; whether there was one."""
    keys = [row.pk for row, _data in _working(user) if _mark(row.pk) == mark]
    return _end(user, StaffSession.objects.filter(user=user, pk__in=keys))


def end_others(user, session_key):
    """End all of the person's sessions but that of the key, if there is one; whether there were any."""
    return _end(user, StaffSession.objects.filter(user=user).exclude(pk=session_key))


def end_all(user):
    return _end(user, StaffSession.objects.filter(user=user))


def _end(user, sessions):
    count, _by_table = sessions.delete()
    if count:
        audit.record(
            AuditKind.SESSIONS_ENDED,
            actor=Actor.of_user(user),
            dealership=dealership_of(user),
            subject=user,
            count=count,
        )
    return bool(count)


def _working(user):
    """(row, its data) of the person's sessions that have neither run out nor ended with an earlier password."""
    rows = StaffSession.objects.filter(user=user, expire_date__gt=timezone.now())
    decoded = ((row, row.get_decoded()) for row in rows)
    return [(row, data) for row, data in decoded if data.get(HASH_SESSION_KEY) == user.get_session_auth_hash()]


def _info(row, data, session_key):
    began = data.get(BEGAN, {})
    return SessionInfo(
        mark=_mark(row.pk),
        since=datetime.fromisoformat(began["at"]) if began else None,
        address=began.get("address", ""),
        browser=began.get("browser", ""),
        system=began.get("system", ""),
        is_here=row.pk == session_key,
    )


def _mark(session_key):
    return sha256(session_key.encode()).hexdigest()[:32]


def _first_named(names, agent):
    return next((name for part, name in names if part in agent), "")
