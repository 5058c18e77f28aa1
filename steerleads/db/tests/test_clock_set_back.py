"""A clock was an hour or a day ahead, and is right again: nothing that it wrote is believed, whatever it decides.

Every stored time is written down here with what becomes of it: the next one makes a test fail.
"""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import models
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from conftest import ApiClient, make_car, make_lead
from leads.models import LeadEvent
from leads.notifications.models import Rule
from leads.notifications.tests.letterboxes import listening
from leads.outbox import claims
from leads.outbox.ahead import date_all_back
from leads.outbox.models import Delivery, SentPayload, State
from leads.outbox.tests.deliveries import subscribe
from leads.outbox.worker import Worker
from leads.webhooks.sender import WebhookSender
from steerleads.dealers import ahead as dealers_ahead
from steerleads.dealers import ratelimit
from steerleads.dealers.hours.models import Hours
from steerleads.dealers.models import ApiKey, IdempotencyRecord, RateWindow, StaffSession
from steerleads.dealers.tests.people import make_staff
from steerleads.dealers.two_factor import accept

HOUR = timedelta(hours=1)

DATED_BACK = {  # by the worker as soon as a clock is set back, and every hour; by clear_expired
    "dealers.StaffSession.expire_date",
    "dealers.IdempotencyRecord.created_at",
    "dealers.ApiKey.last_used_at",
    "dealers.AccountMail.next_at",
    "digest.Digest.next_at",
    "dealing.WaitingMail.next_at",  # every hour
    "work.Turns.look_at",  # every hour; and at once when somebody is switched on
    "delivery.Destination.failing_since",
    "delivery.Destination.paused_until",  # if it was tried ahead
    "delivery.Delivery.created_at",
    "delivery.Delivery.last_at",
    "delivery.Attempt.at",
    "delivery.SentPayload.created_at",
    "otp_totp.TOTPDevice.throttling_failure_timestamp",
}
JUDGED_WHEN_READ = {
    "dealers.RateWindow.began_at",
    "dealers.Tally.ends_at",
    "delivery.Destination.leased_until",
    "interchange.Import.leased_until",
    "delivery.Delivery.next_at",  # by created_at and last_at
}
CHOSEN_BY_PEOPLE = {"dealers.ApiKey.expires_at", "work.Work.due"}
ENDS_LATER_AND_HARMS_NOBODY = {
    "webhooks.Webhook.old_secret_until",  # sooner would break receivers
    "interchange.Export.at",  # kept for longer
    "interchange.Import.finished_at",  # can be undone for longer
}


def only_told(path):
    """Times that are shown, sorted by, or only there or not; among them those by which operators clean up by hand."""
    name = path.rpartition(".")[2]
    return name in {
        "created_at",
        "updated_at",
        "received_at",
        "date_joined",
        "last_login",
        "revoked_at",
        "switched_off_at",
    } or path in {
        "leads.LeadEvent.at",
        "leads.PersonRequest.at",
        "dealers.AuditEvent.at",
        "dealers.AuditEvent.last_at",
        "work.Work.assigned_at",
        "work.Turns.nobody_since",
        "admin.LogEntry.action_time",
        "sessions.Session.expire_date",  # of Django's own table, which nobody reads
        "otp_totp.TOTPDevice.last_used_at",
        # Of axes, whose cool-off is in steerleads/dealers.
        "axes.AccessAttempt.attempt_time",
        "axes.AccessLog.attempt_time",
        "axes.AccessLog.logout_time",
        "axes.AccessFailureLog.attempt_time",
        "axes.AccessAttemptExpiration.expires_at",
    }


def test_every_stored_time_is_written_down():
    times = {
        f"{field.model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.DateTimeField)
    }
    known = DATED_BACK | JUDGED_WHEN_READ | CHOSEN_BY_PEOPLE | ENDS_LATER_AND_HARMS_NOBODY
    assert known <= times
    assert {path for path in times - known if not only_told(path)} == set()


@pytest.fixture(params=[HOUR, timedelta(days=1)], ids=["an hour ahead", "a day ahead"])
def then(db, request):
    """What the clock showed that was ahead."""
    return timezone.now() + request.param


@pytest.fixture
def now(then):
    return timezone.now()


def set_right(now):
    date_all_back(now)
    dealers_ahead.date_all_back(now)


# --- The hourly limit --------------------------------------------------------------------------


@pytest.mark.parametrize("forget", [lambda: None, ratelimit.forget_leases], ids=["same process", "another"])
def test_a_spent_key_is_not_locked_out_longer_than_its_hour(casa, then, now, forget):
    client = ApiClient(casa, hourly_limit=2)
    assert [ratelimit.consume(client.key, now=then).passed for _ in range(3)] == [True, True, False]
    forget()
    assert [ratelimit.consume(client.key, now=now).passed for _ in range(3)] == [True, True, False]
    assert int(client.get("/leads")["Retry-After"]) <= 3600
    assert RateWindow.objects.get(key=client.key).began_at <= now


def test_clocks_that_differ_a_little_share_one_hour(casa):
    key, now = ApiClient(casa, hourly_limit=2).key, timezone.now()
    assert ratelimit.consume(key, now=now + timedelta(seconds=40)).passed
    ratelimit.forget_leases()
    assert [ratelimit.consume(key, now=now).passed for _ in range(2)] == [True, False]
    assert int(ratelimit.consume(key, now=now).retry_after) <= 3600


# --- Deliveries --------------------------------------------------------------------------------


@pytest.fixture
def hook(casa, settings):
    return subscribe(casa, "http://127.0.0.1:9/hook", settings)


def delivery_of(hook, **times):
    return Delivery.objects.create(dealership=hook.dealership, destination=hook, kind="lead.created", **times)


def test_a_lease_is_over(hook, then, now):
    delivery_of(hook, next_at=now - HOUR)
    assert claims.claim(WebhookSender(), now=then, most=1)
    assert claims.claim(WebhookSender(), now=now, most=1)


def test_a_lease_that_is_ours_is_renewed_before_others_think_it_over(hook, then, now):
    delivery_of(hook, next_at=now - HOUR)
    [ours] = claims.claim(WebhookSender(), now=then, most=1)
    assert claims.renew(ours, now=now)
    assert not claims.claim(WebhookSender(), now=now, most=1)


@pytest.mark.parametrize("tried", [True, False])
def test_a_retry_is_due(hook, then, now, tried):
    waiting = delivery_of(hook, created_at=then, last_at=then if tried else None, next_at=then + timedelta(minutes=5))
    set_right(now)
    assert claims.next_due(hook, now=timezone.now()) == waiting
    waiting.refresh_from_db()
    assert max(waiting.created_at, waiting.last_at or now) <= now


def test_a_retry_by_a_clock_that_is_right_keeps_its_time(hook, now):
    delivery_of(hook, created_at=now, last_at=now, next_at=now + 10 * HOUR)
    set_right(now)
    assert claims.next_due(hook, now=now) is None


def test_a_pause_that_was_asked_for_ahead_is_over(hook, then, now):
    type(hook).objects.update(paused_until=then + timedelta(minutes=5))
    due = delivery_of(hook, created_at=now, last_at=then, next_at=now, event_id=hook.pk)
    set_right(now)
    hook.refresh_from_db()
    assert claims.next_due(hook, now=timezone.now()) == due


def test_the_worker_notices_that_the_clock_is_set_back(hook, then, now):
    clock = SimpleNamespace(now=then)
    worker = Worker(clock=lambda: clock.now)
    worker.look(lambda *job: None)
    waiting = delivery_of(hook, created_at=then, last_at=then, next_at=then + HOUR)
    clock.now = now
    worker.look(lambda *job: None)
    waiting.refresh_from_db()
    assert waiting.next_at <= now


def test_staff_are_told_of_what_happened_ahead(casa, then, now, settings):
    rule = Rule.objects.create(dealership=casa, trigger="created", to="amina@casa.ma")
    lead = make_lead(make_car(casa))
    LeadEvent.objects.filter(lead_id=lead.pk).update(at=then)
    later = now + timedelta(seconds=5)
    with listening(settings):
        Hours.objects.create(dealership=casa, quiet_from="00:00", quiet_until="00:00")
        Worker(clock=lambda: later).drain()
    assert Delivery.objects.get(destination=rule).state == State.DELIVERED


def test_a_webhook_fails_since_now_at_the_most(hook, then, now):
    type(hook).objects.update(failing_since=then)
    set_right(now)
    hook.refresh_from_db()
    assert hook.failing_since == now


def test_bodies_with_contacts_go_in_time(hook, lead, then, now):
    SentPayload.objects.create(dealership=hook.dealership, event_id=lead.pk, lead=lead, text="{}", created_at=then)
    set_right(now)
    assert SentPayload.objects.get().created_at == now


# --- People and keys ---------------------------------------------------------------------------


def test_sessions_and_kept_answers_end_in_time(api, civic, then, now, settings):
    StaffSession.objects.create(session_key="s" * 32, session_data="", expire_date=then + timedelta(days=14))
    api.post(f"/leads/car/{civic.pk}", {"action": "Call", "targetName": "Sara", "targetInfo": "1"}, idempotency_key="k")
    IdempotencyRecord.objects.update(created_at=then)
    dealers_ahead.date_all_back(now)
    assert StaffSession.objects.get().expire_date == now + timedelta(days=14)
    assert IdempotencyRecord.objects.get().created_at == now


def test_the_use_of_a_key_is_noted_again(api, then, now):
    ApiKey.objects.update(last_used_at=then)
    assert api.get("/leads").status_code == 200
    assert ApiKey.objects.get().last_used_at <= timezone.now()


def test_a_code_is_judged_again(casa, then, now):
    from steerleads.dealers.tests.test_two_factor import code_of

    device = TOTPDevice.objects.create(user=make_staff(casa), name="TOTP")
    device.last_t, device.throttling_failure_timestamp = then.timestamp() // 30, then
    device.throttling_failure_count = 3
    device.save()
    dealers_ahead.date_all_back(now - timedelta(minutes=3))
    assert accept(device, code_of(device))
