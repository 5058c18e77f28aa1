"""The page of two-factor sign-in: where a session shows the second factor, and a person switches it on and off."""

import base64

import qrcode
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.views import LoginView
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_otp import login
from qrcode.image.svg import SvgPathImage

from steerleads.dealers import sessions, two_factor
from steerleads.dealers.permissions import owes_second_factor

PENDING = "two_factor_pending"  # in a session: the device that it is setting up


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"}),
    )


def way_on(request):
    """Where `?next=` says, if that is a page of ours; else LOGIN_REDIRECT_URL."""
    view = LoginView()
    view.setup(request)
    return view.get_success_url()


def page(request):
    """What is shown follows from the session and the person's device; a POST says what to do."""
    acts = {"prove": _prove} if _has_to_prove(request) else ACTS
    act = acts.get(request.POST.get("do"))
    if request.method == "POST" and act and (answer := act(request)):
        return answer
    return _show(request)


def _has_to_prove(request):
    return request.user.has_device and owes_second_factor(request.user)


def _prove(request):
    return _with_code(request, lambda: HttpResponseRedirect(way_on(request)))


def _begin(request):
    if not request.user.has_device:
        if earlier := two_factor.pending(request.user, request.session.get(PENDING)):
            earlier.delete()
        request.session[PENDING] = two_factor.begin(request.user).pk
    return redirect("admin:two_factor")


def _confirm(request):
    form, device = CodeForm(request.POST), _pending(request)
    if device is None or not form.is_valid():
        return _show(request, form)
    codes = two_factor.confirm(device, form.cleaned_data["code"])
    if codes is None:
        form.add_error("code", _("This code is wrong. The app's clock and this server's must agree."))
        return _show(request, form)
    del request.session[PENDING]
    login(request, device)
    sessions.end_others(request.user, request.session.session_key)
    request.user.has_device = True
    messages.success(request, _("Two-factor sign-in is on. Everywhere else you are signed out."))
    return _show(request, codes=codes)


def _end(request):
    def end():
        two_factor.switch_off(request.user)
        messages.success(request, _("Two-factor sign-in is off."))
        return redirect("admin:two_factor")

    return _with_code(request, end)


def _renew(request):
    return _with_code(request, lambda: _show(request, codes=two_factor.renew_codes(request.user)))


ACTS = {"begin": _begin, "confirm": _confirm, "end": _end, "renew": _renew}


def _with_code(request, do):
    """What `do` answers, if the code is right: the app's, or a recovery code. A password is no second factor."""
    form, device = CodeForm(request.POST), two_factor.device_of(request.user)
    if device is None or not form.is_valid():
        return _show(request, form)
    if not two_factor.accept(device, form.cleaned_data["code"]):
        form.add_error("code", _("This code is wrong, was used before, or came too soon after a wrong one."))
        return _show(request, form)
    login(request, device)
    return do()


def _pending(request):
    """The device that this very session is setting up: no other one ever sees its secret."""
    return None if request.user.has_device else two_factor.pending(request.user, request.session.get(PENDING))


def _show(request, form=None, codes=None):
    pending = _pending(request)
    context = {
        **admin.site.each_context(request),
        "title": _("Two-factor sign-in"),
        "has_to_prove": _has_to_prove(request),
        "is_demanded": owes_second_factor(request.user) and not request.user.has_device,
        "is_on": request.user.has_device,
        "codes": codes,
        "codes_left": two_factor.codes_left(request.user),
        "pending": pending,
        "form": form or CodeForm(),
        "way_on": way_on(request),
    }
    if pending:
        context["secret"] = base64.b32encode(pending.bin_key).decode().rstrip("=")
        context["qr"] = _qr(pending.config_url)
    return render(request, "admin/two_factor.html", context)


def _qr(text):
    """An <svg> element without styles, which the page's policy would not let in."""
    return mark_safe(qrcode.make(text, image_factory=SvgPathImage, border=2).to_string(encoding="unicode"))
