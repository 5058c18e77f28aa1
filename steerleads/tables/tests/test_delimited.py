"""Tables in text files: which line names the columns, what separates cells, which rows cannot be read."""

import csv
import tracemalloc
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steerleads.db.text import normalise
from steerleads.tables import doubly
from steerleads.tables.delimited import MOST_ROWS
from steerleads.tables.guards import guard
from steerleads.tables.reading import open_table
from steerleads.tables.table import Column, NotATable, clashes
from steerleads.tables.tests.titles import TITLES, cells_of, read

pytestmark = pytest.mark.on_one_database


@pytest.mark.parametrize(
    ("content", "separator", "header_line"),
    [
        ("Name,Phone\n", ",", 1),
        ("Name;Phone\n", ";", 1),
        ("Name\tPhone\n", "\t", 1),
        ("Name|Phone\n", "|", 1),
        ('"Name";"Phone"\n', ";", 1),
        ("sep=;\nName;Phone\n", ";", 2),
        ('\ufeff"SEP=|"\r\nName|Phone\r\n', "|", 2),
        ("\n\nName,Phone\n", ",", 3),
        ("Leads, all of them\n;;;\nName;Phone\n", ";", 3),
        ('"Leads\nof November"\nName,Phone\n', ",", 3),
        ("x\n" * 14 + "Name;Phone\n", ";", 15),
        ("x\n" * 15 + "Name;Phone\n", ",", 1),
        ("Name\n", ",", 1),
        ("Phone,Note\nName;Phone;Note\n", ";", 2),
        ("Colour;Doors\nred;5\n", ";", 1),
    ],
)
def test_the_line_with_the_most_known_titles_names_the_columns(content, separator, header_line):
    table = read(content)
    assert (table.separator, table.header_line) == (separator, header_line)


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("NAME", "name"),
        ("  full-name ", "name"),
        ("Prénom", None),
        ("Modele", "model"),
        ("Prix (DH)", "price"),
        ("Prix [MAD]", "price"),
        ("Prix de vente TTC (DH)", "price"),
        ("prix (MAD, TTC)", "price"),
        ("Prix TTC*", "price"),
        ("Prix HT", None),
        ("Kilométrage (km)", "km"),
        ("KM", "km"),
        ("Km (كلم)", "km"),
        ("km (réels)", None),
        ("Année*", "year"),
        ("Téléphone :", "phone"),
        ("الهاتف:", "phone"),
        ("Model\u200b", "model"),
        ("Nom (الاسم)", "name"),
        ("الهاتف / GSM", "phone"),
        ("الاسم / GSM", None),
        ("Nom (غير معروف)", "name"),
        ("(DH)", None),
        ("", None),
    ],
)
def test_a_title_is_known_in_any_spelling_and_with_a_unit_behind_it(title, field):
    assert TITLES.field(title) == field


def test_columns_are_in_their_places_and_the_unknown_are_named():
    table = read("Name,,Colour,Phone,,\nSalma,x,red,1,,\n")
    assert table.columns == (Column("Name", "name"), Column("", None), Column("Colour", None), Column("Phone", "phone"))
    assert table.ignored == ["Colour"]
    assert [row.cells for row in table.rows] == [("Salma", "x", "red", "1")]


def test_columns_of_one_field_that_takes_one_are_named():
    table = read("Name,Prix,Price,Phone,Mobile\n")
    assert clashes(table.columns, TITLES.single) == {"price": ["Prix", "Price"]}


def test_lines_are_the_files_own_and_blank_rows_are_none():
    table = read('List\n\nName,Note\n\n"Sal\nma",x\n,\n \n\nZoé,y\n\n')
    assert [(row.line, row.cells) for row in table.rows] == [(5, ("Sal\nma", "x")), (10, ("Zoé", "y"))]
    assert table.lines == 11


def test_a_short_row_says_so_and_is_filled_up():
    rows = list(read("Name,Phone,Note,,\nSalma\nZoé,1,x\n").rows)
    assert [(row.cells, row.missing) for row in rows] == [(("Salma", "", ""), 2), (("Zoé", "1", "x"), 0)]


BROKEN = '\nName,Phone\nSalma,1,\nSalma,1,x\n"a" b,1\nZoé,2\n"c,3\nd,4\n'


def test_a_row_that_cannot_be_read_keeps_what_stands_there():
    rows = [row.cells for row in read(BROKEN).rows if row.problem]
    assert rows == [("Salma", "1", "x"), ('"a" b', "1"), ('"c,3\nd,4',)]


@pytest.mark.parametrize("row", ["x" + "," * 5000 + "y", '"x" y' + "," * 5000])
def test_of_a_row_without_end_no_more_cells_are_kept_than_a_table_has(row):
    [kept] = read(f"Name,Phone\n{row}\n").rows
    assert kept.problem and 1000 <= len(kept.cells) <= 1001


def test_each_row_that_cannot_be_read_is_named_and_the_others_are_read():
    rows = list(read(BROKEN).rows)
    assert [(row.line, row.problem and (row.problem.code, row.problem.message)) for row in rows] == [
        (3, None),
        (4, ("columns", "It has 3 columns, and line 2 names 2.")),
        (5, ("quote", "A quote stands inside a quoted text. Write it twice.")),
        (6, None),
        (7, ("quote", "A quoted text begins in this row and does not end. The last good line is 6.")),
    ]


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "empty", "must name the columns"),
        (b'Name,"Phone\nSalma,1\n', "quote", "Line 1 names the columns, and is not CSV"),
        (b"Name\nSalma\n" + b"x" * 1_100_000, "too_long", "Line 3 is longer than 1 MiB"),
        (b"Name\n" + b"x\n" * (MOST_ROWS + 1), "too_many_rows", "200,001 rows"),
        (b"Name\n" + b"x" * 21_000_000, "too_large", "at most 20 MiB"),
    ],
)
def test_a_file_without_a_table_is_refused_with_what_to_do(content, code, words):
    with pytest.raises(NotATable, match=words) as refused:
        read(content)
    assert refused.value.code == code


STORED = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20).map(normalise)


@given(rows=st.lists(st.tuples(STORED, STORED, STORED), max_size=5), separator=st.sampled_from(",;\t"))
def test_a_guarded_table_comes_back_from_its_file(rows, separator):
    file = StringIO()
    writer = csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerows([["Name", "Phone", "Note"], *(map(guard, row) for row in rows)])
    assert cells_of(file.getvalue()) == [tuple(map(doubly.undo, row)) for row in rows if any(row)]


def test_long_files_are_read_in_constant_memory():
    peaks = {}
    for count in (5_000, 50_000):
        file = BytesIO(b"Name,Phone\n" + "Zoé,0661234567\n".encode("cp1252") * count)
        tracemalloc.start()
        assert sum(1 for _ in open_table(file, TITLES).rows) == count
        peaks[count] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peaks[50_000] < 1.5 * peaks[5_000]
