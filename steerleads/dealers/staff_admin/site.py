"""The admin site that staff sign in to."""

from django.apps import apps
from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from steerleads.dealers import password_tries, staff
from steerleads.dealers.permissions import owes_second_factor
from steerleads.dealers.staff_admin import availability as availability_page
from steerleads.dealers.staff_admin import sessions as sessions_page
from steerleads.dealers.staff_admin import two_factor as two_factor_page
from steerleads.dealers.staff_admin.forms import SignInForm
from steerleads.dealers.staff_admin.modeladmin import DealershipAdmin
from steerleads.dealers.staff_admin.passwords import ChangePassword
from steerleads.dealers.staff_admin.two_factor import way_on

# All that a session may do which has yet to show its second factor, or to set one up.
OPEN_TO_WHO_OWES = ("admin:two_factor", "admin:logout", "admin:jsi18n")


class StaffSite(AdminSite):
    site_header = site_title = "SteerLeads"
    index_title = _("Overview")
    site_url = None
    enable_nav_sidebar = False  # the header leads everywhere
    login_form = SignInForm

    def register(self, model_or_iterable, admin_class=None, **options):
        """Only admins that know of dealerships: those that other packages bring would show everybody's rows."""
        if admin_class and issubclass(admin_class, DealershipAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def get_urls(self):
        # Without Django's `view_on_site`: it looks up any row of any table, and ours have no page of their own.
        urls = [url for url in super().get_urls() if getattr(url, "name", None) != "view_on_site"]
        own = [
            path("two-factor/", self.admin_view(two_factor_page.page), name="two_factor"),
            path("availability/", self.admin_view(availability_page.page), name="availability"),
            path("sessions/", self.admin_view(sessions_page.page), name="sessions"),
        ]
        return [*own, *urls]

    def has_permission(self, request):
        """The one place that every page and call of the admin, the board's too, asks whether somebody may be here."""
        if not super().has_permission(request):
            return False
        here = getattr(request.resolver_match, "view_name", "")
        return here in OPEN_TO_WHO_OWES or not owes_second_factor(request.user)

    def each_context(self, request):
        owes = super().has_permission(request) and owes_second_factor(request.user)
        return {**super().each_context(request), "owes_second_factor": owes}

    def get_app_list(self, request, app_label=None):
        """An app whose config says `shown_with` another has its pages in that one's list: staff know the two as one."""
        lists = {each["app_label"]: each for each in super().get_app_list(request)}
        for config in apps.get_app_configs():
            home = getattr(config, "shown_with", None)
            if home in lists and config.label in lists:
                lists[home]["models"] += lists.pop(config.label)["models"]
                lists[home]["models"].sort(key=lambda model: model["name"])
        shown = getattr(apps.app_configs.get(app_label), "shown_with", app_label)
        return [each for label, each in lists.items() if shown in (None, label)]

    def password_change(self, request, extra_context=None):
        """Asks for the old password: each try counts like one at the sign-in."""
        if request.method == "POST" and not password_tries.begin(request, request.user.email):
            return password_tries.locked_out(request)
        return ChangePassword.as_view(extra_context={**self.each_context(request), **(extra_context or {})})(request)

    def login(self, request, extra_context=None):
        """On to the page that was asked for, or to the board: Django would send everybody to its own overview."""
        to = way_on(request)
        if request.method == "GET" and super().has_permission(request):
            if owes_second_factor(request.user):
                return redirect_to_login(to, reverse("admin:two_factor"))
            return HttpResponseRedirect(to)  # `redirect` would take a word for the name of a view, and fail
        context = {"offers_reset": staff.mail_is_configured(), REDIRECT_FIELD_NAME: to}
        return super().login(request, {**context, **(extra_context or {})})
