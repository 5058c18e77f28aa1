"""The app of what tells the outside: webhooks and notifications."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    name = "leads.delivery"
    verbose_name = _("Webhooks and notifications")

    def ready(self):
        from leads.delivery.leavers import RulesOfPeople
        from leads.delivery.rules import look_again_at_waiting
        from steerleads.dealers import leaving
        from steerleads.dealers.hours.actions import hours_changed

        leaving.register(RulesOfPeople())
        hours_changed.connect(look_again_at_waiting)
