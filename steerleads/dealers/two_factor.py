"""Two-factor sign-in (TOTP): switched on and off, its recovery codes, and what counts as a second factor."""

import secrets
from hashlib import sha256

from django.db import transaction
from django.utils import timezone
from django_otp import verify_token
from django_otp.plugins.otp_totp.models import TOTPDevice

from steerleads.dealers import audit
from steerleads.dealers.actors import Actor
from steerleads.dealers.ahead import date_devices_back
from steerleads.dealers.audit_kinds import AuditKind
from steerleads.dealers.models import RecoveryCode, User
from steerleads.dealers.permissions import dealership_of

CODES = 10
# 66 random bits, so that a plain digest will do. Digits, as phones offer no more where a code is asked for.
DIGITS, GROUP = 20, 5


def device_of(user):
    """The person's confirmed device, or None."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).order_by("pk").first()


def accept(device, code):
    """The device, if `code` is right and not used before, and its throttle lets it be judged; else None.

    One of the person's recovery codes is as good, once.
    """
    typed = code.replace(" ", "").replace("-", "")
    if len(typed) == DIGITS:
        return device if _use_recovery_code(device.user, typed) else None
    date_devices_back(TOTPDevice.objects.filter(pk=device.pk), timezone.now())
    return verify_token(device.user, device.persistent_id, typed)


def begin(user):
    """A device to be confirmed; which session may see its secret is the session's to know."""
    return TOTPDevice.objects.create(user=user, name="TOTP", confirmed=False)


def pending(user, device_id):
    return TOTPDevice.objects.filter(user=user, confirmed=False, pk=device_id).first()


def confirm(device, code):
    """The person's recovery codes, to be shown this once, if `code` is right: from now on it is asked for. Else None."""
    user = device.user
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # two sessions must not both set one up
        if device_of(user) or not accept(device, code):
            return None
        TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
        TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
        _record(AuditKind.TWO_FACTOR_ON, user)
        return _new_codes(user)


def renew_codes(user):
    """New recovery codes, to be shown this once; the old ones end."""
    with transaction.atomic():
        _record(AuditKind.RECOVERY_CODES_MADE, user)
        return _new_codes(user)


def switch_off(user):
    with transaction.atomic():
        if forget_devices(user):
            _record(AuditKind.TWO_FACTOR_OFF, user)


def forget_devices(user):
    """Whether there was one in use."""
    had_one = device_of(user) is not None
    TOTPDevice.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    return had_one


def codes_left(user):
    return RecoveryCode.objects.filter(user=user).count()


def _new_codes(user):
    RecoveryCode.objects.filter(user=user).delete()
    codes = [f"{secrets.randbelow(10**DIGITS):0{DIGITS}}" for _ in range(CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(user, code)) for code in codes)
    return ["-".join(code[start : start + GROUP] for start in range(0, DIGITS, GROUP)) for code in codes]


def _use_recovery_code(user, typed):
    with transaction.atomic():
        # The deletion is the judgement: of two who use one code at once, one finds it.
        used, _by_table = RecoveryCode.objects.filter(user=user, digest=_digest(user, typed)).delete()
        if used:
            _record(AuditKind.RECOVERY_CODE_USED, user, left=codes_left(user))
    return bool(used)


def _digest(user, code):
    return sha256(f"{user.pk}:{code}".encode()).hexdigest()


def _record(kind, user, **details):
    audit.record(kind, actor=Actor.of_user(user), dealership=dealership_of(user), subject=user, **details)
