"""The app of whose lead it is, and until when."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkConfig(AppConfig):
    name = "leads.work"
    verbose_name = _("Leads")

    def ready(self):
        from leads.work.dealing import begin_to_deal, look_at_once
        from leads.work.due import follow_the_clocks
        from leads.work.leavers import WorkOfPeople
        from steerleads.dealers import leaving
        from steerleads.dealers.availability import availability_changed
        from steerleads.dealers.dealerships import dealership_changed

        leaving.register(WorkOfPeople())
        dealership_changed.connect(follow_the_clocks)
        dealership_changed.connect(begin_to_deal)
        availability_changed.connect(look_at_once)
