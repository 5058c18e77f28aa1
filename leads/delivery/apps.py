"""The app of what tells the outside: webhooks and notifications."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    name = "leads.delivery"
    verbose_name = _("Webhooks and notifications")

    def ready(self):
        from leads.delivery.leavers import RulesOfPeople
        from steerleads.dealers import leaving

        leaving.register(RulesOfPeople())
