"""Business hours and quiet hours, over weekends, nights, and clocks that are put forward or back."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steerleads.dealers.hours.calendar import Calendar
from steerleads.dealers.hours.models import Hours
from steerleads.dealers.hours.schedule import FIRST_DAY, WEEKDAYS, Schedule, Week
from steerleads.dealers.hours.tests.test_days import ZONES

pytestmark = pytest.mark.on_one_database

CASABLANCA = ZoneInfo("Africa/Casablanca")
STEP = timedelta(minutes=15)


def calendar(opens="09:00", closes="19:00", days="1,2,3,4,5,6", quiet_from="21:00", quiet_until="08:00", tz=CASABLANCA):
    """Of one span on these ISO weekdays; closing not after opening is open day and night."""
    span = [opens, closes] if opens < closes else ["00:00", "24:00"]
    week = {day: [span] if str(number) in days else [] for number, day in enumerate(WEEKDAYS, 1)}
    quiet = {"quiet_from": time.fromisoformat(quiet_from), "quiet_until": time.fromisoformat(quiet_until)}
    return Calendar(Hours(**quiet), Schedule([Week.of(FIRST_DAY, week)]), tz)


def at(text, zone="Africa/Casablanca"):
    """The moment when clocks there show that; a `*` is the second time, when they were put back."""
    return datetime.fromisoformat(text.rstrip("*")).replace(tzinfo=ZoneInfo(zone), fold=text.endswith("*"))


# --- Business hours ------------------------------------------------------------------------------


# 15 January 2024 is a Monday.
@pytest.mark.parametrize(
    ("start", "hours", "expected", "how"),
    [
        ("2024-01-15 10:30", 1, "2024-01-15 11:30", {}),
        ("2024-01-15 10:30", 0, "2024-01-15 10:30", {}),
        ("2024-01-15 18:00", 1, "2024-01-15 19:00", {}),  # at closing time, not when it opens again
        ("2024-01-15 18:30", 1, "2024-01-16 09:30", {}),
        ("2024-01-15 19:00", 1, "2024-01-16 10:00", {}),
        ("2024-01-15 23:59", 1, "2024-01-16 10:00", {}),
        ("2024-01-15 03:00", 2, "2024-01-15 11:00", {}),
        ("2024-01-15 09:00", 10, "2024-01-15 19:00", {}),
        ("2024-01-15 09:00", 11, "2024-01-16 10:00", {}),
        ("2024-01-15 09:00", 60, "2024-01-20 19:00", {}),
        ("2024-01-15 09:00", 61, "2024-01-22 10:00", {}),
        ("2024-01-20 18:00", 2, "2024-01-22 10:00", {}),  # Saturday evening to Monday
        ("2024-01-21 12:00", 1, "2024-01-22 10:00", {}),  # a Sunday
        ("2024-01-19 17:00", 4, "2024-01-22 11:00", {"days": "1,2,3,4,5"}),
        ("2024-01-19 17:00", 4, "2024-01-20 11:00", {"days": " 6, 5"}),
        ("2024-01-15 10:30", 100, "2024-03-19 19:00", {"days": "2"}),
        ("2024-01-21 12:00", 24, "2024-01-22 12:00", {"opens": "00:00", "closes": "00:00", "days": "1,2,3,4,5,6,7"}),
        ("2024-01-20 12:00", 24, "2024-01-22 12:00", {"opens": "09:00", "closes": "09:00"}),  # day and night
        ("2024-01-20 12:00", 24, "2024-01-22 12:00", {"opens": "20:00", "closes": "06:00"}),
        ("2024-01-15 09:00", 2, "2024-01-18 09:30", {"closes": "09:30"}),
    ],
)
def test_business_hours(start, hours, expected, how):
    assert calendar(**how).after_open(at(start), hours * 3600) == at(expected)


ROUND_THE_CLOCK = {"opens": "00:00", "closes": "00:00", "days": "1,2,3,4,5,6,7"}


@pytest.mark.parametrize(
    ("zone", "start", "hours", "expected", "how"),
    [
        # Morocco leaves summer time for Ramadan: on Sunday 10 March 2024, 3:00 becomes 2:00; on 14 April, back.
        ("Africa/Casablanca", "2024-03-09 12:00", 24, "2024-03-10 11:00", ROUND_THE_CLOCK),
        ("Africa/Casablanca", "2024-04-13 12:00", 24, "2024-04-14 13:00", ROUND_THE_CLOCK),
        ("Africa/Casablanca", "2024-03-09 18:00", 2, "2024-03-11 10:00", {}),
        ("Africa/Casablanca", "2024-03-10 01:00", 2, "2024-03-10 02:00*", {**ROUND_THE_CLOCK, "closes": "05:00"}),
        ("Africa/Casablanca", "2024-03-10 01:00", 5, "2024-03-10 05:00", {**ROUND_THE_CLOCK, "closes": "05:00"}),
        # France: 31 March 2024, 2:00 becomes 3:00; 27 October, 3:00 becomes 2:00.
        ("Europe/Paris", "2024-03-30 12:00", 24, "2024-03-31 13:00", ROUND_THE_CLOCK),
        ("Europe/Paris", "2024-10-26 12:00", 24, "2024-10-27 11:00", ROUND_THE_CLOCK),
        ("Europe/Paris", "2024-03-31 01:00", 1, "2024-03-31 03:00", ROUND_THE_CLOCK),
        # Lebanon's clocks change at midnight, Cuba's at 1:00 back to midnight, Lord Howe's by half an hour.
        ("Asia/Beirut", "2024-03-30 12:00", 24, "2024-03-31 13:00", ROUND_THE_CLOCK),
        ("America/Havana", "2024-11-02 12:00", 24, "2024-11-03 11:00", ROUND_THE_CLOCK),
        ("Australia/Lord_Howe", "2024-04-06 12:00", 24, "2024-04-07 11:30", ROUND_THE_CLOCK),
    ],
)
def test_hours_are_counted_as_they_pass_when_clocks_change(zone, start, hours, expected, how):
    found = calendar(**how, tz=ZoneInfo(zone)).after_open(at(start, zone), hours * 3600)
    assert found == at(expected, zone).astimezone(UTC)


def test_hours_that_never_add_up_come_to_an_end():
    found = calendar(closes="09:01", days="1").after_open(at("2024-01-15 09:00"), 1000 * 3600)
    assert found.year == 2034


def test_a_start_is_cut_to_the_second_that_the_api_shows():
    start = at("2024-01-15 10:30") + timedelta(microseconds=999_999)
    assert calendar().after_open(start, 3600) == at("2024-01-15 11:30")


# --- Quiet hours ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "expected", "how"),
    [
        ("2024-01-15 12:00", None, {}),
        ("2024-01-15 20:59", None, {}),
        ("2024-01-15 21:00", "2024-01-16 08:00", {}),
        ("2024-01-15 23:59:59", "2024-01-16 08:00", {}),
        ("2024-01-15 00:00", "2024-01-15 08:00", {}),
        ("2024-01-15 07:59:59", "2024-01-15 08:00", {}),
        ("2024-01-15 08:00", None, {}),
        ("2024-01-15 13:00", "2024-01-15 15:00", {"quiet_from": "13:00", "quiet_until": "15:00"}),
        ("2024-01-15 15:00", None, {"quiet_from": "13:00", "quiet_until": "15:00"}),
        ("2024-01-15 12:00", None, {"quiet_from": "13:00", "quiet_until": "15:00"}),
        ("2024-01-15 22:00", "2024-01-16 00:00", {"quiet_from": "21:00", "quiet_until": "00:00"}),
        ("2024-01-15 00:00", None, {"quiet_from": "21:00", "quiet_until": "00:00"}),
        ("2024-01-15 03:00", "2024-01-15 06:00", {"quiet_from": "00:00", "quiet_until": "06:00"}),
        ("2024-01-15 22:00", None, {"quiet_from": "22:00", "quiet_until": "22:00"}),
        ("2024-01-15 00:00", None, {"quiet_from": "00:00", "quiet_until": "00:00"}),
        ("2024-12-31 22:00", "2025-01-01 08:00", {}),
        # The night before Ramadan: 2:30 comes twice, and the second one ends the quiet.
        ("2024-03-09 22:00", "2024-03-10 08:00", {}),
        ("2024-03-10 02:15", "2024-03-10 02:30*", {"quiet_until": "02:30"}),
        ("2024-03-10 02:15*", "2024-03-10 02:30*", {"quiet_until": "02:30"}),
    ],
)
def test_quiet_hours(now, expected, how):
    found = calendar(**how).quiet_until(at(now))
    assert found == (expected and at(expected).astimezone(UTC))


zones = st.sampled_from(ZONES)
moments = st.integers(0, 4 * 24 * 180).map(lambda steps: datetime(2024, 2, 1, tzinfo=UTC) + steps * STEP)
clocks = st.integers(0, 95).map(lambda steps: f"{steps // 4:02}:{steps % 4 * 15:02}")


@settings(max_examples=200, deadline=None)
@given(moments, clocks, clocks, zones.map(ZoneInfo))
def test_quiet_ends_later_than_now_and_within_a_day(now, begins, ends, tz):
    quiet = calendar(quiet_from=begins, quiet_until=ends, tz=tz)
    until = quiet.quiet_until(now)
    assert until is None or now < until <= now + timedelta(hours=25)
    assert until is None or quiet.quiet_until(until) is None


# --- Checks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("hour", [8, 9, 19, 21])
def test_the_system_check_is_quiet_at_any_hour(hour, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 1, 15, hour, 0, 3, tzinfo=UTC))
    assert Hours.check() == []
