"""The app of what the leads say: facts of them, and the figures that are made of these."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalyticsConfig(AppConfig):
    name = "leads.analytics"
    verbose_name = _("Leads")
    shown_with = "leads"
