"""The page on which people make the address of their agenda, and what a calendar program gets there."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import conditional_page, require_safe

from leads.agenda.actions import find_agenda, make_address, take_address_away
from leads.agenda.ical import render as render_calendar
from leads.agenda.models import Agenda


class Address(View):
    """Everybody's own."""

    http_method_names = ["get", "head", "post"]

    def dispatch(self, request: HttpRequest) -> HttpResponse:
        if getattr(request.user, "membership", None) is None:
            raise PermissionDenied
        return super().dispatch(request)

    def get(self, request: HttpRequest, address: str = "") -> HttpResponse:
        context = {
            **admin.site.each_context(request),
            "title": _("Leads in my calendar"),
            "agenda": Agenda.objects.filter(membership=request.user.membership).first(),
            "address": address,
        }
        response = render(request, "agenda/address.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def post(self, request: HttpRequest) -> HttpResponse:
        membership = request.user.membership
        if request.POST.get("do") == "make":
            # Shown in this answer: nothing keeps it for another one.
            return self.get(request, make_address(membership, with_contacts="with_contacts" in request.POST))
        if request.POST.get("do") == "end":
            take_address_away(membership)
            messages.success(request, _("The address shows nothing any more."))
            return redirect("agenda_address")
        return self.get(request)


@require_safe
@conditional_page
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever has the address reads it: programs cannot sign in."""
    agenda = find_agenda(token)
    if agenda is None:
        raise Http404
    headers = {"Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex"}
    return HttpResponse(render_calendar(agenda), "text/calendar; charset=utf-8", headers=headers)
