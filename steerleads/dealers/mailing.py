"""Sends mails to staff about their accounts, which wait in a table (`leased_mails`)."""

from collections.abc import Callable
from datetime import datetime

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.expressions import Combinable
from django.template.loader import render_to_string

from steerleads.db.text import one_line
from steerleads.dealers import leased_mails, staff
from steerleads.dealers.models import AccountMail, MailKind, User
from steerleads.dealers.permissions import dealership_of

LONGEST_NAME = 80
WITH_LINK = {MailKind.INVITATION, MailKind.PASSWORD_RESET}


def due(now: datetime | Combinable) -> QuerySet[AccountMail]:
    return AccountMail.objects.filter(next_at__lte=now)


def claim(*, now: datetime) -> AccountMail | None:
    """The mail that has waited longest, now leased to us, or None."""
    return leased_mails.claim(due(now), now=now) if staff.mail_is_configured() else None


def send(mail: AccountMail, *, clock: Callable[[], datetime]) -> None:
    """Send a mail that is ours by lease. Who is no longer of the staff gets none; of several alike, the last is sent."""
    user = _recipient(mail)
    error = leased_mails.error_of(lambda: _message(mail, user).send()) if user else None
    if error:
        return _put_off(mail, error, now=clock())
    with transaction.atomic():
        deleted, _ = AccountMail.objects.filter(_ours(mail)).delete()
        if deleted and user and mail.asked_from:
            staff.note_sent(user, mail.asked_from)


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
    headers = {"Message-ID": leased_mails.message_id(mail.pk), "Auto-Submitted": "auto-generated"}
    return EmailMessage(" ".join(subject.split()), text.strip() + "\n", None, [user.email], headers=headers)


def _put_off(mail, error, *, now):
    ours, facts = AccountMail.objects.filter(_ours(mail)), leased_mails.next_attempt(mail, error, now=now)
    ours.update(**facts) if facts else ours.delete()


def _ours(mail):
    return Q(pk=mail.pk, lease=mail.lease)
