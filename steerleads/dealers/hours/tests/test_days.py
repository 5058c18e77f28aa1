"""Where local days begin and end in UTC seconds, where clocks change at midnight and where a date was left out."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steerleads.dealers.hours.days import DAY, EPOCH, end_of, first_second, local_date

pytestmark = pytest.mark.on_one_database

ZONES = [
    *("UTC", "Africa/Casablanca", "Europe/Paris", "Asia/Beirut", "Africa/Cairo", "America/Havana"),
    *("Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia", "Asia/Kathmandu", "Pacific/Kiritimati"),
]


def seconds(moment):
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("zone", "day", "begins", "ends"),
    [
        ("UTC", "2026-03-01", "2026-03-01 00:00", "2026-03-02 00:00"),
        ("Africa/Casablanca", "2026-06-01", "2026-05-31 23:00", "2026-06-01 23:00"),
        # Morocco stays on UTC since 20 September 2026, and was on it in Ramadan: from 15 February to 22 March.
        ("Africa/Casablanca", "2026-11-30", "2026-11-30 00:00", "2026-12-01 00:00"),
        ("Africa/Casablanca", "2026-02-15", "2026-02-14 23:00", "2026-02-16 00:00"),  # 25 hours
        ("Africa/Casablanca", "2026-03-22", "2026-03-22 00:00", "2026-03-22 23:00"),  # 23 hours
        ("Asia/Beirut", "2024-03-31", "2024-03-30 22:00", "2024-03-31 21:00"),  # begins at 1:00
        ("America/Havana", "2024-11-03", "2024-11-03 04:00", "2024-11-04 05:00"),  # midnight comes twice
        ("America/St_Johns", "2010-11-07", "2010-11-07 02:30", "2010-11-08 03:30"),  # 0:01 became 23:01
        ("Pacific/Apia", "2011-12-29", "2011-12-29 10:00", "2011-12-30 10:00"),
        ("Pacific/Apia", "2011-12-30", "2011-12-30 10:00", "2011-12-30 10:00"),  # was left out
        ("Pacific/Apia", "2011-12-31", "2011-12-30 10:00", "2011-12-31 10:00"),
    ],
)
def test_a_day_lasts_from_its_first_second_to_that_of_the_next(zone, day, begins, ends):
    day, tz = date.fromisoformat(day), ZoneInfo(zone)
    assert (first_second(day, tz), end_of(day, tz)) == (seconds(begins), seconds(ends))


def test_a_minute_that_is_shown_again_belongs_to_the_day_that_has_begun():
    tz = ZoneInfo("America/St_Johns")
    evening = datetime(2010, 11, 6, 23, 30, tzinfo=tz)
    assert local_date(int(evening.timestamp()), tz) == date(2010, 11, 6)
    assert local_date(int(evening.replace(fold=1).timestamp()), tz) == date(2010, 11, 7)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_time_have_a_day(zone, day):
    assert end_of(day, ZoneInfo(zone)) - first_second(day, ZoneInfo(zone)) == DAY


@settings(max_examples=40, deadline=None)
@given(st.dates(date(1950, 1, 1), date(2060, 1, 1)), st.sampled_from(ZONES).map(ZoneInfo))
def test_the_first_second_is_the_first_that_shows_the_date_or_a_later_one(day, tz):
    first = first_second(day, tz)
    shown = [datetime.fromtimestamp(second, tz).date() for second in range(first - 2 * 3600, first + 1, 1)]
    assert shown[-1] >= day and max(shown[:-1]) < day


@settings(max_examples=300, deadline=None)
@given(st.integers(-20 * 365 * DAY, 90 * 365 * DAY), st.sampled_from(ZONES).map(ZoneInfo))
def test_a_second_is_in_the_day_of_its_date(second, tz):
    day = local_date(second, tz)
    assert first_second(day, tz) <= second < end_of(day, tz)
    assert abs(day - date.fromordinal(EPOCH + second // DAY)) <= timedelta(days=1)
