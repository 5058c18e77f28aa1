"""Figures where clocks are changed: days of 23 and 25 hours, hours that come twice, and what is open at a day's end."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from leads.analytics.models import LeadSpan
from leads.analytics.tests.made_facts import DAY, HOUR, fact, save

CASABLANCA, NEW_YORK = ZoneInfo("Africa/Casablanca"), ZoneInfo("America/New_York")


def second_of(*moment, tz=UTC, fold=0):
    return int(datetime(*moment, tzinfo=tz, fold=fold).timestamp())


@pytest.fixture
def set_now(monkeypatch):
    def set_now(*moment):
        monkeypatch.setattr(timezone, "now", lambda: datetime(*moment, tzinfo=UTC))

    set_now(2026, 12, 31, 12)
    return set_now


def filled(rows):
    """{(day, hour): count} of a heat map."""
    return {
        (day, hour): counted["count"]
        for day, hours in enumerate(rows)
        for hour, counted in enumerate(hours)
        if counted["count"]
    }


# Clocks that change twice for Ramadan, by half an hour, at midnight, and over a whole day; with the slow tests, others.
ZONES = [("Africa/Casablanca", 2026), ("Australia/Lord_Howe", 2026), ("Pacific/Apia", 2011), ("America/St_Johns", 2006)]
MORE = [("Africa/Casablanca", 2025), ("America/New_York", 2026), ("Pacific/Auckland", 2026), ("Asia/Kathmandu", 2026)]
ZONES += [pytest.param(*each, marks=pytest.mark.slow) for each in MORE]


@pytest.mark.parametrize(("zone", "year"), ZONES)
def test_each_hour_of_a_year_is_where_the_wall_clock_says(api, casa, set_now, zone, year):
    """A fact an hour and eight minutes: none is lost, none counted twice, in the heat map, by day and by month."""
    casa.time_zone, tz = zone, ZoneInfo(zone)
    casa.save()
    set_now(year + 1, 12, 31, 12)
    instants = range(second_of(year, 1, 1, tz=tz), second_of(year + 1, 1, 1, tz=tz), 68 * 60)
    save([fact(casa, instant) for instant in instants])
    clocks = [datetime.fromtimestamp(instant, tz) for instant in instants]
    asked = f"from={year}-01-01&to={year}-12-31"

    heat = filled(api.get(f"/analytics/heatmap?{asked}").json()["rows"])
    assert heat == counts((clock.weekday(), clock.hour) for clock in clocks)
    months = api.get(f"/analytics/conversion?{asked}&by=month").json()["groups"]
    assert {each["group"]: each["created"]["count"] for each in months} == counts(f"{clock:%Y-%m}" for clock in clocks)
    if zone != "America/St_Johns":  # where a day ended a minute after midnight, and came back
        days = api.get(f"/analytics/activity?{asked}").json()["rows"]
        by_day = counts(clock.date().isoformat() for clock in clocks)
        assert {row["from"]: row["created"]["count"] for row in days if row["created"]["count"]} == by_day
        backlog = [row["backlog"]["count"] for row in days]
        assert backlog == [sum(n for day, n in by_day.items() if day <= row["from"]) for row in days]


def counts(keys):
    found = {}
    for key in keys:
        found[key] = found.get(key, 0) + 1
    return found


def test_a_number_of_the_heat_map_opens_both_of_an_hour_that_comes_twice(api, casa, set_now):
    casa.time_zone = "America/New_York"
    casa.save()
    save([fact(casa, second_of(2026, 11, 1, 1, 30, tz=NEW_YORK, fold=fold), deleted_at=1) for fold in (0, 1)])
    counted = api.get("/analytics/heatmap?from=2026-11-01&to=2026-11-01").json()["rows"][6][1]
    assert counted["count"] == counted["gone"] == 2
    assert api.get(counted["leads"].removeprefix("/v1"))["X-Gone-Count"] == "2"


def test_a_day_begins_when_its_date_is_shown_first(api, casa, set_now):
    """Ramadan of 2025: clocks were put back an hour at 3 on 23 February, and forward at 2 on 6 April."""
    first = second_of(2025, 2, 23, tz=CASABLANCA)
    save([fact(casa, at) for at in (first - 1, first, first + 25 * HOUR - 1, first + 25 * HOUR)])
    rows = api.get("/analytics/activity?from=2025-02-22&to=2025-02-24").json()["rows"]
    assert [row["created"]["count"] for row in rows] == [1, 2, 1]


def test_answers_after_the_period_are_in_the_heat_map_at_the_hour_of_then(api, casa, set_now):
    """Created before the clocks of Morocco were put back for good in September 2026, answered after."""
    created, answered = second_of(2026, 9, 18, 9), second_of(2026, 9, 28, 9)
    save([fact(casa, created, first_human_at=answered)])
    rows = api.get("/analytics/heatmap?from=2026-09-18&to=2026-09-18&of=answered").json()["rows"]
    clock = datetime.fromtimestamp(answered, CASABLANCA)
    assert filled(rows) == {(clock.weekday(), clock.hour): 1}


def test_the_backlog_is_what_is_open_at_the_last_second(api, casa, set_now):
    begin = second_of(2026, 12, 1, tz=CASABLANCA)
    facts = [fact(casa, begin - DAY, **gone) for gone in ({}, {}, {"deleted_at": begin}, {})]
    save(facts)
    ends = [begin + DAY - 1, begin + DAY, begin, None]  # of the spans
    for each, to_at in zip(facts, ends, strict=True):
        LeadSpan.objects.filter(lead_id=each.lead_id).update(to_at=to_at)
    rows = api.get("/analytics/activity?from=2026-11-29&to=2026-12-03").json()["rows"]
    assert [(row["backlog"]["count"], row["backlog"]["gone"]) for row in rows] == [
        (0, 0),
        (4, 1),
        (2, 0),
        (1, 0),
        (1, 0),
    ]
    listed = api.get(rows[1]["backlog"]["leads"].removeprefix("/v1"))
    assert listed["X-Gone-Count"] == "4"  # none of these facts has a lead


def test_the_backlog_of_the_day_that_is_not_over_is_that_of_now(api, casa, set_now):
    set_now(2026, 12, 1, 12)
    noon = second_of(2026, 12, 1, 12)
    save([fact(casa, noon), fact(casa, noon + 1)])  # by a clock that is ahead
    rows = api.get("/analytics/activity?from=2026-12-01&to=2026-12-03").json()["rows"]
    assert [(row["created"]["count"], row["backlog"]["count"]) for row in rows] == [(2, 1), (0, 1), (0, 1)]


def test_ten_years_are_answered_day_by_day(api, casa, set_now):
    first = date(2026, 12, 31) - timedelta(days=3659)
    save([fact(casa, second_of(first.year, first.month, first.day, 12, tz=CASABLANCA))])
    rows = api.get(f"/analytics/activity?from={first}&to=2026-12-31").json()["rows"]
    assert len(rows) == 3660
    assert [row["created"]["count"] for row in rows[:2]] == [1, 0]
    assert rows[-1]["backlog"]["count"] == 1
