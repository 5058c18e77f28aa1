"""For how long an answer asks to be left alone, and how long a pause is made of it."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.utils.http import http_date

from leads.outbox import pauses
from leads.outbox.outcomes import Outcome
from leads.outbox.pauses import asked_pause, pause_end
from leads.webhooks.models import Webhook

pytestmark = pytest.mark.on_one_database

HOUR, DAY = 3600, 86400
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
HUGE = "9" * 5000


@pytest.fixture(autouse=True)
def _no_chance(monkeypatch):
    monkeypatch.setattr(pauses, "JITTER", 0)


@pytest.mark.parametrize(
    ("status", "asks", "date", "seconds"),
    [
        (429, "3600", None, HOUR),
        (503, "120", None, 120),
        *((status, "120", None, 120) for status in (500, 502, 504, 403, 413)),
        *((status, "120", None, None) for status in (200, 202, 204, 301, 302, 304, 410)),
        *(
            (429, text, None, seconds)
            for text, seconds in [(" 5 ", 5), ("0", 0), ("007", 7), (HUGE, DAY), ("86401", DAY)]
        ),
        *((429, None, None, 0), (503, None, None, None), (500, None, None, None)),
        # Nonsense is as good as nothing.
        *(
            (503, text, None, None)
            for text in ("", "soon", "-5", "1e3", "1.5", "+60", "٦٠", "60, 60", "1994-11-06", "Sun")
        ),
        *((429, text, None, 0) for text in ("soon", "-5")),
        # A date, in all three forms, by the receiver's own clock.
        (503, "Sun, 06 Nov 1994 09:49:37 GMT", DATE, HOUR),
        (503, "Sunday, 06-Nov-94 09:49:37 GMT", DATE, HOUR),
        (503, "Sun Nov  6 09:49:37 1994", DATE, HOUR),
        (503, DATE, DATE, 0),
        (503, "Sun, 06 Nov 1994 07:49:37 GMT", DATE, 0),
        (503, "Fri, 06 Nov 2093 08:49:37 GMT", DATE, DAY),
        (503, "Sun, 99 Nov 1994 09:49:37 GMT", DATE, None),
    ],
)
def test_what_an_answer_asks_for(status, asks, date, seconds):
    headers = {name: value for name, value in (("Retry-After", asks), ("Date", date)) if value is not None}
    asked = asked_pause(status, headers)
    assert (asked and asked.total_seconds()) == seconds or (asked, seconds) == (timedelta(0), 0)


@pytest.mark.parametrize("date", [None, "yesterday"])
def test_a_date_without_a_clock_of_the_receivers_is_judged_by_ours(date):
    headers = {"Retry-After": http_date(time.time() + HOUR)} | ({"Date": date} if date else {})
    assert HOUR - 5 < asked_pause(503, headers).total_seconds() <= HOUR


def test_a_pause_is_as_long_as_asked_and_of_ours_longer_each_time():
    now = datetime.now(UTC)

    def seconds(outcome, refusals):
        destination = Webhook(refusals=refusals)
        return round((pause_end(outcome, destination, now, chance=lambda: 0) - now).total_seconds())

    away, asks = Outcome(False, error="connect"), Outcome(False, later=timedelta(seconds=30))
    assert [seconds(away, refusals) for refusals in (0, 1, 2, 8, 9, 20)] == [1, 2, 4, 256, 300, 300]
    assert [seconds(asks, refusals) for refusals in (0, 4, 5, 20)] == [30, 30, 32, 300]
    assert seconds(Outcome(False, later=timedelta(days=1)), 20) == DAY


@pytest.mark.parametrize("chance", [0, 0.5, 1])
def test_nothing_is_sent_sooner_than_was_asked_nor_all_at_one_moment(monkeypatch, chance):
    monkeypatch.undo()
    now = datetime.now(UTC)
    end = pause_end(Outcome(False, later=timedelta(hours=1)), Webhook(), now, chance=lambda: chance)
    assert end - now == timedelta(hours=1) * (1 + 0.2 * chance)
