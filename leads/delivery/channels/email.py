"""Sends a notification by mail, through whatever EMAIL_URL says."""

from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from leads.delivery.outcomes import Outcome, printable
from steerleads.dealers.staff import mail_is_configured

LONGEST_ANSWER = 1000


def send(message_id, recipients, subject, text):
    """The Outcome of one mail to all `recipients`. `message_id` is the same on every attempt, so a mail that comes
    twice is known as one."""
    if not mail_is_configured():
        return Outcome(False, error="no_mail")
    headers = {"Message-ID": f"<{message_id}@{_domain()}>", "Auto-Submitted": "auto-generated"}
    try:
        EmailMessage(subject, text, None, recipients, headers=headers).send()
    except (SMTPException, OSError) as error:
        return _refused(error)
    return Outcome(True)


def _domain():
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def _refused(error):
    """What went wrong. Of several recipients that were all refused, the first one's answer."""
    code, answer = None, b""
    if isinstance(error, SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
    elif isinstance(error, SMTPResponseException):
        code, answer = error.smtp_code, error.smtp_error
    if code is None:
        return Outcome(False, error="timeout" if _took_too_long(error) else "smtp")
    answer = answer if isinstance(answer, str) else answer.decode(errors="replace")
    # smtplib says -1 for an answer without a code.
    return Outcome(False, status=code if code > 0 else None, error="smtp", answer=printable(answer[:LONGEST_ANSWER]))


def _took_too_long(error):
    # smtplib makes "disconnected" of a timeout that it meets once it is connected.
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
