"""The app of notification rules."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "leads.notifications"
    verbose_name = _("Webhooks and notifications")
    shown_with = "delivery"

    def ready(self):
        from leads.notifications.actions import look_again_as_clocks_changed, look_again_at_waiting, make_first_rules
        from leads.notifications.leavers import RulesOfPeople
        from leads.notifications.sender import RuleSender
        from leads.outbox import senders
        from steerleads.dealers import leaving
        from steerleads.dealers.dealerships import dealership_changed, dealership_made
        from steerleads.dealers.hours.actions import hours_changed

        senders.register(RuleSender())
        leaving.register(RulesOfPeople())
        hours_changed.connect(look_again_at_waiting)
        dealership_changed.connect(look_again_as_clocks_changed)
        dealership_made.connect(make_first_rules)
