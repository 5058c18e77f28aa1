"""What keeps a text a text in spreadsheets, and how it is taken off again."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from steerleads.db.text import normalise
from steerleads.tables.guards import cell_text, guard, unguard

pytestmark = pytest.mark.on_one_database

# Texts of what guards are made of, far likelier to break them than any text.
TRICKY = st.lists(
    st.sampled_from(["'", '"', "=", '="', "+", "-", "@", "\t", "\r", "＝", "N/A", "null", "#REF!", "a", " "])
)
TEXTS = st.one_of(st.text(), TRICKY.map("".join))


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("=1+1", "'=1+1"),
        ("+212 600", "'+212 600"),
        ("-1", "'-1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("＝1", "'＝1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠a", "'＠a"),
        ("'s morgens", "''s morgens"),
        ("N/A", "'N/A"),
        ("null", "'null"),
        ("-", "'-"),
        ("#REF!", "'#REF!"),
        ("Salma", "Salma"),
        ("a=1", "a=1"),
        ("Null & Sons", "Null & Sons"),
        ("", ""),
    ],
)
def test_what_a_spreadsheet_would_not_take_for_a_text_is_guarded(text, guarded):
    assert (guard(text), unguard(guarded)) == (guarded, text)


@given(TEXTS)
@example('="06"')
@example("''=1")
def test_one_guard_is_put_on_and_one_taken_off(text):
    assert unguard(guard(text)) == text


@given(TEXTS)
def test_no_guarded_text_begins_as_a_formula(text):
    assert not guard(text).startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))


@given(TEXTS.map(normalise))
@example("N/A")
@example("'N/A")
def test_a_text_as_it_is_stored_comes_back_from_its_cell(text):
    assert cell_text(guard(text)) == text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('="000124"', "000124"),
        ('="5"" pipe"', '5" pipe'),
        ('="a"&"b"', '="a"&"b"'),
        ("'000125", "000125"),
        ("''000125", "'000125"),
        (" '000125 ", "000125"),
        ("\xa0Kia\u202f", "Kia"),
        ("N/A", ""),
        (" n/a ", ""),
        ("-", ""),
        ("NULL", ""),
        ("#N/A", ""),
        ("#REF!", ""),
        ("#DIV/0!", ""),
        ("'N/A", "N/A"),
        ('="-"', "-"),
        ("'", ""),
        ("--", "--"),
        ("Rio -", "Rio -"),
    ],
)
def test_a_cell_says_what_was_typed_into_it(cell, text):
    assert cell_text(cell) == text
