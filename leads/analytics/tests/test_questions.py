"""What figures are asked with: periods, groups, comparisons and filters; and everything that is wrong, at once."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from conftest import ApiClient, error_of
from leads.analytics.figures.ageing import Ageing
from leads.analytics.models import LeadFact
from leads.analytics.periods import Period

FIGURES = ["conversion", "response", "completion", "ageing", "activity", "heatmap"]
OF_PERIOD = [name for name in FIGURES if name != "ageing"]

PERIODS = [
    # (query, from, to) on 30 November
    ("", "2026-11-01", "2026-11-30"),
    ("to=2026-10-31", "2026-10-02", "2026-10-31"),
    ("from=2026-11-29", "2026-11-29", "2026-11-30"),
    ("from=2026-11-02&to=2026-11-02", "2026-11-02", "2026-11-02"),
    ("from=2016-11-23", "2016-11-23", "2026-11-30"),
    ("to=2027-03-01", "2027-01-31", "2027-03-01"),
    ("from=&to=", "2026-11-01", "2026-11-30"),
]
REFUSED = [
    # (figure, query, [(field, code)])
    ("conversion", "from=2026-11-02&to=2026-11-01", [("from", "invalid")]),
    ("conversion", "from=2026-12-01", [("from", "invalid")]),
    ("conversion", "from=2016-11-22", [("from", "invalid")]),
    ("conversion", "from=yesterday", [("from", "invalid")]),
    ("conversion", "from=20261101", [("from", "invalid")]),
    ("conversion", "from=2026-W45-1", [("from", "invalid")]),
    ("conversion", "to=2026-02-30", [("to", "invalid")]),
    ("conversion", "to=0001-01-01", [("to", "invalid")]),
    ("conversion", "to=9999-12-31", [("to", "invalid")]),
    ("conversion", "to=٢٠٢٦-١١-٠١", [("to", "invalid")]),
    ("conversion", "from=2026-11-01&from=2026-11-02", [("from", "duplicate")]),
    ("conversion", "by=status", [("by", "invalid_choice")]),
    ("conversion", "by=tag&compare=previous", [("compare", "invalid")]),
    ("conversion", "compare=next", [("compare", "invalid")]),
    ("conversion", "compare=2026-10-31..2026-10-01", [("compare", "invalid")]),
    ("conversion", "compare=2026-10-01..", [("compare", "invalid")]),
    ("conversion", "compare=2006-10-01..2026-10-01", [("compare", "invalid")]),
    ("conversion", "source=Website", [("source", "invalid")]),
    ("conversion", "carId=7", [("carId", "invalid")]),
    ("conversion", "format=xlsx&for=word", [("format", "invalid_choice"), ("for", "invalid_choice")]),
    ("ageing", "compare=previous", [("compare", "invalid")]),
    (
        "activity",
        "by=tag&compare=previous&interval=year",
        [("interval", "invalid_choice"), ("compare", "invalid"), ("by", "invalid")],
    ),
    ("heatmap", "of=deleted&by=tag", [("of", "invalid_choice"), ("by", "invalid")]),
    (
        "response",
        "from=x&to=y&carId=z&by=w&tag=a%00",
        [("tag", "invalid"), ("carId", "invalid"), ("from", "invalid"), ("to", "invalid"), ("by", "invalid_choice")],
    ),
]


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 30, 12, tzinfo=UTC))


def details_of(response):
    assert response.status_code == 400
    return sorted((each["field"], each["code"]) for each in response.json()["error"]["details"])


@pytest.mark.parametrize(("query", "first", "last"), PERIODS)
def test_periods(api, query, first, last):
    answer = api.get(f"/analytics/conversion?{query}").json()
    assert (answer["from"], answer["to"]) == (first, last)
    assert answer["created"]["leads"] == f"/v1/analytics/conversion/leads?from={first}&to={last}&cell=created"


@pytest.mark.parametrize(("figure", "query", "wrong"), REFUSED)
def test_what_is_wrong_is_named_all_at_once(api, figure, query, wrong):
    assert details_of(api.get(f"/analytics/{figure}?{query}")) == sorted(wrong)


def test_a_list_names_what_is_wrong_with_it_too(api):
    response = api.get("/analytics/conversion/leads?from=x&limit=0&sortBy=tag")
    assert details_of(response) == [
        ("cell", "required"),
        ("from", "invalid"),
        ("limit", "invalid"),
        ("sortBy", "invalid_choice"),
    ]


@pytest.mark.parametrize(
    "cell",
    [
        "nothing",
        "within",
        "within.7.ripe",
        "within.00.ripe",
        "within.-1.ripe",
        "within.٠.ripe",
        "ofDecided",
        "groups.0.created",
        "compared.created",
        ".",
        "created.",
        "within.99999999999999999999.ripe",
    ],
)
def test_a_cell_that_is_none(api, cell):
    assert error_of(api.get("/analytics/conversion/leads", query={"cell": cell})) == (400, "VALIDATION_ERROR", "cell")


def test_what_is_not_known_is_passed_over_and_named(api):
    assert api.get("/analytics/ageing?from=2026-11-01&week=7&of=created")["X-Ignored-Parameters"] == "from,week,of"
    response = api.get("/analytics/ageing/leads?cell=open&status=NEW")
    assert (response.json(), response["X-Ignored-Parameters"]) == ([], "status")


def test_an_address_repeats_what_was_asked(api):
    query = "to=2026-11-30&by=car&tag=Pr%C3%AAt+%26+go&source=api_key:Website&unknown=1&from=2026-11-30"
    answer = api.get(f"/analytics/conversion?{query}").json()
    asked = "from=2026-11-30&to=2026-11-30&tag=Pr%C3%AAt+%26+go&source=api_key%3AWebsite&by=car"
    assert answer["within"][0]["ripe"]["leads"] == f"/v1/analytics/conversion/leads?{asked}&cell=within.0.ripe"


def test_the_usual_choice_stands_in_the_address(api):
    assert "&interval=day&cell=rows.29.backlog" in api.get("/analytics/activity").json()["rows"][29]["backlog"]["leads"]


def test_an_answer_is_known_again_whenever_it_is_asked(api, monkeypatch):
    first = api.get("/analytics/activity")
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 30, 12, 0, 7, tzinfo=UTC))
    again = api.get("/analytics/activity", if_none_match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert api.get("/analytics/activity").json()["asOf"] != first.json()["asOf"]
    assert api.get("/analytics/activity?format=csv", if_none_match=first["ETag"]).status_code == 200


@pytest.mark.parametrize("figure", FIGURES)
def test_head_says_what_get_says(api, figure):
    get, head = (api.send(method, f"/analytics/{figure}") for method in ("GET", "HEAD"))
    assert (head.status_code, head["ETag"], head.content) == (200, get["ETag"], b"")


def test_a_fresh_key_may_not_ask(casa):
    fresh = ApiClient(casa, scopes=None)
    assert error_of(fresh.get("/analytics/ageing")) == (403, "INSUFFICIENT_SCOPE", None)


def test_days_are_as_long_as_clocks_make_them():
    casablanca = ZoneInfo("Africa/Casablanca")
    day = date(2025, 2, 23)  # clocks were put back for Ramadan
    assert Period(day, day, casablanca).end - Period(day, day, casablanca).begin == 25 * 3600


@pytest.mark.parametrize(
    ("interval", "stretches"),
    [
        ("day", [(20, 20), (21, 21), (22, 22), (23, 23)]),
        ("week", [(20, 22), (23, 23)]),
        ("month", [(20, 23)]),
    ],
)
def test_a_period_cuts_its_weeks_and_months(interval, stretches):
    period = Period(date(2026, 11, 20), date(2026, 11, 23), ZoneInfo("Africa/Casablanca"))
    assert [(each.first.day, each.last.day) for each in period.cut(interval)] == stretches


def test_what_is_open_is_counted_in_its_own_index(casa):
    """Of several that serve, SQLite takes the one that was made last."""
    plan = Ageing().cohort_of(LeadFact.objects.of(casa)).values("created_at").explain()
    assert "fact_open" in plan or connection.vendor == "postgresql"  # which goes by statistics
