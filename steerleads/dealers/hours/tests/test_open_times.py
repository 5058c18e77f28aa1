"""Open seconds, as the calendar counts them, against one that looks at the wall clock minute by minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steerleads.dealers.hours.calendar import LENGTH, Calendar
from steerleads.dealers.hours.models import Hours
from steerleads.dealers.hours.schedule import Schedule, Special, Week
from steerleads.dealers.hours.tests.test_days import ZONES

pytestmark = pytest.mark.on_one_database

MINUTE = 60
START = int(datetime(2024, 2, 1, tzinfo=UTC).timestamp())

clocks = st.integers(0, 96).map(lambda steps: steps * 15)
times = st.lists(clocks, max_size=8, unique=True).map(lambda ends: tuple(zip(*[iter(sorted(ends))] * 2, strict=False)))
weeks = st.builds(Week, st.dates(date(2024, 1, 1), date(2024, 5, 1)), st.tuples(*[times] * 7))
days = st.dates(date(2024, 1, 15), date(2024, 5, 15))
specials = st.builds(
    lambda first, length, times: Special(first, first + timedelta(length), times), days, st.integers(0, 30), times
)
schedules = st.builds(Schedule, st.lists(weeks, max_size=3), st.lists(specials, max_size=4))
calendars = st.builds(Calendar, st.just(Hours()), schedules, st.sampled_from(ZONES).map(ZoneInfo))
# Around the changes of clocks of spring 2024; the end of a stretch is among them.
minutes = st.integers(0, 90 * 24 * 60).map(lambda minute: START + minute * MINUTE)


def counted(calendar, start, end):
    """Open seconds, minute by minute."""
    return MINUTE * sum(is_open(calendar, minute) for minute in range(start, end, MINUTE))


def is_open(calendar, minute):
    shown = datetime.fromtimestamp(minute, calendar.tz)
    return any(
        opens <= shown.hour * 60 + shown.minute < closes for opens, closes in calendar.schedule.open_on(shown.date())
    )


def test_a_stretch_ends_among_the_moments_that_are_tried():
    assert START < LENGTH * (START // LENGTH + 1) < START + 90 * 24 * 3600


@settings(max_examples=120, deadline=None)
@given(calendars, minutes, st.integers(0, 5 * 24 * 60), st.integers(0, 59), st.integers(0, 59))
def test_open_seconds_are_those_that_the_wall_clock_shows(calendar, start, length, before, after):
    end = start + length * MINUTE
    edges = before * is_open(calendar, start - MINUTE) + after * is_open(calendar, end)
    assert calendar.seconds_between(start - before, end + after) == counted(calendar, start, end) + edges


@settings(max_examples=100, deadline=None)
@given(calendars, minutes, st.integers(1, 40 * 3600))
def test_after_is_the_first_second_at_which_so_many_have_passed(calendar, start, seconds):
    found = calendar.after(start, seconds)
    if found is None:
        return
    assert calendar.seconds_between(start, found) == seconds
    assert calendar.seconds_between(start, found - 1) == seconds - 1


@settings(max_examples=100, deadline=None)
@given(calendars, minutes, st.integers(0, 40 * 3600))
def test_before_is_the_latest_second_since_which_more_have_passed(calendar, end, seconds):
    found = calendar.before(end, seconds)
    assert calendar.seconds_between(found, end) == seconds + 1
    assert calendar.seconds_between(found + 1, end) == seconds
