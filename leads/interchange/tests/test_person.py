"""A lead's person as other systems have one."""

import pytest

from leads.contacts.parsing import first_email, first_phone
from leads.interchange.exports.person import split_name, untold_contact

pytestmark = pytest.mark.on_one_database


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Salma Bennani", "Salma", "Bennani"),
        ("Salma El Bennani", "Salma El", "Bennani"),
        ("Salma  Bennani", "Salma", "Bennani"),
        ("Bennani", "", "Bennani"),
        ("محمد العربي", "محمد", "العربي"),
    ],
)
def test_a_name_is_split_at_its_last_space(name, first, last):
    assert split_name(name) == (first, last)


@pytest.mark.parametrize(
    ("typed", "is_told"),
    [
        ("+212-600-123456", True),
        ("06 00 12 34 56 / Sara@mail.ma", True),
        ("٠٦٠٠١٢٣٤٥٦", True),
        ("+33 (0)6 12 34 56 78", True),
        ("00212 600 123456 / sara@mail.ma", True),
        ("sara@mail.ma", True),
        ("0600123456 / 0522201010", False),
        ("sara@mail.ma, omar@mail.ma", False),
        ("0600123456 (her husband's)", False),
        ("0661234567 / 12345", False),
        ("0661234567 #4021", False),
        ("+33612345678 / 1234", False),
        ("sara@mail.ma / 17", False),
        ("ask Ali", False),
        ("12 34", False),
        ("اسأل علي", False),
        ("☎ …", False),
    ],
)
def test_what_was_typed_is_told_where_phone_and_address_do_not_say_it_all(typed, is_told):
    lead = {"targetInfo": typed, "phone": first_phone(typed), "email": first_email(typed)}
    assert untold_contact(lead) == ("" if is_told else typed)
