"""Tells a dealership's managers, by mail, what happened to their webhooks."""

import logging

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from leads.outbox.senders import lend_connection
from leads.webhooks.models import Webhook
from steerleads.db.text import one_line
from steerleads.dealers.models import Membership, Role
from steerleads.dealers.staff import mail_is_configured

log = logging.getLogger(__name__)


def send_pending_notices() -> None:
    """Tell managers of webhooks that were switched off and of which they could not be told so far."""
    for webhook in Webhook.objects.filter(is_on=False, notice_pending=True).select_related("dealership"):
        send_notice(webhook)


def send_notice(webhook: Webhook) -> None:
    """Tell managers that it was switched off, and why, in their language. What fails is tried again within the hour."""
    if not mail_is_configured():
        log.warning("No manager is told that webhook %s was switched off: mail is not set up (EMAIL_URL).", webhook.pk)
        return
    members = Membership.objects.filter(dealership=webhook.dealership, role=Role.MANAGER, user__is_active=True)
    addresses = [member.user.email for member in members.select_related("user")]
    with override(webhook.dealership.language):
        subject, text = _("A webhook was switched off"), _text(webhook)
    lend_connection()
    try:
        if addresses:
            send_mail(subject, text, None, addresses)
    except OSError as error:  # as all errors of smtplib are
        log.error("No manager could be told that webhook %s was switched off: %s", webhook.pk, type(error).__name__)
    except Exception:  # a bug of ours, which must not keep others from being told, nor undo what was recorded
        log.exception("No manager could be told that webhook %s was switched off.", webhook.pk)
    else:
        Webhook.objects.of(webhook.dealership_id).filter(pk=webhook.pk).update(notice_pending=False)


def _text(webhook):
    page = settings.SITE_URL + reverse("admin:webhooks_webhook_change", args=[webhook.pk])
    return _(
        "%(dealership)s: the webhook “%(webhook)s” was switched off, because %(why)s.\n\n"
        "Nothing is lost: what was waiting for it can be sent again, and the events feed has everything. "
        "Mend the receiver, then switch the webhook on again:\n%(page)s\n"
    ) % {
        "dealership": one_line(webhook.dealership.name),
        "webhook": one_line(str(webhook)),
        "why": webhook.get_switched_off_why_display(),
        "page": page,
    }
