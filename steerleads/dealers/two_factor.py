"""Two-factor sign-in (TOTP): the page where a person switches it on and off, and what the sign-in asks of it."""

import base64

import qrcode
from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_otp import login, verify_token
from django_otp.plugins.otp_totp.models import TOTPDevice
from qrcode.image.svg import SvgPathImage

from steerleads.dealers import audit, password_tries
from steerleads.dealers.actors import Actor
from steerleads.dealers.ahead import date_devices_back
from steerleads.dealers.audit_kinds import AuditKind
from steerleads.dealers.permissions import dealership_of


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class ProofForm(forms.Form):
    """What only the person knows: the code that the app shows now, or the password."""

    proof = forms.CharField(
        label=gettext_lazy("Code or password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )


def device_of(user):
    """The person's confirmed device, or None."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).order_by("pk").first()


def accept(device, code):
    """The device, if `code` is right and not used before, and its throttle lets it be judged; else None."""
    date_devices_back(TOTPDevice.objects.filter(pk=device.pk), timezone.now())
    return verify_token(device.user, device.persistent_id, code.replace(" ", ""))


def forget_devices(user):
    """Whether there was one in use."""
    had_one = device_of(user) is not None
    TOTPDevice.objects.filter(user=user).delete()
    return had_one


def page(request):
    """Off, being set up, or on: what is shown follows from the person's device; a POST says what to do."""
    act = {"begin": _begin, "confirm": _confirm, "end": _end}.get(request.POST.get("do"))
    if request.method == "POST" and act and (answer := act(request)):
        return answer
    return _show(request)


def _begin(request):
    with transaction.atomic():
        if device_of(request.user) is None:
            TOTPDevice.objects.filter(user=request.user).delete()
            TOTPDevice.objects.create(user=request.user, name="TOTP", confirmed=False)
    return redirect("admin:two_factor")


def _confirm(request):
    form, device = CodeForm(request.POST), _pending(request.user)
    if device is None or not form.is_valid():
        return _show(request, form)
    if not accept(device, form.cleaned_data["code"]):
        form.add_error("code", _("This code is wrong. The app's clock and this server's must agree."))
        return _show(request, form)
    with transaction.atomic():
        TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
        _record(AuditKind.TWO_FACTOR_ON, request.user)
    login(request, device)
    return _done(request, _("Two-factor sign-in is on."))


def _end(request):
    form, device = ProofForm(request.POST), device_of(request.user)
    if device is None or not form.is_valid():
        return _show(request, form)
    if not password_tries.begin(request, request.user.email):
        return password_tries.locked_out(request)
    if not _is_proof(request.user, device, form.cleaned_data["proof"]):
        form.add_error("proof", _("This is neither the current code nor your password. Wait a moment and try again."))
        return _show(request, form)
    password_tries.succeed(request)
    with transaction.atomic():
        forget_devices(request.user)
        _record(AuditKind.TWO_FACTOR_OFF, request.user)
    return _done(request, _("Two-factor sign-in is off."))


def _is_proof(user, device, proof):
    if proof.replace(" ", "").isdecimal() and len(proof.replace(" ", "")) == device.digits:
        return accept(device, proof) is not None
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().get(pk=device.pk)
        if not device.verify_is_allowed()[0]:
            return False
        if not user.check_password(proof):
            # Guessing the password here is slowed down like guessing the code.
            device.throttle_increment()
            return False
    return True


def _record(kind, user):
    audit.record(kind, actor=Actor.of_user(user), dealership=dealership_of(user), subject=user)


def _pending(user):
    return TOTPDevice.objects.filter(user=user, confirmed=False).order_by("pk").first()


def _show(request, form=None):
    device = device_of(request.user)
    pending = None if device else _pending(request.user)
    context = {
        **admin.site.each_context(request),
        "title": _("Two-factor sign-in"),
        "device": device,
        "pending": pending,
        "form": form or (ProofForm() if device else CodeForm()),
    }
    if pending:
        context["secret"] = base64.b32encode(pending.bin_key).decode().rstrip("=")
        context["qr"] = _qr(pending.config_url)
    return render(request, "admin/two_factor.html", context)


def _qr(text):
    """An <svg> element without styles, which the page's policy would not let in."""
    return mark_safe(qrcode.make(text, image_factory=SvgPathImage, border=2).to_string(encoding="unicode"))


def _done(request, words):
    messages.success(request, words)
    return redirect("admin:two_factor")
