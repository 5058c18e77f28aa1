"""The first phone and the first address of a contact, as exports and other systems want them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.contacts.parsing import ONE_OF_HOME, first_email, first_phone, phones_in

pytestmark = pytest.mark.on_one_database

PHONES = [
    ("+212-600-123456", "+212600123456"),
    ("0600 12 34 56", "+212600123456"),
    ("06 00 12 34 56", "+212600123456"),
    ("06.00.12.34.56", "+212600123456"),
    ("0600123456", "+212600123456"),
    ("00212600123456", "+212600123456"),
    ("٠٦٠٠١٢٣٤٥٦", "+212600123456"),
    ("+33 6 12 34 56 78", "+33612345678"),
    ("+33 (0)6 12 34 56 78", "+33612345678"),
    ("0522 44 55 66 / 0600123456", "+212522445566"),
    ("0600123456, 0522445566", "+212600123456"),
    ("sara@mail.ma / +33 6 12 34 56 78 / 0600123456", "+33612345678"),
    ("0600123456 ou +33 6 12 34 56 78", "+212600123456"),
    ("0612345678@mail.ma puis 0600123456", "+212600123456"),
    ("le 05/06/2024 06 61 12 34 56", "+212661123456"),
    ("123456", None),
    ("ask at the garage", None),
    ("", None),
]
EMAILS = [
    ("jane.doe@email.com", "jane.doe@email.com"),
    ("Sara.Alami@Example.com", "Sara.Alami@Example.com"),
    ("Sara <sara@x.ma>, karim@x.ma", "sara@x.ma"),
    ("mailto:SARA@x.ma", "SARA@x.ma"),
    ("0600123456 / sara@x.ma.", "sara@x.ma"),
    ("'sara@x.ma", "sara@x.ma"),
    ("o'neil@x.ma", "o'neil@x.ma"),
    ("\u200esara@x.ma\u200f", "sara@x.ma"),
    ("@sara", None),
    ("a@b@c, sara@x.ma", "sara@x.ma"),
    ("sara at x.ma", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "phone"), PHONES)
def test_the_first_phone_is_the_one_that_stands_first(text, phone):
    assert first_phone(text) == phone


@given(st.from_regex(ONE_OF_HOME, fullmatch=True))
def test_a_number_alone_is_read_as_it_is_among_others(text):
    assert {first_phone(text).removeprefix("+")} == phones_in(text)


@pytest.mark.parametrize(("text", "address"), EMAILS)
def test_the_first_address_stands_as_it_was_written(text, address):
    assert first_email(text) == address
