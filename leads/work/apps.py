"""The app of whose lead it is, and until when."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkConfig(AppConfig):
    name = "leads.work"
    verbose_name = _("Leads")

    def ready(self):
        from leads.work.due import follow_the_clocks
        from leads.work.leavers import WorkOfPeople
        from steerleads.dealers import leaving
        from steerleads.dealers.dealerships import dealership_changed

        leaving.register(WorkOfPeople())
        dealership_changed.connect(follow_the_clocks)
