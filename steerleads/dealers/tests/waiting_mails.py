"""Mails to staff that wait: put there, counted, and sent as a delivery worker does."""

from datetime import UTC, datetime

from django.utils import timezone

from steerleads.dealers import mailing
from steerleads.dealers.models import AccountMail, MailKind
from steerleads.dealers.tests.people import browser

RESET = "/admin/password_reset/"
NOON = datetime(2024, 1, 15, 12, tzinfo=UTC)


def ask(email="sara@casa.example", *, at="203.0.113.7"):
    """Ask for a link, as anybody may, from this address."""
    return browser().post(RESET, {"email": email}, REMOTE_ADDR=at)


def waiting():
    """How many there are."""
    return AccountMail.objects.count()


def put(user, kind=MailKind.INVITATION, at=NOON):
    return AccountMail.objects.create(user=user, kind=kind, next_at=at, created_at=at)


def send_waiting(now=None):
    """All that are due."""
    now = now or timezone.now()
    while waiting := mailing.claim(now=now):
        mailing.send(waiting, clock=lambda: now)
