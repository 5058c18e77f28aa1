"""The page with the places where a person is signed in, and the end of each of them."""

from django.contrib import admin, messages
from django.contrib.auth import logout
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from steerleads.dealers import sessions


def page(request):
    if request.method != "POST":
        return _show(request)
    if request.POST.get("do") == "everywhere":
        sessions.end_all(request.user)
        logout(request)
        return redirect("admin:login")
    if not sessions.end(request.user, request.POST.get("end", "")):
        return _show(request)
    messages.success(request, _("That session is ended."))
    return redirect("admin:sessions")


def _show(request):
    context = {
        **admin.site.each_context(request),
        "title": _("Where you are signed in"),
        "sessions": sessions.sessions_of(request.user, request.session.session_key),
    }
    return render(request, "admin/sessions.html", context)
