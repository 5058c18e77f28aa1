"""The page on which a person says whether they are available for new leads."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from steerleads.dealers.availability import set_availability


def page(request):
    membership = getattr(request.user, "membership", None)
    if membership is None:
        raise PermissionDenied
    switched = {"yes": True, "no": False}.get(request.POST.get("available"))
    if switched is None:
        context = {
            **admin.site.each_context(request),
            "title": _("Available for new leads"),
            "membership": membership,
            "deals": membership.dealership.deals_in_turn,
        }
        return render(request, "admin/availability.html", context)
    set_availability(membership, {"is_available": switched}, by=request.user)
    said = _("You are available for new leads.") if switched else _("No new leads are dealt to you now.")
    messages.success(request, said)
    return redirect("admin:availability")
