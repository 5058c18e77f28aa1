"""Mails to staff about their accounts: what is to be sent waits in a table, so many links an hour and no more.

A delivery worker sends it (`mailing`). So nobody who asks for a link waits for a mail server, or can tell by the time it
takes whether there is such an account.
"""

from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from steerleads.api.errors import ApiError
from steerleads.dealers import limits
from steerleads.dealers.limits import Limit
from steerleads.dealers.models import AccountMail, MailKind

HOUR = timedelta(hours=1)
TO_PERSON = Limit("mails-to-person", 3, HOUR)
FROM_NETWORK = Limit("mails-from-place", 20, HOUR)


class TooManyMails(ApiError):
    """`retry_after` says in how many seconds there is room for another."""

    status, code, type = 429, "TOO_MANY_MAILS", "rate_limit_error"

    def __init__(self, retry_after):
        super().__init__(_("Within an hour, at most 3 mails go to one person, and 20 are asked for from one place."))
        self.retry_after = retry_after


def post(user, kind, *, network=None):
    """Have a mail with a link sent. Raises TooManyMails. `network` is where it was asked for; None the operator."""
    now = timezone.now()
    with transaction.atomic():
        if network is not None:
            _count(FROM_NETWORK.of(network), now)
        _count(TO_PERSON.of(user.email), now)
        AccountMail.objects.create(user=user, kind=kind, next_at=now)


def post_for_stranger(user, email, *, network, asked_from):
    """Have a mail sent for a new password. Raises TooManyMails, of the network alone. `user` is None if nobody has `email`.

    With the same work in any case: what nobody is to get is kept like other mails, and nothing is said of a person who has
    had enough of them.
    """
    now = timezone.now()
    _count(FROM_NETWORK.of(network), now)
    with suppress(TooManyMails), transaction.atomic():
        _count(TO_PERSON.of(email), now)
        AccountMail.objects.create(user=user, kind=MailKind.PASSWORD_RESET, next_at=now, asked_from=asked_from)


def post_notice(user, kind):
    """Have a mail without a link sent. No limit keeps it: a stranger could use that up before, so that nobody notices."""
    AccountMail.objects.create(user=user, kind=kind, next_at=timezone.now())


def _count(counted, now):
    verdict = limits.consume(counted, now=now)
    if not verdict.passed:
        raise TooManyMails(verdict.retry_after)
