"""Numbers in words: durations, shares, bands and groups, in three languages with their plural forms."""

from datetime import date

import pytest
from django.utils.translation import override

from leads.analytics import words
from leads.analytics.templatetags import figures

pytestmark = pytest.mark.on_one_database
LRI, PDI = "\u2066", "\u2069"


@pytest.mark.parametrize(
    ("language", "seconds", "said"),
    [
        ("en", 0, "under a minute"),
        ("en", 59, "under a minute"),
        ("en", 60, "1 min"),
        ("en", 2280, "38 min"),
        ("en", 3600, "1 h"),
        ("en", 7859, "2 h 10 min"),
        ("en", 86_399, "23 h 59 min"),
        ("en", 86_400, "1 day"),
        ("en", 930_600, "10 days 18 h"),
        ("en", 86_400 + 3599, "1 day"),
        ("fr", 930_600, "10 jours 18 h"),
        ("ar", 60, "دقيقة واحدة"),
        ("ar", 120, "دقيقتان"),
        ("ar", 300, "5 دقائق"),
        ("ar", 2280, "38 دقيقة"),
        ("ar", 6000, "ساعة واحدة و40 دقيقة"),
        ("ar", 3 * 86_400, "3 أيام"),
    ],
)
def test_a_duration_is_said_by_its_two_largest_units(language, seconds, said):
    with override(language):
        assert words.duration(seconds) == said


def test_open_hours_make_no_days():
    assert words.duration(86_400 + 3600, in_days=False) == "25 h"
    assert [words.up_to(seconds) for seconds in (300, 86_400, None)] == ["up to 5 min", "up to 24 h", "longer"]


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", ("54–70%", "+12", "−4")), ("fr", ("54–70\u00a0%", "+12", "−4"))],
)
def test_signs_stand_where_a_language_has_them(language, said):
    with override(language):
        assert (words.interval(0.54, 0.7), words.points(0.12), words.points(-0.04)) == said


def test_numbers_with_signs_are_isolated_in_arabic():
    with override("ar"):
        assert words.interval(0.54, 0.7) == f"{LRI}54–70%{PDI}"
        assert words.points(-0.04) == f"{LRI}−4{PDI}"
        assert f"{LRI}+12{PDI}" in figures.change(215, 203)


@pytest.mark.parametrize(
    ("found", "of", "said"),
    [
        ({"seconds": 2280, "isBeyond": False}, 5, "38 min"),
        ({"seconds": 2280, "isBeyond": False}, 4, "too few"),
        ({"seconds": None, "isBeyond": True}, 9, "nobody yet"),
        ({"seconds": None, "isBeyond": False}, 0, "too few"),
    ],
)
def test_no_quantile_is_shown_of_fewer_than_five(found, of, said):
    assert words.quantile(found, of) == said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-0.04, 0.19, "−4 to +19 points: may be chance"),
        (0.0, 0.19, "0 to +19 points: may be chance"),
        (0.02, 0.19, "+2 to +19 points"),
        (-0.19, -0.02, "−19 to −2 points"),
    ],
)
def test_a_difference_that_may_be_chance_says_so(low, high, said):
    assert figures.difference({"value": 0.05, "low": low, "high": high}) == said


@pytest.mark.parametrize("found", [None, {"value": None, "low": None, "high": None}])
def test_where_there_is_no_difference_nothing_is_said(found):
    assert figures.difference(found) == ""


def test_a_share_of_too_few_is_no_number():
    few = {"value": None, "low": None, "high": None, "of": 4}
    assert (figures.share(few), figures.share_range(few)) == ("too few", "of 4")


def test_small_shares_are_not_said_to_be_nothing():
    assert [words.percent(value) for value in (0, 0.004, 0.01, 0.625, 1)] == ["0%", "0.4%", "1%", "62%", "100%"]


def test_ages_are_named_by_their_ends():
    bounds = [86_400, 259_200, 604_800, 2_592_000, None]
    assert words.ages(bounds) == ["under 1 day", "1 to 3 days", "3 to 7 days", "7 to 30 days", "over 30 days"]


@pytest.mark.parametrize(
    ("by", "group", "said"),
    [
        ("source", {"group": "api_key:Website"}, "Website"),
        ("source", {"group": "api_key:a:b"}, "a:b"),
        ("source", {"group": "staff:a former colleague"}, "ancien collègue"),
        ("source", {"group": "import:crm.csv"}, "Import: crm.csv"),
        ("answeredBy", {"group": None}, "aucun"),
        ("tag", {"group": "hot lead", "label": "Hot Lead"}, "Hot Lead"),
        ("tag", {"group": "(deleted)", "label": "(deleted)"}, "(supprimés)"),
        ("month", {"group": "2026-11"}, "novembre 2026"),
    ],
)
def test_groups_are_named_for_people(by, group, said):
    with override("fr"):
        assert said in words.group(by, group)


def test_a_period_of_one_day_is_that_day():
    assert words.period(date(2026, 11, 1), date(2026, 11, 1)) == "Nov. 1, 2026"
