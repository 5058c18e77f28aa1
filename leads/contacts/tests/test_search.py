"""Contact info: the numbers in it, and how staff find them by parts of them."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conftest import make_lead
from leads.contacts.parsing import digits_of, numbers_in
from leads.contacts.search import LEAST_TYPED, contact_patterns, contact_search_text, is_number
from leads.models import Lead


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        *(("+212-600-123456", typed) for typed in ("06001", "060012", "06 00 12", "00212600", "600123456", "123456")),
        *(
            ("06 00 12 34 56", typed)
            for typed in ("+212 600", "+21260012", "600 12", "06.00.12", "0600-123456", "٠٦٠٠١")
        ),
        *(
            ("tel 06/00/12/34/56", typed)
            for typed in ("0600123456", "+212600123456", "tel", "tel 0600", "06 00 12 34 56")
        ),
        ("+33 (0)6 12 34 56 78", "+33612345678"),
        ("0612345678 / 0522334455", "0522 33"),
        ("poste 4711", "4711"),
        ("sara@mail.ma", "@mail"),
    ],
)
def test_staff_find_a_number_by_any_part_in_any_spelling(civic, casa, stored, typed):
    lead = make_lead(civic, target_info=stored)
    make_lead(civic, target_info="+212 777-000000")
    assert list(Lead.objects.of(casa).matching(typed)) == [lead]


def test_a_number_in_the_name_is_found_too(civic, casa):
    lead = make_lead(civic, target_name="Sara 06-00-12-34-56", target_info="?")
    assert list(Lead.objects.of(casa).matching("+212600123456")) == [lead]


NUMBERS = st.text("0123456789", min_size=6, max_size=13) | st.from_regex(r"[5-8][0-9]{8}", fullmatch=True)
CODES = st.sampled_from(
    [
        "",
        "0",
        "+212",
        "+212 ",
        "00212",
        "212",
        "+212 (0)",
        "+2120",
        "+33",
        "+33 (0)",
        "+33 0",
        "0033 ( 0 )",
        "+39 0",
        "00",
        "+",
    ]
)
SIGNS = st.sampled_from(["", " ", "-", ".", "/", "(", ")", ") ", " - "])


@st.composite
def spelled(draw, numbers=NUMBERS):
    """A number as somebody writes it."""
    signs = draw(st.lists(SIGNS, min_size=13, max_size=13))
    return draw(CODES) + "".join(sign + digit for sign, digit in zip(signs, draw(numbers), strict=False))


@st.composite
def stored_and_typed(draw):
    """Two spellings, mostly of one number."""
    number = draw(NUMBERS)
    return draw(spelled(st.just(number)) | st.text("0123456789 +-/()", max_size=30)), draw(spelled(st.just(number)))


@given(stored_and_typed())
@example(("+33612345678", "+33 06 12 34 56 78"))
@example(("6123456789012", "6123456789012"))
@example(("06123456789", "06123456789"))
@example(("9212600123456", "0600123456"))
@example(("+33 6 12 34 56 78", "0033 (0) 6 12 34 56 78"))
def test_where_a_whole_spelling_is_found_so_is_each_of_its_beginnings(texts):
    stored, typed = texts
    if not is_number(typed.strip()) or not finds(stored, typed):
        return
    for length in range(1, len(typed)):
        beginning = typed[:length].strip()
        if len(digits_of(beginning)) >= LEAST_TYPED:
            assert finds(stored, beginning), beginning


def finds(stored, typed):
    searchable = contact_search_text(stored)
    return any(pattern in searchable for pattern in contact_patterns(typed.strip()))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", set()),
        ("Sara", set()),
        ("12 345", set()),
        ("0612345678 / 0522334455", {"212612345678", "212522334455"}),
        ("0612345678 0522334455", {"212612345678", "212522334455"}),
        ("+33612345678, 0033 7 12 34 56 78", {"33612345678", "33712345678"}),
        ("le 05/06/2024 06 12 34 56 78", {"212612345678"}),
        ("sara0612345678@mail.ma", set()),
        ("0612345678'sara@mail.ma", {"212612345678"}),
        ("CIN BK612345", {"612345"}),
    ],
)
def test_numbers_in_a_text(text, numbers):
    assert numbers_in(text) == numbers


@pytest.mark.parametrize(
    "piece",
    [
        *("0", "1", "0 ", "06 ", "1/", "(0)", "212", "+212", "06-", "٠", "0612345678 ", "a@", "1 -/"),
        *("'@", "a'", "+(", "+ ", "00 ", "0033 ", "+330 ", "+3306123456 ", "+33-0-6-", "\u200e1"),
    ],
)
def test_hostile_text_takes_milliseconds(piece):
    text, seconds = (piece * 500)[:500], []
    for _ in range(5):
        began = time.process_time()
        contact_search_text(text)
        seconds.append(time.process_time() - began)
    assert min(seconds) < 0.02
