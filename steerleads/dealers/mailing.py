"""Sends mails to staff about their accounts: each by one worker at a time, and for a day while the mail server is away."""

import logging
import uuid
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string

from steerleads.db.text import one_line
from steerleads.dealers import staff
from steerleads.dealers.models import AccountMail, MailKind, User
from steerleads.dealers.permissions import dealership_of

LEASE = timedelta(minutes=5)  # a mail server may take 10 s to answer each of some eight lines
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
MOST_ATTEMPTS = 31  # the pauses between which are a day

LONGEST_NAME = 80
WITH_LINK = {MailKind.INVITATION, MailKind.PASSWORD_RESET}

log = logging.getLogger(__name__)


def due(now):
    return AccountMail.objects.filter(next_at__lte=now)


def claim(*, now):
    """The mail that has waited longest, now leased to us, or None. It is due again when the lease ends."""
    # Looked at first without a lock: on SQLite, a transaction stops everybody who writes.
    if not staff.mail_is_configured() or not due(now).exists():
        return None
    with transaction.atomic():
        mail = due(now).select_for_update(skip_locked=True).order_by("next_at").first()
        if mail:
            mail.lease, mail.next_at = uuid.uuid4(), now + LEASE
            mail.save(update_fields=["lease", "next_at"])
    return mail


def send(mail, *, clock):
    """Send a mail that is ours by lease. Who is no longer of the staff gets none; of several alike, the last is sent."""
    user = _recipient(mail)
    try:
        if user:
            _message(mail, user).send()
    except OSError as error:  # as all errors of smtplib are
        return _put_off(mail, type(error).__name__, now=clock())
    except Exception as error:  # a bug of ours, which is not to go round and round
        log.exception("A mail to a member of staff could not be sent.")
        return _put_off(mail, type(error).__name__, now=clock())
    with transaction.atomic():
        deleted, _ = AccountMail.objects.filter(_ours(mail)).delete()
        if deleted and user and mail.asked_from:
            staff.note_sent(user, mail.asked_from)


def message_id(id):
    """The same on every attempt, so that a mail that comes twice is known as one."""
    return f"<{id}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}>"


def pause_after(attempts):
    """Doubled each time, up to an hour."""
    return min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)


def _recipient(mail):
    """The person as they are now, if they still are of the staff, and no newer mail of the kind waits for them."""
    if AccountMail.objects.filter(user=mail.user_id, kind=mail.kind, created_at__gt=mail.created_at).exists():
        return None
    people = User.objects.select_related("membership__dealership")
    return people.filter(pk=mail.user_id, is_active=True, is_staff=True).first()


def _message(mail, user):
    dealership = dealership_of(user)
    # Names as plain lines: with one that has line ends in it, somebody could write the mail's text.
    context = {
        "name": one_line(user.first_name, LONGEST_NAME),
        "dealership": one_line(dealership.name, LONGEST_NAME) if dealership else "",
    }
    if mail.kind in WITH_LINK:
        context["link"] = staff.password_link(user).url
    # The template's first line is the subject.
    subject, text = render_to_string(f"registration/{mail.kind}_{staff.language_of(user)}.txt", context).split("\n", 1)
    headers = {"Message-ID": message_id(mail.pk), "Auto-Submitted": "auto-generated"}
    return EmailMessage(" ".join(subject.split()), text.strip() + "\n", None, [user.email], headers=headers)


def _put_off(mail, error, *, now):
    attempts = mail.attempts + 1
    ours = AccountMail.objects.filter(_ours(mail))
    if attempts >= MOST_ATTEMPTS:
        ours.delete()
        log.error("A mail to user %s was given up after %s attempts in a day: %s", mail.user_id, attempts, error)
        return
    ours.update(attempts=attempts, lease=None, next_at=now + pause_after(attempts))
    log.warning("The mail server did not take a mail to a member of staff: %s. It is tried again.", error)


def _ours(mail):
    return Q(pk=mail.pk, lease=mail.lease)
