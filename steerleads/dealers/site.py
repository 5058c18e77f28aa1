"""The admin site that staff sign in to."""

from django.contrib.admin import AdminSite
from django.urls import path
from django.utils.translation import gettext_lazy as _

from steerleads.dealers import staff, two_factor
from steerleads.dealers.forms import SignInForm
from steerleads.dealers.modeladmin import DealershipAdmin


class StaffSite(AdminSite):
    site_header = site_title = "SteerLeads"
    index_title = _("Overview")
    site_url = None
    login_form = SignInForm

    def register(self, model_or_iterable, admin_class=None, **options):
        """Only admins that know of dealerships: those that other packages bring would show everybody's rows."""
        if admin_class and issubclass(admin_class, DealershipAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def get_urls(self):
        # Without Django's `view_on_site`: it looks up any row of any table, and ours have no page of their own.
        urls = [url for url in super().get_urls() if getattr(url, "name", None) != "view_on_site"]
        return [path("two-factor/", self.admin_view(two_factor.page), name="two_factor"), *urls]

    def login(self, request, extra_context=None):
        offers_reset = {"offers_reset": staff.mail_is_configured()}
        return super().login(request, {**offers_reset, **(extra_context or {})})
