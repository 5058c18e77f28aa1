"""The app of leads."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LeadsConfig(AppConfig):
    name = "leads"
    verbose_name = _("Leads")

    def ready(self):
        from leads.privacy.leavers import HistoryOfPeople
        from steerleads.dealers import leaving

        leaving.register(HistoryOfPeople())
