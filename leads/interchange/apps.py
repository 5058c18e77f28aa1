"""The app of what goes out by file and comes in from other systems."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InterchangeConfig(AppConfig):
    name = "leads.interchange"
    verbose_name = _("Leads")
    shown_with = "leads"

    def ready(self):
        from leads.interchange.exports.keeping import ExportsOfPeople, forget_old_exports
        from leads.interchange.imports.chore import Imports, quiet_imports
        from leads.interchange.imports.keeping import ImportsOfPeople, forget_old_imports
        from leads.interchange.imports.persons import RowsOfPeople
        from leads.outbox import chores, quiet
        from leads.privacy import holdings
        from steerleads.dealers import leaving

        chores.register(Imports())
        chores.register_hourly(forget_old_exports)
        chores.register_hourly(forget_old_imports)
        quiet.register(quiet_imports)
        holdings.register(RowsOfPeople())
        leaving.register(ImportsOfPeople())
        leaving.register(ExportsOfPeople())
