"""The pages where staff choose a password: by a link that came by mail or from the operator, or signed in.

A password is hashed (`save(commit=False)`) before the transaction that keeps it: that takes half a second of a
processor, for which nobody else could write to SQLite.
"""

from django.contrib import admin
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth import update_session_auth_hash, views
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse_lazy
from django.utils.translation import gettext_lazy as _

from steerleads.dealers import password_tries, staff
from steerleads.dealers.account_mails import TooManyMails
from steerleads.dealers.audit_kinds import AuditKind
from steerleads.dealers.limits import too_many
from steerleads.proxies import caller_network


class StaffPage:
    """The admin's frame around a page that needs no sign-in."""

    def get_context_data(self, **kwargs):
        return super().get_context_data(**{**admin.site.each_context(self.request), **kwargs})


class NeedsMail(StaffPage):
    def dispatch(self, *args, **kwargs):
        if not staff.mail_is_configured():
            raise Http404
        return super().dispatch(*args, **kwargs)


class Forgotten(NeedsMail, views.PasswordResetView):
    """Takes the same time, and says the same, whether or not there is such a person."""

    title = _("Forgotten password")

    def form_valid(self, form):
        try:
            staff.mail_reset(form.cleaned_data["email"], network=caller_network(self.request))
        except TooManyMails as refused:
            return too_many(self.request, refused.retry_after)
        return HttpResponseRedirect(self.get_success_url())


class Sent(NeedsMail, views.PasswordResetDoneView):
    pass


class SetPassword(StaffPage, views.PasswordResetConfirmView):
    title = _("Choose a password")

    def form_valid(self, form):
        # Strangers may have used up the tries of somebody who now proves to be the owner.
        password_tries.forget(form.user.email)
        form.save(commit=False)
        staff.save_password(self.user, AuditKind.PASSWORD_SET)
        del self.request.session[views.INTERNAL_RESET_SESSION_TOKEN]
        return HttpResponseRedirect(self.get_success_url())


class ChangePassword(views.PasswordChangeView):
    """Where somebody who is signed in changes it; the session of this page goes on."""

    form_class = AdminPasswordChangeForm
    success_url = reverse_lazy("admin:password_change_done")

    def form_valid(self, form):
        form.save(commit=False)
        staff.save_password(form.user, AuditKind.PASSWORD_CHANGED, session_key=self.request.session.session_key)
        password_tries.succeed(self.request)
        update_session_auth_hash(self.request, form.user)
        return HttpResponseRedirect(self.get_success_url())


class Done(StaffPage, views.PasswordResetCompleteView):
    title = _("Your password is set")


# Included below /admin, by Django's own names: its templates and its sign-in page link to them.
urlpatterns = [
    path("password_reset/", Forgotten.as_view(), name="admin_password_reset"),
    path("password_reset/done/", Sent.as_view(), name="password_reset_done"),
    path("reset/<uidb64>/<token>/", SetPassword.as_view(), name="password_reset_confirm"),
    path("reset/done/", Done.as_view(), name="password_reset_complete"),
]
