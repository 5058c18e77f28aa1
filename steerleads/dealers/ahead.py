"""What people and keys have stored from the future: dated back, so that it ends in time."""

from datetime import timedelta

from django.conf import settings
from django_otp.plugins.otp_totp.models import TOTPDevice

from steerleads.db.clock import credible_until, date_back
from steerleads.dealers import leased_mails
from steerleads.dealers.models import AccountMail, ApiKey, IdempotencyRecord, StaffSession


def date_all_back(now):
    """Sessions, kept answers, noted uses, devices, and mails. What the hourly limit stores is judged when it is read."""
    date_back(StaffSession.objects.all(), "expire_date", now, ahead=timedelta(seconds=settings.SESSION_COOKIE_AGE))
    date_back(IdempotencyRecord.objects.all(), "created_at", now)
    date_back(ApiKey.objects.all(), "last_used_at", now)
    date_back(AccountMail.objects.all(), "next_at", now, ahead=leased_mails.LONGEST_PAUSE)
    date_devices_back(TOTPDevice.objects.all(), now)


def date_devices_back(devices, now):
    """Or they would take each code for a used one, or make its person wait for a failure that is yet to come."""
    date_back(devices, "throttling_failure_timestamp", now)
    step = TOTPDevice._meta.get_field("step").default  # seconds; nobody chooses another one
    devices.filter(last_t__gt=credible_until(now).timestamp() // step).update(last_t=now.timestamp() // step)
