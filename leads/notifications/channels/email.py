"""Mail, through whatever EMAIL_URL says."""

import time
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Self
from uuid import UUID

from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext_lazy

from leads.notifications.channels.base import Channel
from leads.notifications.models import Rule
from leads.notifications.recipients import addresses_of, clean_addresses
from leads.notifications.texts import Words
from leads.outbox.models import Delivery
from leads.outbox.outcomes import NotNeeded, Outcome, printable
from leads.outbox.senders import lend_connection
from steerleads.dealers import leased_mails
from steerleads.dealers.staff import mail_is_configured

LONGEST_ANSWER = 1000
CLOSING = 421
WHOLE = 60  # seconds, within the sender's lease; who is left then has it by the next attempt


class EmailChannel(Channel):
    name = Rule.EMAIL
    label = gettext_lazy("E-mail")
    errors = {
        "no_mail": gettext_lazy("no mail server is configured"),
        "smtp": gettext_lazy("the mail server did not take it"),
        "some_refused": gettext_lazy("sent, but the mail server refused some of the recipients"),
    }

    @classmethod
    def configured(cls) -> Iterable[Self]:
        return [cls()]  # without a mail server, too: a rule can be made before it is set up

    def clean_to(self, text: str) -> str:
        return clean_addresses(text)

    def send(self, rule: Rule, delivery: Delivery, words: Words) -> Outcome | NotNeeded:
        recipients = addresses_of(rule.dealership, rule.to, delivery.lead_id)
        if not recipients:
            return NotNeeded()
        lend_connection()
        return send_mails(delivery.pk, recipients, words.subject, words.mail, delivered_to=delivery.delivered_to)


def send_mails(
    message_id: UUID, recipients: list[str], subject: str, text: str, *, delivered_to: Collection[str] = ()
) -> Outcome:
    """The Outcome of one attempt to mail each of `recipients`, but those whose marks are in `delivered_to`.

    Each gets a mail of their own: of one mail to all, Django does not say whom the server refused. `message_id` is the
    same on every attempt, so a mail that comes twice is known as one. What is refused for good to some is no failure.
    If nobody got it, as the server takes no mail now, all others are to wait as well.
    """
    if not mail_is_configured():
        return Outcome(False, error="no_mail")
    headers = {"Message-ID": leased_mails.message_id(message_id), "Auto-Submitted": "auto-generated"}
    marks = {mark_of(recipient): recipient for recipient in recipients}
    left = {mark: recipient for mark, recipient in marks.items() if mark not in delivered_to}
    before, refusals, end = len(left), [], time.monotonic() + WHOLE
    try:
        with get_connection() as server:
            for mark, recipient in list(left.items()):
                if time.monotonic() > end:
                    raise TimeoutError
                try:
                    EmailMessage(subject, text, None, [recipient], headers=headers, connection=server).send()
                except (SMTPRecipientsRefused, SMTPResponseException) as error:
                    refusals.append(_refused(error))
                else:
                    del left[mark]
    except (SMTPException, OSError) as error:
        refusals.append(_refused(error))
    outcome = replace(_outcome(marks, left, refusals), delivered_to=tuple(mark for mark in marks if mark not in left))
    # Who took some of the letters takes others.
    return outcome if len(left) == before else replace(outcome, later=None)


def mark_of(recipient: str) -> str:
    """What stands for an address in a delivery, which holds nothing that a person typed."""
    return sha256(recipient.lower().encode()).hexdigest()[:16]


def _outcome(marks, left, refusals):
    """Of several refusals the one that may pass, which is worth another attempt, or the first."""
    if not left:
        return Outcome(True)
    passing = [refusal for refusal in refusals if refusal.status is None or refusal.status < 500]
    if passing or len(left) == len(marks):
        return max(passing or refusals, key=lambda refusal: refusal.later is not None)
    return replace(refusals[0], ok=True, error="some_refused")


def _refused(error):
    """What went wrong, as an Outcome."""
    code, answer = None, b""
    if isinstance(error, SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
    elif isinstance(error, SMTPResponseException):
        code, answer = error.smtp_code, error.smtp_error
    if code is None:
        return Outcome(False, error="timeout" if _took_too_long(error) else "smtp")
    answer = answer if isinstance(answer, str) else answer.decode(errors="replace")
    return Outcome(
        False,
        status=code if code > 0 else None,  # smtplib says -1 for an answer without a code
        error="smtp",
        answer=printable(answer[:LONGEST_ANSWER]),
        later=timedelta(0) if _is_for_all(error, code) else None,
    )


def _is_for_all(error, code):
    """Whether it takes nothing at the moment (RFC 5321, 4.2.1), rather than nothing for one recipient."""
    return code == CLOSING or (400 <= code < 500 and not isinstance(error, SMTPRecipientsRefused))


def _took_too_long(error):
    # smtplib makes "disconnected" of a timeout that it meets once it is connected.
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
