"""A manager's page with the switch for the digest, and the page that a mail's link leads to."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from leads.analytics.digest import switching
from leads.analytics.digest.models import Digest
from steerleads.dealers import staff
from steerleads.dealers.models import Role
from steerleads.dealers.permissions import dealership_of


class Switch(View):
    """Everybody's own; of managers alone."""

    http_method_names = ["get", "head", "post"]

    def dispatch(self, request: HttpRequest) -> HttpResponse:
        membership = getattr(request.user, "membership", None)
        if membership is None or membership.role != Role.MANAGER:
            raise PermissionDenied
        return super().dispatch(request)

    def get(self, request: HttpRequest) -> HttpResponse:
        digest = Digest.objects.of(dealership_of(request.user)).filter(user=request.user).first()
        context = {
            **admin.site.each_context(request),
            "title": _("Weekly digest"),
            "is_on": digest is not None,
            "next_at": digest and digest.next_at and _when(digest),
            "has_mail": staff.mail_is_configured(),
        }
        return render(request, "analytics/digest_switch.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.POST.get("do") == "on":
            switching.switch_on(request.user, dealership_of(request.user), now=timezone.now())
            messages.success(request, _("The weekly digest is on."))
        elif request.POST.get("do") == "off":
            switching.switch_off(request.user)
            messages.success(request, _("The weekly digest is off."))
        else:
            return self.get(request)
        return redirect("analytics:digest")


def _when(digest):
    at = timezone.localtime(digest.next_at, digest.dealership.tz)
    return _("%(date)s at %(time)s") % {"date": date_format(at, "DATE_FORMAT"), "time": f"{at:%H:%M}"}


@method_decorator(csrf_exempt, name="dispatch")
class Stop(View):
    """Stops a digest by its link, without signing in.

    By POST only, which mail programs send (RFC 8058) and this page's button: programs that look into mails for viruses
    follow links, too.
    """

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self._show(request, switching.id_in(token), is_asked=True)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        id = switching.id_in(token)
        answer = self._show(request, id, is_asked=False)
        Digest.objects.filter(pk=id).delete()
        return answer

    def _show(self, request, id, *, is_asked):
        """In the language of whose digest it is, as long as that is known."""
        digest = Digest.objects.filter(pk=id).select_related("user").first()
        with override(staff.language_of(digest.user) if digest else get_language()):
            context = {
                **admin.site.each_context(request),
                "title": _("Weekly digest"),
                "is_ours": id is not None,
                "asks": is_asked and digest is not None,
            }
            return render(request, "analytics/digest_stop.html", context)
