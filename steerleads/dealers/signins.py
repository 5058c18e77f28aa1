"""Puts sign-ins, and attempts at them, into the audit log. Connected to Django's and axes' own signals (apps.py)."""

from datetime import timedelta

from steerleads.dealers import audit
from steerleads.dealers.actors import NOBODY_KNOWN, Actor, client_address
from steerleads.dealers.audit_kinds import AuditKind
from steerleads.dealers.models import User
from steerleads.dealers.permissions import dealership_of
from steerleads.proxies import network_of

# An account's failures from one network are one row in this time, and so are those of all names that are nobody's.
FOLDED = timedelta(minutes=15)


def note_success(user, **signal):
    audit.record(AuditKind.SIGNIN_SUCCEEDED, actor=Actor.of_user(user), dealership=dealership_of(user))


def note_failure(credentials, **signal):
    _note(AuditKind.SIGNIN_FAILED, credentials.get("username"))


def note_lockout(username, **signal):
    _note(AuditKind.SIGNIN_LOCKED_OUT, username)


def _note(kind, typed):
    """What was typed is kept only if it is an account's name: it may be a password, in the wrong field."""
    user = _account_of(typed)
    audit.record(
        kind,
        actor=NOBODY_KNOWN,
        dealership=user and dealership_of(user),
        subject=user,
        address=network_of(client_address.get()),
        folded=FOLDED,
    )


def _account_of(typed):
    if not typed or "\0" in typed:
        return None
    return User.objects.select_related("membership__dealership").filter(email=typed.strip().lower()).first()
