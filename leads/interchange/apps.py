"""The app of what goes out by file and comes in from other systems."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InterchangeConfig(AppConfig):
    name = "leads.interchange"
    verbose_name = _("Leads")
    shown_with = "leads"
