"""The app of what is on its way to those who are told of leads."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    name = "leads.outbox"
    label = "delivery"  # as its tables are called
    verbose_name = _("Webhooks and notifications")

    def ready(self):
        from leads.outbox.leavers import PayloadsOfPeople
        from steerleads.dealers import leaving

        leaving.register(PayloadsOfPeople())
