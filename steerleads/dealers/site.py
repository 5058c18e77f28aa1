"""The admin site that staff sign in to."""

from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import LoginView
from django.http import HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext_lazy as _

from steerleads.dealers import password_tries, staff, two_factor
from steerleads.dealers.forms import SignInForm
from steerleads.dealers.modeladmin import DealershipAdmin


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
        return [path("two-factor/", self.admin_view(two_factor.page), name="two_factor"), *urls]

    def password_change(self, request, extra_context=None):
        """Asks for the old password: each try counts like one at the sign-in."""
        if request.method != "POST":
            return super().password_change(request, extra_context)
        if not password_tries.begin(request, request.user.email):
            return password_tries.locked_out(request)
        answer = super().password_change(request, extra_context)
        if answer.status_code == 302:
            password_tries.succeed(request)
        return answer

    def login(self, request, extra_context=None):
        """On to the page that was asked for, or to the board: Django would send everybody to its own overview."""
        way_on = _way_on(request)
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(way_on)  # `redirect` would take a word for the name of a view, and fail
        context = {"offers_reset": staff.mail_is_configured(), REDIRECT_FIELD_NAME: way_on}
        return super().login(request, {**context, **(extra_context or {})})


def _way_on(request):
    """Where `?next=` says, if that is a page of ours; else LOGIN_REDIRECT_URL."""
    view = LoginView()
    view.setup(request)
    return view.get_success_url()
