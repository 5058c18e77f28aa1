"""How webhooks are told: by signed requests, and for as long as they do not only fail."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from leads.models import LeadEvent
from leads.outbox.models import Delivery, SwitchedOff
from leads.outbox.outcomes import Outcome
from leads.outbox.schedule import FAILING_FOR
from leads.outbox.senders import Sender, lend_connection
from leads.webhooks import notices, outbound
from leads.webhooks.actions import note_switched_off
from leads.webhooks.errors import WebhookNotFound
from leads.webhooks.messages import body_of
from leads.webhooks.models import Webhook
from leads.webhooks.signing import sign

ERRORS = {
    "refused_url": _("webhooks may not go to this URL"),
    "dns": _("the host name was not found"),
    "refused_address": _("the host is not at a public address"),
    "connect": _("no connection could be made"),
    "tls": _("no secure connection: look at the certificate"),
    "protocol": _("the connection broke, or the answer was not HTTP"),
    "switched_off": _("the webhook was switched off"),
}


class WebhookSender(Sender):
    model = Webhook
    not_found_error = WebhookNotFound
    errors = ERRORS
    keeps_payloads = True
    has_long_queues = True

    def first_attempts(
        self, webhooks: list[Webhook], events: list[LeadEvent], now: datetime
    ) -> Iterable[tuple[Webhook, LeadEvent, datetime]]:
        return [(webhook, event, now) for event in events for webhook in webhooks if event.kind in webhook.kinds]

    def send(self, webhook: Webhook, delivery: Delivery, now: datetime) -> Outcome:
        """POST the signed bytes; the delivery's id is that of the message, on every attempt."""
        body = body_of(delivery)
        lend_connection()
        headers = sign(webhook.secrets_at(now), delivery.pk, now, body)
        return outbound.post(webhook.url, body, {"Content-Type": "application/json", **headers})

    def why_off(self, webhook: Webhook, outcome: Outcome, now: datetime) -> SwitchedOff | None:
        if outcome.gone:
            return SwitchedOff.GONE
        return SwitchedOff.FAILING if now - webhook.failing_since >= FAILING_FOR else None

    def note_switched_off(self, webhook: Webhook, why: SwitchedOff) -> None:
        note_switched_off(webhook, why)

    def after_switched_off(self, webhook: Webhook) -> None:
        notices.send_notice(webhook.specific)

    def see_to_the_rest(self) -> None:
        notices.send_pending_notices()
