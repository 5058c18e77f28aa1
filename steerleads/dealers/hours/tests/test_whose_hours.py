"""The calendar of a dealership, from what is kept of it; on both databases."""

from datetime import date

from steerleads.dealers.hours.calendar import Calendar
from steerleads.dealers.hours.models import Hours, OpeningWeek, SpecialDay
from steerleads.dealers.hours.schedule import FIRST_DAY, USUAL_WEEK, WEEKDAYS
from steerleads.dealers.hours.tests.test_days import seconds


def test_a_dealership_without_hours_has_the_usual_ones(casa, atlas):
    Hours.objects.create(dealership=atlas, target_seconds=60)
    OpeningWeek.objects.create(
        dealership=atlas, valid_from=FIRST_DAY, week=USUAL_WEEK | {"sunday": [["10:00", "12:00"]]}
    )
    SpecialDay.objects.create(dealership=atlas, name="Throne Day", first="2024-07-30", last="2024-07-30")
    own, usual = Calendar.of(atlas), Calendar.of(casa)
    week = [seconds(f"2024-07-{day}") for day in (22, 29)]
    assert usual.seconds_between(*week) == 6 * 10 * 3600 and own.seconds_between(*week) == 62 * 3600
    assert own.seconds_between(seconds("2024-07-30"), seconds("2024-07-31")) == 0
    assert (usual.target_seconds, usual.stale_seconds, own.target_seconds) == (1800, 604_800, 60)


def test_a_calendar_is_read_in_two_statements(casa, django_assert_num_queries):
    closed = dict.fromkeys(WEEKDAYS, [])
    for day in range(1, 4):
        OpeningWeek.objects.create(dealership=casa, valid_from=date(2026, 1, day), week=closed)
        SpecialDay.objects.create(dealership=casa, name="x", first=date(2026, 1, day), last=date(2026, 1, 9), hours=[])
    with django_assert_num_queries(2):
        schedule = Calendar.of(casa).schedule
    assert (len(schedule.weeks), len(schedule.specials)) == (4, 3)
    assert [len(schedule.open_on(date(2025, 12, 31))), len(schedule.open_on(date(2026, 1, 10)))] == [1, 0]
