"""A receiver that can take nothing now is left alone: nothing is sent to it meanwhile, and what waits loses no attempt."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.timezone import override as override_tz
from django.utils.translation import override

from conftest import make_lead
from leads.outbox import pauses, words
from leads.outbox.actions import redeliver, send_test
from leads.outbox.models import Attempt, Delivery, State
from leads.outbox.tests.deliveries import deliver, subscribe
from leads.webhooks.actions import change_webhook
from leads.webhooks.models import Webhook
from leads.webhooks.tests.receivers import Reply, receiver
from steerleads.operations import metrics
from steerleads.tests.servers import free_port

HOUR, DAY = 3600, 86400


def later(status=429, after="3600"):
    return Reply(status, headers={"Retry-After": after})


@pytest.fixture(autouse=True)
def _no_chance(monkeypatch):
    monkeypatch.setattr(pauses, "JITTER", 0)


def lasts(destination, clock):
    """Seconds that the destination is still to be left alone."""
    destination.refresh_from_db()
    return (destination.paused_until - clock()).total_seconds() if destination.paused_until else 0


# --- What it does --------------------------------------------------------------------------------

NOBODY = None  # there is no receiver


@pytest.mark.parametrize(
    ("reply", "spent"),
    [
        *((later(429), 0), (later(503, "120"), 0), (later(500), 0), (Reply(429), 0), (later(429, "soon"), 0)),
        *((Reply(502), 1), (Reply(503), 1), (Reply(504), 1), (later(503, "soon"), 1), (NOBODY, 1)),
    ],
)
def test_the_destination_is_paused_and_what_waits_loses_no_attempt(
    casa, civic, webhook, crm, clock, settings, reply, spent
):
    crm.answer = reply
    if reply is NOBODY:
        settings.WEBHOOK_ALLOW = [f"http://127.0.0.1:{free_port()}"]
        Webhook.objects.update(url=f"{settings.WEBHOOK_ALLOW[0]}/hook")
    for _ in range(3):
        make_lead(civic)
    deliver(clock)
    assert Attempt.objects.count() == 1 and lasts(webhook, clock) > 0
    assert sorted(Delivery.objects.values_list("state", "attempts")) == [("pending", 0)] * 2 + [("pending", spent)]


@pytest.mark.parametrize(
    "reply", [Reply(400), Reply(404), Reply(500), Reply(raw=b"cut"), Reply(302, headers={"Retry-After": "60"})]
)
def test_what_may_be_one_deliverys_fault_pauses_nothing(casa, civic, webhook, crm, clock, reply):
    crm.answer = reply
    for _ in range(3):
        make_lead(civic)
    deliver(clock)
    assert len(crm.requests) == 3 and lasts(webhook, clock) == 0


def test_after_the_pause_one_goes_first_and_then_the_rest(casa, civic, webhook, crm, clock):
    crm.answer = [later(429, "60"), later(503, "60"), Reply(200)]
    for _ in range(4):
        make_lead(civic)
    came = []
    for _ in range(3):
        deliver(clock)
        clock.move(seconds=59)
        deliver(clock)
        came.append(len(crm.requests))
        clock.move(seconds=1)
    assert came == [1, 2, 6]
    assert set(Delivery.objects.values_list("state", "attempts")) == {("delivered", 1)}
    assert len({request.headers["webhook-id"] for request in crm.requests[2:]}) == 4


def test_others_are_told_meanwhile(casa, civic, webhook, crm, clock, settings):
    crm.answer = later()
    with receiver() as other:
        subscribe(casa, other.url, settings)
        for _ in range(3):
            make_lead(civic)
        deliver(clock)
        assert (len(crm.requests), len(other.requests)) == (1, 3)


def test_a_success_ends_it(casa, civic, webhook, crm, clock):
    crm.answer = [Reply(503), Reply(503), Reply(200)]
    make_lead(civic)
    for _ in range(3):
        deliver(clock)
        clock.move(hours=1)
    webhook.refresh_from_db()
    assert (webhook.paused_until, webhook.refusals, webhook.failing_since) == (None, 0, None)


def test_a_pause_from_before_the_clock_was_set_back_is_not_believed(casa, civic, webhook, crm, clock):
    Webhook.objects.update(paused_until=clock() + timedelta(days=2), refusals=3)
    make_lead(civic)
    deliver(clock)
    assert len(crm.requests) == 1 and lasts(webhook, clock) == 0


@pytest.mark.parametrize("change", [{"url": "https://crm.example.com/new"}, {"is_on": True}])
def test_who_mends_the_webhook_ends_it(casa, webhook, crm, clock, change):
    crm.answer = later()
    send_test(webhook)
    deliver(clock)
    if "is_on" in change:
        change_webhook(casa, webhook.pk, {"is_on": False})
    change_webhook(casa, webhook.pk, change)
    assert lasts(webhook, clock) == 0 and Delivery.objects.get().next_at <= clock()


# --- Its end -------------------------------------------------------------------------------------


def test_a_delivery_that_is_put_off_politely_does_not_die_of_it(casa, civic, webhook, crm, clock):
    crm.answer = [later()] * 9 + [Reply(200)]
    make_lead(civic)
    for _ in range(10):
        deliver(clock)
        clock.move(hours=1)
    assert Delivery.objects.values_list("state", "attempts").get() == ("delivered", 1)
    assert Attempt.objects.count() == 10


def test_five_days_of_nothing_but_later_switch_a_webhook_off(casa, civic, webhook, crm, clock):
    crm.answer = later(503, str(DAY))
    make_lead(civic)
    for _ in range(6):
        deliver(clock)
        clock.move(days=1)
    webhook.refresh_from_db()
    assert (webhook.is_on, webhook.switched_off_why, len(crm.requests)) == (False, "failing", 6)


@pytest.mark.parametrize("asks", [None, "60"], ids=["attempts are spent", "put off for five days first"])
def test_one_event_that_always_fails_dies_and_keeps_the_others_from_nothing(casa, civic, webhook, crm, clock, asks):
    def answer(request):
        bad = request.json["data"]["lead"]["action"] == "poison"
        return Reply(200) if not bad else later(503, asks) if asks else Reply(503)

    crm.answer = answer
    make_lead(civic, action="poison")
    for _ in range(19):
        make_lead(civic, action="fine")
        deliver(clock)
        clock.move(hours=12, minutes=1)
    deliver(clock)
    assert Webhook.objects.get().is_on
    assert list(Delivery.objects.exclude(state="delivered").values_list("state", "attempts")) == [("dead", 8)]


# --- What somebody asks for ----------------------------------------------------------------------


def test_a_test_goes_at_once_and_if_it_is_taken_the_rest_follows(casa, civic, webhook, crm, clock):
    crm.answer = [later(), Reply(200)]
    make_lead(civic)
    make_lead(civic)
    deliver(clock)
    send_test(webhook)
    deliver(clock)
    assert [request.json["type"] for request in crm.requests] == ["lead.created", "webhook.test", "lead.created"]
    clock.move(hours=1)
    deliver(clock)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}


@pytest.mark.parametrize("reply", [Reply(429), later(503, "5"), Reply(500), Reply(502)])
def test_a_test_that_is_refused_goes_once_and_shortens_nothing(casa, civic, webhook, crm, clock, reply):
    crm.answer = [later(), reply]
    make_lead(civic)
    deliver(clock)
    send_test(webhook)
    for _ in range(3):
        deliver(clock)
        clock.move(seconds=10)
    assert len(crm.requests) == 2 and lasts(webhook, clock) == HOUR - 30


def test_what_is_sent_again_waits_for_the_end(casa, civic, webhook, crm, clock):
    crm.answer = [Reply(200), later(), Reply(200)]
    for _ in range(2):
        make_lead(civic)
        deliver(clock)
    redeliver(Delivery.objects.get(state=State.DELIVERED))
    deliver(clock)
    assert len(crm.requests) == 2
    clock.move(hours=1)
    deliver(clock)
    assert len(crm.requests) == 4


# --- What is seen of it --------------------------------------------------------------------------


@pytest.fixture
def paused(casa, civic, webhook, crm):
    crm.answer = later()
    make_lead(civic)
    make_lead(civic)
    deliver()
    webhook.refresh_from_db()
    return webhook


def test_a_client_sees_until_when(api, paused):
    answer = api.get(f"/webhooks/{paused.pk}")
    end = f"{paused.paused_until:%Y-%m-%dT%H:%M:%SZ}"
    assert answer["X-Paused-Until"] == end
    listed = api.get(f"/webhooks/{paused.pk}/deliveries").json()
    assert [(each["attempts"], each["nextAttemptAt"]) for each in listed] == [(0, end)] * 2
    same = api.get(f"/webhooks/{paused.pk}", if_none_match=answer["ETag"])
    assert (same.status_code, same["X-Paused-Until"]) == (304, end)
    change_webhook(paused.dealership, paused.pk, {"url": "https://crm.example.com/new"})
    after = api.get(f"/webhooks/{paused.pk}", if_none_match=answer["ETag"])
    assert (after.status_code, "X-Paused-Until" in after) == (200, False)


def test_staff_and_operators_see_until_when(casa, paused):
    with override("en"), override_tz("UTC"):
        end = date_format(localtime(paused.paused_until), "SHORT_DATETIME_FORMAT")
        assert f"nothing is sent until {end}" in words.state_of(paused)
    out, err = StringIO(), StringIO()
    call_command("deliveries", stdout=out, stderr=err)
    end = f"{paused.paused_until:%Y-%m-%d %H:%M}"
    assert [line.rstrip().endswith(end) for line in out.getvalue().splitlines()[1:]] == [True, True]
    assert f"Nothing is sent to webhook {paused.pk} until {end}" in err.getvalue()


def test_metrics_tell_pauses_from_being_late(casa, paused):
    now = paused.paused_until - timedelta(minutes=10)
    text = metrics.metrics_text(now)
    for line in ("destinations_paused 1", "destinations_paused_longest_seconds 600.0", "deliveries_due 0"):
        assert f"\nsteerleads_{line}\n" in text
