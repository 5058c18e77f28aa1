"""The oracle itself is right: by the numbers of the contract's examples, by textbooks, and by days counted by hand."""

from datetime import date
from fractions import Fraction

import pytest

from leads.analytics.tests.oracle import expected, fold
from leads.analytics.tests.oracle_clocks import Openings, day_of, first_second, seconds_of
from leads.analytics.tests.oracle_figures import Cell
from leads.analytics.tests.oracle_statistics import difference, quantiles, ranks, share
from leads.analytics.tests.plays import instant, twelve
from leads.analytics.tests.telling import Reader

NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}
CASABLANCA = "Africa/Casablanca"


@pytest.fixture
def oracle(casa, api):
    """What it says of the contract's 12 leads, with counts for cells, and shares as the API rounds them."""
    play = twelve(casa)
    told = Reader(api, Openings(CASABLANCA)).told(play.at)
    living = {lead["id"] for lead in told.leads}
    return lambda figure, **query: shown(expected(figure, query, told), living)


def shown(told, living):
    """(count, gone) for a Cell, four decimals for a share."""
    if isinstance(told, Cell):
        return len(told), len(told - living)
    if isinstance(told, dict):
        return {key: shown(value, living) for key, value in told.items()}
    if isinstance(told, list):
        return [shown(value, living) for value in told]
    return round(told, 4) if isinstance(told, float) else told


def test_conversion_of_the_example(oracle):
    found = oracle("conversion", **NOVEMBER)
    counts = {name: found[name] for name in ("created", "completed", "notNeeded", "stillNew", "reopened")}
    assert counts == {
        "created": (12, 1),
        "completed": (4, 0),
        "notNeeded": (3, 0),
        "stillNew": (5, 1),
        "reopened": (1, 0),
    }
    assert found["ofCreated"] == {"value": 0.3333, "low": 0.1381, "high": 0.6094, "of": 12}
    assert found["ofDecided"] == {"value": 0.5714, "low": 0.2505, "high": 0.8418, "of": 7}
    assert found["reopenedShare"] == {"value": 0.125, "low": 0.0224, "high": 0.4709, "of": 8}
    assert [(row["completed"], row["ripe"]) for row in found["within"]] == [
        ((1, 0), (10, 1)),
        ((3, 0), (10, 1)),
        ((4, 0), (9, 0)),
        ((4, 0), (7, 0)),
        *[((0, 0), (0, 0))] * 3,
    ]
    assert found["within"][0]["share"] == {"value": 0.1, "low": 0.0179, "high": 0.4042, "of": 10}
    assert found["within"][1]["share"] == {"value": 0.3, "low": 0.1078, "high": 0.6032, "of": 10}
    assert found["within"][2]["share"] == {"value": 0.4444, "low": 0.1888, "high": 0.7333, "of": 9}
    assert found["within"][4]["share"] == {"value": None, "low": None, "high": None, "of": 0}


def test_response_of_the_example(oracle):
    found = oracle("response", **NOVEMBER)
    wall = found["wall"]
    assert [found[name] for name in ("asked", "answered", "waiting", "ended")] == [(9, 1), (7, 0), (1, 0), (1, 1)]
    assert [found[name] for name in ("byHand", "byImport", "bornClosed")] == [(1, 0), (1, 0), (1, 0)]
    assert [band["answered"][0] for band in wall["bands"]] == [1, 1, 1, 1, 0, 2, 1]
    assert wall["ofAll"] == {
        "of": 9,
        "median": {"seconds": 48000, "isBeyond": False, "low": 600, "high": None},
        "p75": {"seconds": 172800, "isBeyond": False, "low": None, "high": None},
        "p90": {"seconds": None, "isBeyond": True, "low": None, "high": None},
    }
    assert wall["ofAnswered"] == {
        "of": 7,
        "median": {"seconds": 3000, "isBeyond": False, "low": 120, "high": 172800},
        "p75": {"seconds": 57600, "isBeyond": False, "low": None, "high": None},
        "p90": {"seconds": 172800, "isBeyond": False, "low": None, "high": None},
    }
    target = {"met": (4, 0), "missed": (5, 1), "share": {"value": 0.4444, "low": 0.1888, "high": 0.7333, "of": 9}}
    assert found["target"] == {"seconds": 1800, **target}


def test_completion_of_the_example_by_tag(oracle):
    found = oracle("completion", by="tag", **NOVEMBER)
    done = {
        "of": 5,
        "median": {"seconds": 172800, "isBeyond": False, "low": None, "high": None},
        "p75": {"seconds": 518400, "isBeyond": False, "low": None, "high": None},
        "p90": {"seconds": 930600, "isBeyond": False, "low": None, "high": None},
    }
    nothing = {"seconds": None, "isBeyond": False, "low": None, "high": None}
    none_done = {"of": 0, "median": nothing, "p75": nothing, "p90": nothing}
    assert (found["completed"], found["ofCompleted"]) == ((5, 0), done)
    assert found["groups"] == [
        {"group": "hot lead", "label": "Hot Lead", "completed": (5, 0), "ofCompleted": done},
        {"group": "(deleted)", "label": "(deleted)", "completed": (0, 0), "ofCompleted": none_done},
        {"group": None, "label": None, "completed": (0, 0), "ofCompleted": none_done},
    ]


def test_the_open_ones_of_the_example(oracle):
    found = oracle("ageing")
    assert (found["open"], found["stale"], found["staleAfter"]) == ((3, 0), (2, 0), 604800)
    for ages in (found["byAge"], found["byIdle"]):
        assert [band["open"][0] for band in ages] == [1, 0, 0, 2, 0]


def test_the_month_of_the_example(oracle):
    found = oracle("activity", interval="month", **NOVEMBER)
    counts = {"created": (12, 1), "completed": (5, 0), "notNeeded": (2, 0), "reopened": (1, 0)}
    further = {"archived": (1, 0), "deleted": (1, 1), "backlog": (3, 0)}
    assert found["rows"] == [{"from": "2026-11-01", "to": "2026-11-30", **counts, **further}]


def test_the_heat_map_of_the_example(oracle):
    created, answered = (oracle("heatmap", of=of, **NOVEMBER)["rows"] for of in ("created", "answered"))
    assert [sum(count for count, _gone in row) for row in created] == [3, 3, 2, 1, 1, 1, 1]
    assert created[0][10] == (2, 0)
    assert [sum(count for count, _gone in row) for row in answered] == [1, 3, 1, 1, 1, 0, 0]


def test_difference_of_the_example():
    """5 of 103 beside 9 of 96."""
    found = difference(share(5, 103), share(9, 96))
    assert [round(found[name], 3) for name in ("value", "low", "high")] == [-0.045, -0.125, 0.029]


def test_ranks_are_those_of_the_tables():
    """Conover's tables for the median; for the others, the least n that has an interval at all."""
    half, most, nearly_all = Fraction(1, 2), Fraction(3, 4), Fraction(9, 10)
    assert {n: ranks(n, half) for n in (5, 6, 8, 9, 10, 20, 50)} == {
        5: (None, None),
        6: (1, 6),
        8: (1, 8),
        9: (2, 8),
        10: (2, 9),
        20: (6, 15),
        50: (18, 33),
    }
    assert [ranks(n, most)[1] for n in (12, 13)] == [None, 13]
    assert [ranks(n, nearly_all)[1] for n in (35, 36)] == [None, 36]


def test_a_quantile_is_a_lead_that_there_is_or_beyond_all():
    found = quantiles([10, 20, 30], of=6)
    assert found["median"] == {"seconds": 30, "isBeyond": False, "low": 10, "high": None}
    assert found["p75"] == {"seconds": None, "isBeyond": True, "low": None, "high": None}


DAYS = [
    (CASABLANCA, "2026-11-02", "2026-11-02T00:00:00Z"),
    ("Europe/Paris", "2026-03-29", "2026-03-28T23:00:00Z"),
    ("Europe/Paris", "2026-03-30", "2026-03-29T22:00:00Z"),  # 23 hours later
    ("Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00Z"),  # no clock shows midnight: it begins at 01:00
    ("Asia/Beirut", "2026-10-25", "2026-10-24T22:00:00Z"),  # the hour before came twice
    ("America/St_Johns", "2010-11-07", "2010-11-07T02:30:00Z"),  # and at 00:01 goes back to the 6th
    ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"),  # left out, as empty as can be
    ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"),
]


@pytest.mark.parametrize(("zone", "day", "begins"), DAYS)
def test_days_begin_when_a_clock_shows_their_date(zone, day, begins):
    assert first_second(date.fromisoformat(day), zone) == seconds_of(begins)


def test_a_day_has_begun_for_good():
    assert day_of(seconds_of("2010-11-07T02:31:30Z"), "America/St_Johns") == date(2010, 11, 7)


def test_opening_hours_are_counted_by_the_wall():
    week = {"monday": [["09:00", "12:30"], ["14:00", "19:00"]], "sunday": [["01:00", "04:00"]]}
    holiday = {"name": "Holiday", "from": "2026-11-09", "to": "2026-11-09", "hours": [["10:00", "11:00"]]}
    opens = Openings("Europe/Paris", [("2026-06-01", week)], [holiday])

    def hours(begin, end):
        return opens.seconds_between(int(instant(begin).timestamp()), int(instant(end).timestamp())) / 3600

    assert hours("2026-11-02 00:00", "2026-11-03 00:00") == 8.5  # a Monday
    assert hours("2026-11-09 00:00", "2026-11-10 00:00") == 1  # the holiday
    assert hours("2026-10-24 22:00", "2026-10-25 23:00") == 4  # Sunday 01:00 to 04:00, with an hour that comes twice
    assert hours("2026-05-31 22:00", "2026-06-01 22:00") == 8.5
    assert hours("2026-05-25 00:00", "2026-05-26 00:00") == 10  # the usual Monday before
    assert hours("2026-11-02 08:00:30", "2026-11-02 08:01:15") * 3600 == 45


def test_texts_are_folded_by_hand():
    assert [fold(text) for text in ("Hot Lead", "ÉLODIE", "أحمد", "Cœur–x", "٣")] == [
        "hot lead",
        "elodie",
        "احمد",
        "coeur-x",
        "3",
    ]
