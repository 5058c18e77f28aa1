"""The app of dealerships, and the admin site as an app."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin
from django.utils.translation import gettext_lazy as _


class DealersConfig(AppConfig):
    name = "steerleads.dealers"
    label = "dealers"
    verbose_name = _("Dealership")
    default = True


class StaffSiteConfig(admin.AdminConfig):
    """Django's admin, with our sign-in."""

    default = False
    default_site = "steerleads.dealers.site.StaffSite"
