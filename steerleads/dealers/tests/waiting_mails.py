"""Sends the mails to staff that wait, as a delivery worker does."""

from django.utils import timezone

from steerleads.dealers import mailing


def send_waiting(now=None):
    """All that are due."""
    now = now or timezone.now()
    while waiting := mailing.claim(now=now):
        mailing.send(waiting, clock=lambda: now)
