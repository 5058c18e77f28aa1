"""The charts' drawing: what is how long, where it stands from left to right and from right to left, and round numbers."""

import re
from xml.etree import ElementTree

import pytest

from leads.analytics import charts
from leads.analytics.charts import Column

pytestmark = pytest.mark.on_one_database

WEEKS = [Column("02/11", "First", 10, 4), Column("09/11", "Second", 50, 20), Column("16/11", "Third", 25, 0, False)]


def parts(drawing, tag):
    """The attributes of a drawing's elements of one kind."""
    return [element.attrib for element in ElementTree.fromstring(drawing).iter(tag)]


def test_a_bar_is_as_long_as_its_share():
    [rect] = parts(charts.bar(0.25, "quick"), "rect")
    assert (rect["class"], rect["x"], rect["width"]) == ("tone-quick", "0%", "25%")


def test_a_bar_begins_at_the_right_where_people_do():
    [rect] = parts(charts.bar(0.25, "quick", rtl=True), "rect")
    assert (rect["x"], rect["width"]) == ("75%", "25%")


@pytest.mark.parametrize(("rtl", "places"), [(False, ["0%", "50%", "75%"]), (True, ["50%", "25%", "0%"])])
def test_parts_of_a_stack_follow_each_other(rtl, places):
    rects = parts(charts.stack([("one", 2), ("other", 1), ("none", 1)], rtl), "rect")
    assert [rect["x"] for rect in rects] == places
    assert [rect["width"] for rect in rects] == ["50%", "25%", "25%"]


def test_a_stack_of_nothing_is_drawn():
    assert {rect["width"] for rect in parts(charts.stack([("one", 0), ("other", 0)]), "rect")} == {"0%"}


@pytest.mark.parametrize(("rtl", "ends", "value"), [(False, ("30%", "50%"), "40%"), (True, ("70%", "50%"), "60%")])
def test_a_dot_stands_on_the_line_of_its_interval(rtl, ends, value):
    drawing = charts.dot(0.4, 0.3, 0.5, rtl)
    [line] = [each for each in parts(drawing, "line") if each["class"] == "range"]
    [circle] = parts(drawing, "circle")
    assert ((line["x1"], line["x2"]), circle["cx"]) == (ends, value)


def test_columns_are_as_high_as_their_numbers():
    rects = parts(charts.columns(WEEKS, labels=9), "rect")
    assert [float(rect["height"]) for rect in rects] == [36, 14.4, 180, 72, 90, 0]
    assert all(float(rect["y"]) + float(rect["height"]) == charts.TOP + charts.PLOT for rect in rects)


def test_a_week_that_is_cut_is_paler():
    classes = [rect["class"] for rect in parts(charts.columns(WEEKS, labels=9), "rect")]
    assert [("is-cut" in each) for each in classes] == [False] * 4 + [True] * 2


def test_time_runs_from_right_to_left():
    places = [
        [float(text["x"][:-1]) for text in parts(charts.columns(WEEKS, labels=9, rtl=rtl), "text")] for rtl in (0, 1)
    ]
    assert places[0] == sorted(places[0]) and places[1] == [round(100 - place, 2) for place in places[0]]


def test_the_last_label_stays_where_there_is_no_room_for_all():
    weeks = [Column(str(n), "", 1, 1) for n in range(26)]
    found = re.findall(r">(\d+)</text>", charts.columns(weeks, labels=9))
    assert found == ["1", "4", "7", "10", "13", "16", "19", "22", "25"]


def test_the_axis_is_at_the_side_where_reading_begins():
    """In a drawing from right to left, a text's end is its left one."""
    for rtl, place in ((False, "100%"), (True, "0")):
        texts = parts(charts.axis(WEEKS, rtl), "text")
        assert {(text["x"], text["text-anchor"]) for text in texts} == {(place, "end")}


@pytest.mark.parametrize(
    ("most", "ticks"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (5, [0, 1, 2, 3, 4, 5]),
        (6, [0, 2, 4, 6]),
        (44, [0, 10, 20, 30, 40, 50]),
        (51, [0, 20, 40, 60]),
        (400_000, [0, 100_000, 200_000, 300_000, 400_000]),
    ],
)
def test_an_axis_has_round_numbers_up_to_the_largest(most, ticks):
    assert charts.scale([Column("", "", most, 0)]) == ticks


def test_levels_of_heat_begin_with_the_first_lead():
    assert [charts.level(number, 50) for number in (0, 1, 10, 11, 40, 41, 50)] == [0, 1, 1, 2, 4, 5, 5]


@pytest.mark.parametrize(
    "drawing",
    [
        charts.columns([Column("<b>", "<script>", 1, 1)], labels=1),
        charts.shares(["<i>"]),
        charts.columns([], labels=9),
        charts.axis([]),
    ],
)
def test_drawings_are_whole_and_escape_their_texts(drawing):
    assert "<b>" not in drawing and "<script>" not in drawing and "<i>" not in drawing
    ElementTree.fromstring(drawing)
    assert "style=" not in drawing  # the Content-Security-Policy forbids it
