"""The app of webhooks."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    name = "leads.webhooks"
    verbose_name = _("Webhooks and notifications")
    shown_with = "delivery"

    def ready(self):
        from leads.outbox import senders
        from leads.webhooks.sender import WebhookSender

        senders.register(WebhookSender())
