"""The app of dealerships, and the admin site as an app."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin
from django.utils.translation import gettext_lazy as _


class DealersConfig(AppConfig):
    name = "steerleads.dealers"
    label = "dealers"
    verbose_name = _("Dealership")
    default = True

    def ready(self):
        from axes.signals import user_locked_out
        from django.contrib.auth.signals import user_logged_in, user_login_failed

        from steerleads.dealers import leaving, sessions, signins

        leaving.register(leaving.KeysOfPeople())
        user_logged_in.connect(signins.note_success)
        user_logged_in.connect(sessions.note_beginning)
        user_login_failed.connect(signins.note_failure)
        user_locked_out.connect(signins.note_lockout)


class StaffSiteConfig(admin.AdminConfig):
    """Django's admin, with our sign-in."""

    default = False
    default_site = "steerleads.dealers.staff_admin.site.StaffSite"
