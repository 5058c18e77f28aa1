"""Contact info: the numbers in it, and how staff find them by parts of them."""

import time

import pytest

from conftest import make_lead
from leads.contacts.parsing import numbers_in
from leads.contacts.search import contact_search_text
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
