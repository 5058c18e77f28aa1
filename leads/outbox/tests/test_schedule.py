"""The retry table, walked by a clock that is moved by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from conftest import make_lead
from leads.outbox.models import Delivery
from leads.outbox.schedule import PAUSES, next_attempt
from leads.outbox.tests.deliveries import Clock, deliver, subscribe
from leads.webhooks.tests.receivers import Reply, receiver

pytestmark = pytest.mark.on_one_database

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
TABLE = [(5, "s"), (5, "min"), (30, "min"), (2, "h"), (5, "h"), (10, "h"), (10, "h")]
SECONDS = {"s": 1, "min": 60, "h": 3600}


@pytest.mark.parametrize(("attempts", "pause"), list(enumerate(TABLE, start=1)))
@pytest.mark.parametrize(("chance", "share"), [(0, 0.8), (0.5, 1), (1, 1.2)])
def test_pauses_are_those_of_the_table(attempts, pause, chance, share):
    number, unit = pause
    after = next_attempt(attempts, NOON, chance=lambda: chance) - NOON
    assert after.total_seconds() == pytest.approx(number * SECONDS[unit] * share)


def test_eight_failures_are_the_end():
    assert len(PAUSES) == 7 and next_attempt(8, NOON) is None


@pytest.mark.django_db
def test_a_clock_moved_by_hand_walks_the_whole_table(casa, civic, settings, monkeypatch):
    monkeypatch.setattr("leads.outbox.schedule.JITTER", 0)
    clock = Clock()
    with receiver(Reply(500)) as crm:
        subscribe(casa, crm.url, settings)
        make_lead(civic)
        clock.move(seconds=1)
        for attempt, pause in enumerate([*PAUSES, None], start=1):
            deliver(clock)
            delivery = Delivery.objects.get()
            assert (delivery.attempts, delivery.last_status, len(crm.requests)) == (attempt, 500, attempt)
            assert delivery.next_at == (clock.now + pause if pause else None)
            if pause:
                clock.move(seconds=pause.total_seconds() - 0.001)
                deliver(clock)
                assert len(crm.requests) == attempt
                clock.now = delivery.next_at
        assert delivery.state == "dead"
    assert len({request.headers["webhook-id"] for request in crm.requests}) == 1
    assert len({request.body for request in crm.requests}) == 1


@pytest.mark.django_db
def test_success_after_failures_is_the_end(casa, civic, settings):
    clock = Clock()
    with receiver([Reply(503), Reply(302), Reply(204)]) as crm:
        subscribe(casa, crm.url, settings)
        make_lead(civic)
        for _ in range(4):
            clock.move(hours=1)
            deliver(clock)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.next_at) == ("delivered", 3, None)
    assert [attempt.status for attempt in delivery.tries.all()] == [503, 302, 204]


def test_pauses_add_up_to_28_hours():
    assert timedelta(hours=27) < sum(PAUSES, timedelta()) < timedelta(hours=28)
