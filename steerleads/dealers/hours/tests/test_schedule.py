"""Which hours a date has: dated weeks, breaks, special days and ranges; and Casablanca's months of 2026."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest

from steerleads.dealers.hours.calendar import Calendar
from steerleads.dealers.hours.days import end_of, first_second
from steerleads.dealers.hours.models import Hours
from steerleads.dealers.hours.schedule import USUAL_WEEK, WEEKDAYS, Schedule, Special, Week
from steerleads.dealers.hours.tests.test_days import seconds

pytestmark = pytest.mark.on_one_database

CASABLANCA = ZoneInfo("Africa/Casablanca")
BREAK = [["09:00", "12:30"], ["14:00", "19:00"]]
FRIDAY = USUAL_WEEK | {"friday": [["09:00", "12:00"], ["14:30", "19:00"]]}
RAMADAN = (date(2026, 2, 19), date(2026, 3, 19), [["10:00", "15:00"]])
ALWAYS = Schedule([Week.of(date(1970, 1, 1), dict.fromkeys(WEEKDAYS, [["00:00", "24:00"]]))])
HOUR = 3600


def hours_on(schedule, day):
    return [
        f"{minute // 60:02}:{minute % 60:02}" for times in schedule.open_on(date.fromisoformat(day)) for minute in times
    ]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("1900-01-01", ["09:00", "19:00"]),
        ("2025-12-31", ["09:00", "19:00"]),  # before the first week: the usual one
        ("2026-01-01", ["09:00", "12:30", "14:00", "19:00"]),
        ("2026-05-31", ["09:00", "12:30", "14:00", "19:00"]),  # a Sunday
        ("2026-06-01", ["09:00", "19:00"]),
        ("2026-06-05", ["09:00", "12:00", "14:30", "19:00"]),
        ("2026-06-07", []),
        ("9999-12-31", ["09:00", "12:00", "14:30", "19:00"]),
    ],
)
def test_a_week_holds_from_its_date_until_the_next_ones(day, expected):
    weeks = [Week.of(date(2026, 6, 1), FRIDAY), Week.of(date(2026, 1, 1), dict.fromkeys(WEEKDAYS, BREAK))]
    assert hours_on(Schedule(weeks), day) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-02-18", ["09:00", "19:00"]),
        ("2026-02-19", ["10:00", "15:00"]),
        ("2026-02-22", ["10:00", "15:00"]),  # a Sunday: a special day says otherwise
        ("2026-03-01", ["08:00", "10:00"]),  # the shorter range
        ("2026-03-03", ["11:00", "12:00"]),  # of two as long, the one that began last
        ("2026-03-04", ["11:00", "12:00"]),
        ("2026-03-10", []),  # a day in a range
        ("2026-03-20", ["09:00", "19:00"]),
    ],
)
@pytest.mark.parametrize("turn", [1, -1])
def test_of_several_special_days_the_shortest_counts_then_the_last_begun(day, expected, turn):
    specials = [
        RAMADAN,
        (date(2026, 3, 10), date(2026, 3, 10), []),
        (date(2026, 3, 1), date(2026, 3, 3), [["08:00", "10:00"]]),
        (date(2026, 3, 3), date(2026, 3, 5), [["11:00", "12:00"]]),
    ]
    assert hours_on(Schedule([], [Special.of(*each) for each in specials[::turn]]), day) == expected


def open_seconds(schedule, first, last):
    """Between local midnights in Casablanca."""
    calendar = Calendar(Hours(), schedule, CASABLANCA)
    return calendar.seconds_between(first_second(first, CASABLANCA), end_of(last, CASABLANCA))


def test_a_friday_with_a_break():
    friday = date(2026, 11, 20)
    assert open_seconds(Schedule([Week.of(date(2026, 1, 1), FRIDAY)]), friday, friday) == 7.5 * HOUR
    calendar = Calendar(Hours(), Schedule([Week.of(date(2026, 1, 1), FRIDAY)]), CASABLANCA)
    assert calendar.seconds_between(seconds("2026-11-20 11:59:59"), seconds("2026-11-20 14:30:01")) == 2
    assert calendar.after(seconds("2026-11-20 11:50"), 1800) == seconds("2026-11-20 14:50")
    assert calendar.before(seconds("2026-11-20 14:50"), 1800) == seconds("2026-11-20 11:49:59")


def test_ramadan_and_a_special_day_in_it():
    holiday = (date(2026, 3, 4), date(2026, 3, 4), [])
    schedule = Schedule([], [Special.of(*RAMADAN), Special.of(*holiday)])
    assert open_seconds(schedule, *RAMADAN[:2]) == 28 * 5 * HOUR  # 29 days less one
    assert open_seconds(schedule, date(2026, 2, 16), date(2026, 2, 18)) == 3 * 10 * HOUR


# --- Clocks -------------------------------------------------------------------------------------------

# Hours of Casablanca's months of 2026 that differ from 24 a day. In Ramadan clocks go back on 15 February, forward on
# 22 March. By data that knows of it, they go back for good on 20 September.
NEW = {"2026-02": 1, "2026-03": -1, "2026-09": 1}
OLD = {"2026-02": 1, "2026-03": -1}


def months():
    starts = [date(2026, month, 1) for month in range(1, 13)]
    return zip(starts, [*starts[1:], date(2027, 1, 1)], strict=True)


def hours_of_months(tz):
    """By month: how many hours it has when it is always open, less 24 a day."""
    calendar = Calendar(Hours(), ALWAYS, tz)
    found = {}
    for start, end in months():
        begins, ends = first_second(start, tz), first_second(end, tz)
        hours = calendar.seconds_between(begins, ends) / HOUR
        assert hours == (ends - begins) / HOUR
        found[f"{start:%Y-%m}"] = hours - 24 * (end - start).days
    return {month: more for month, more in found.items() if more}


def test_casablancas_months_of_2026():
    assert hours_of_months(CASABLANCA) == NEW


def test_casablancas_months_of_2026_by_older_zone_data():
    assert hours_of_months(OlderData()) == OLD


class OlderData(tzinfo):
    """Casablanca as a file made before the change has it: back on +01 after Ramadan, for good."""

    CHANGE = datetime(2026, 9, 1)

    def utcoffset(self, moment):
        return CASABLANCA.utcoffset(moment) if moment.replace(tzinfo=None) < self.CHANGE else timedelta(hours=1)

    def fromutc(self, moment):
        if moment.replace(tzinfo=None) < self.CHANGE:
            return CASABLANCA.fromutc(moment.replace(tzinfo=CASABLANCA)).replace(tzinfo=self)
        return moment + timedelta(hours=1)


def test_another_zone_data_is_another_fingerprint(settings):
    before = Calendar(Hours(), Schedule(), CASABLANCA).fingerprint()
    settings.TIME_ZONE_DATA = settings.TIME_ZONE_DATA._replace(package="2099z")
    assert Calendar(Hours(), Schedule(), CASABLANCA).fingerprint() != before


def test_what_changes_open_time_changes_the_fingerprint_and_nothing_else_does():
    week, special = Week.of(date(2026, 1, 1), FRIDAY), Special.of(*RAMADAN)
    different = [
        Calendar(Hours(), Schedule(), CASABLANCA),
        Calendar(Hours(), Schedule([week]), CASABLANCA),
        Calendar(Hours(), Schedule([Week.of(date(2026, 1, 2), FRIDAY)]), CASABLANCA),
        Calendar(Hours(), Schedule([week], [special]), CASABLANCA),
        Calendar(Hours(), Schedule([week]), ZoneInfo("Europe/Paris")),
    ]
    same = Calendar(Hours(target_seconds=1, stale_seconds=1, quiet_from="01:00"), Schedule([week]), CASABLANCA)
    prints = [calendar.fingerprint() for calendar in different]
    assert len(set(prints)) == len(prints) and same.fingerprint() == prints[1]


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [
        # On Sunday 15 February 2026 clocks in Casablanca show 2:00 to 3:00 twice.
        ("02:00", "03:00", 2),
        ("02:30", "03:00", 1),
        ("01:30", "02:30", 1.5),
        ("00:00", "24:00", 25),
    ],
)
def test_of_an_hour_that_comes_twice_both_are_open(opens, closes, expected):
    sunday = date(2026, 2, 15)
    schedule = Schedule([], [Special.of(sunday, sunday, [[opens, closes]])])
    assert open_seconds(schedule, sunday, sunday) == expected * HOUR


def test_of_an_hour_that_is_skipped_nothing_is_open():
    sunday = date(2026, 3, 22)  # 2:00 becomes 3:00
    schedule = Schedule([], [Special.of(sunday, sunday, [["02:00", "03:30"]])])
    assert open_seconds(schedule, sunday, sunday) == HOUR / 2


def test_ten_years_cost_nothing_until_they_are_asked_for():
    asked = []
    schedule = Schedule([Week.of(date(2020, 1, 1), FRIDAY)])
    calendar = Calendar(Hours(), schedule, CASABLANCA)
    calendar.schedule = _Counting(schedule, asked)
    now = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp())
    calendar.seconds_between(now, now + 86_400)
    assert len(asked) == 1
    calendar.seconds_between(now, now + 86_400)
    assert len(asked) == 1


class _Counting:
    def __init__(self, schedule, asked):
        self.schedule, self.asked = schedule, asked

    def within(self, first, last):
        assert last - first < timedelta(days=101)
        self.asked.append(first)
        return self.schedule.within(first, last)


def test_a_dealership_that_is_never_open_waits_for_nothing():
    calendar = Calendar(Hours(), Schedule([Week.of(date(1970, 1, 1), dict.fromkeys(WEEKDAYS, []))]), CASABLANCA)
    now = seconds("2026-06-01")
    assert (calendar.after(now, 1), calendar.before(now, 0)) == (None, None)
    assert calendar.seconds_between(0, now) == calendar.seconds_between(now, 0) == 0
