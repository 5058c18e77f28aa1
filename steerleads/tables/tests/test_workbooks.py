"""Workbooks of Excel: which sheet, and what its cells say."""

from pathlib import Path

import pytest

from steerleads.tables import workbooks
from steerleads.tables.table import Column, NotATable
from steerleads.tables.tests.titles import cells_of, read
from steerleads.tables.tests.workbooks import boolean_cell, date_cell, error_cell, formula_cell, workbook

pytestmark = pytest.mark.on_one_database

SAMPLES = Path(__file__).with_name("samples")
TITLES = ["Name", "Phone", "Note"]


def test_a_workbook_is_a_table_with_the_rows_of_its_sheet():
    table = read(workbook([["List of 29 November"], [], TITLES, ["Salma", 661234567, "ok"], [], ["Zoé", "", "أحمد"]]))
    assert (table.kind, table.encoding, table.separator, table.header_line, table.lines) == ("xlsx", None, None, 3, 6)
    assert table.columns == (Column("Name", "name"), Column("Phone", "phone"), Column("Note", "note"))
    assert [(row.line, row.cells) for row in table.rows] == [
        (4, ("Salma", "661234567", "ok")),
        (6, ("Zoé", "", "أحمد")),
    ]


def test_a_workbook_of_excel_97_is_read_too():
    table = read(SAMPLES.joinpath("excel-97.xls").read_bytes())
    assert (table.kind, [row.cells for row in table.rows]) == (
        "xls",
        [("Salma أحمد é", "661234567"), ("2026-11-20", "12.5")],
    )


CELLS = [
    (2018, "2018"),
    (212661234567, "212661234567"),
    (12.5, "12.5"),
    (10**22, "1e+22"),
    (date_cell(46346), "2026-11-20"),
    (date_cell(46346.5), "2026-11-20 12:00:00"),
    (boolean_cell(1), "TRUE"),
    (error_cell("#N/A"), ""),
    (formula_cell("1+1", "two"), "two"),
    ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
    ("'=1+1", "=1+1"),
    ("'N/A", "N/A"),
    ("N/A", ""),
    ('="06"', "06"),
    (" Salma\n", "Salma"),
    ("_x000D_", ""),
    ("😀", "😀"),
]


def test_a_cell_says_what_people_read_in_it():
    assert cells_of(workbook([TITLES, *(["Salma", cell] for cell, _ in CELLS)])) == [
        ("Salma", text, "") for _, text in CELLS
    ]


def test_the_first_sheet_that_people_see_and_that_is_not_empty_is_read():
    assert cells_of(workbook([TITLES, ["hidden"]], [], [TITLES, ["Salma"]], [TITLES, ["later"]], hidden=[1])) == [
        ("Salma", "", "")
    ]


def test_cells_beside_the_table_are_left_out():
    assert cells_of(workbook([[None, *TITLES], [None, "Salma", 1, "ok", None, "remember"]])) == [("Salma", "1", "ok")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (workbook([]), "empty"),
        (workbook([TITLES], hidden=[1]), "empty"),
        (workbook([TITLES, ["Salma"]])[:-40], "not_a_table"),
        (workbook([TITLES, ["Salma"]])[:200], "not_a_table"),
        (SAMPLES.joinpath("locked.xlsx").read_bytes(), "locked"),
        (b"PK\x03\x04" + bytes(range(256)) * 9, "not_a_table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "not_a_table"),
    ],
)
def test_a_workbook_without_a_table_is_refused(content, code):
    with pytest.raises(NotATable) as refused:
        read(content)
    assert refused.value.code == code


COVER = [["Casa Motors"], ["Name", "of the file"], ["Leads, November"]]


@pytest.mark.parametrize(
    ("sheets", "hidden", "name"),
    [
        ([[TITLES, ["Salma"]], [TITLES, ["Karim"]]], (), "Salma"),
        ([[], [TITLES, ["Salma"]]], (), "Salma"),
        ([COVER, [TITLES, ["Salma"]]], (), "Salma"),
        ([[TITLES, ["Salma"]], COVER], (), "Salma"),
        ([COVER, [TITLES, ["Salma"]], [TITLES, ["Karim"]]], (2,), "Karim"),
        ([[["Nobody", "knows"], ["Salma", "this"]], [["Or", "this"]]], (), "Salma"),
        ([COVER, [["Leads"], [], TITLES, ["Salma"]]], (), "Salma"),
    ],
)
def test_the_sheet_with_most_known_titles_is_the_table(sheets, hidden, name):
    assert cells_of(workbook(*sheets, hidden=hidden))[0][0] == name


def test_one_workbook_is_read_at_a_time(monkeypatch):
    monkeypatch.setattr(workbooks, "WAIT", 0)
    with workbooks._PROCESSES, pytest.raises(NotATable) as refused:
        read(workbook([TITLES]))
    assert refused.value.code == "busy"
    with pytest.raises(NotATable):
        read(workbook())
    assert read(workbook([TITLES])).kind == "xlsx"
