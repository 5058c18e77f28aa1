"""The app of what the leads say: facts of them, and the figures that are made of these."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalyticsConfig(AppConfig):
    name = "leads.analytics"
    verbose_name = _("Leads")
    shown_with = "leads"

    def ready(self):
        from leads.analytics.chore import Facts, look_at_hours
        from leads.analytics.leavers import FactsOfPeople
        from leads.outbox import chores
        from steerleads.dealers import leaving
        from steerleads.dealers.hours.actions import hours_changed

        chores.register(Facts())
        leaving.register(FactsOfPeople())
        hours_changed.connect(look_at_hours)
