"""The pages where staff set a password with a link that came by mail, or from the operator. Included below /admin."""

from django.contrib import admin
from django.contrib.auth import views
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext_lazy as _

from steerleads.dealers import password_tries, staff
from steerleads.dealers.account_mails import TooManyMails
from steerleads.dealers.limits import too_many
from steerleads.proxies import place_of


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
            staff.mail_reset(form.cleaned_data["email"], place=place_of(self.request))
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
        with transaction.atomic():
            answer = super().form_valid(form)
            staff.note_password_set(self.user)
        return answer


class Done(StaffPage, views.PasswordResetCompleteView):
    title = _("Your password is set")


# Django's own names: its templates and its sign-in page link to them.
urlpatterns = [
    path("password_reset/", Forgotten.as_view(), name="admin_password_reset"),
    path("password_reset/done/", Sent.as_view(), name="password_reset_done"),
    path("reset/<uidb64>/<token>/", SetPassword.as_view(), name="password_reset_confirm"),
    path("reset/done/", Done.as_view(), name="password_reset_complete"),
]
