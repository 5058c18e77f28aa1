"""One text, read by all who read contacts: search, finding and erasing a person, the board's links, rules' recipients.

They agree about what is a phone and what is an address. Links may leave one out, where a wrong call would be worse than
none: those rows say so.
"""

import re

import pytest
from django.core.exceptions import ValidationError
from django.test import override_settings
from django.utils import timezone
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conftest import TESTER, make_lead
from leads.contacts.links import links_of
from leads.contacts.parsing import emails_in, numbers_in, phones_in
from leads.models import Lead
from leads.notifications.rules import clean_rule
from leads.privacy.people import erase_leads, find_people, leads_of_person

pytestmark = pytest.mark.on_one_database

MOBILE, OTHER, FIXED, NEW = "212600123456", "212612345678", "212522334455", "212742996141"
FRENCH, SPANISH, ROMAN = "33612345678", "34612345678", "390612345678"
MAIL = "sara@mail.ma"

# (text, its phones, its addresses)
LINKED = [
    # Numbers of home
    *[(text, {MOBILE}, set()) for text in ("06 00 12 34 56", "0600-123456", "06.00.12.34.56", "(06) 00 12 34 56")],
    *[(text, {MOBILE}, set()) for text in ("+212-600-123456", "+212 (0)6 00 12 34 56", "+212 06 00 12 34 56")],
    *[(text, {MOBILE}, set()) for text in ("00212600123456", "00 212 6 00 12 34 56", "212600123456", "(+212) 600123456")],
    *[(text, {MOBILE}, set()) for text in ("06/00/12/34/56", "06_00_12_34_56", "06 - 00 - 12 - 34 - 56", "tel:0600123456")],
    *[(text, {MOBILE}, set()) for text in ("٠٦٠٠١٢٣٤٥٦", "۰۶۰۰۱۲۳۴۵۶", "+٢١٢ ٦٠٠ ١٢٣٤٥٦", "سارة ٠٦٠٠١٢٣٤٥٦", "هاتف0600123456")],
    *[(text, {MOBILE}, set()) for text in ("06\u200e00123456", "\u202a+212 600-123456\u202c", "06\u202f00\u202f12\u202f34\u202f56")],
    *[(text, {MOBILE}, set()) for text in ("Le 12/05/2024 06 00 12 34 56", "0600123456 250000 DH", "06 00 12 34 56 à 14h30")],
    ("0522 33 44 55 ext. 12", {FIXED}, set()),
    *[(text, {NEW}, set()) for text in ("0742996141", "+212 742-996141", "Tél: ٠٧٤٢٩٩٦١٤١")],  # no library knows it
    # Two in one text
    *[(f"{OTHER_}{FIXED_}", {OTHER, FIXED}, set()) for OTHER_, FIXED_ in [("0612345678", sign + "0522334455") for sign in (" ", "/", "-", ",", " / ")]],
    ("+33612345678-0522334455", {FRENCH, FIXED}, set()),
    ("0612345678, +33 6 12 34 56 78", {OTHER, FRENCH}, set()),
    # Numbers abroad
    *[(text, {FRENCH}, set()) for text in ("+33 6 12 34 56 78", "0033612345678", "+33 (0)6 12 34 56 78", "+33 06 12 34 56 78")],
    *[(text, {FRENCH}, set()) for text in ("+33 6\u200e12 34 56 78", "(+33) 6 12 34 56 78", "+ 33 6 12 34 56 78")],
    ("+34 612 345 678", {SPANISH}, set()),
    ("+39 06 1234 5678", {ROMAN}, set()),
    ("+1 212 555 2368", {"12125552368"}, set()),
    # Addresses
    *[(text, set(), {MAIL}) for text in (MAIL, "SARA@Mail.MA", "Sara <sara@mail.ma>", "(sara@mail.ma)", "mailto:sara@mail.ma")],
    *[(text, set(), {MAIL}) for text in ("Écrire à sara@mail.ma.", "البريد: sara@mail.ma، شكرا", "«sara@mail.ma»", "sara@mail.ma !")],
    *[(text, set(), {MAIL}) for text in ("\u200esara@mail.ma\u200f", "- 'sara@mail.ma'", "sara@mail.ma!")],
    ("à sara.o'neil+car@mail.co.ma", set(), {"sara.o'neil+car@mail.co.ma"}),
    ("sara0612345678@mail.ma", set(), {"sara0612345678@mail.ma"}),
    ("0600123456 sara@mail.ma", {MOBILE}, {MAIL}),
    ("sara@mail.ma/0600123456", {MOBILE}, {MAIL}),
]  # fmt: skip
# What may be a number or an address, but not so surely that a tap should call or write to it.
NOT_LINKED = [
    ("600123456", {MOBILE}, set()),
    ("0942996141", {"212942996141"}, set()),
    ("VIN 0612345678", {OTHER}, set()),
    ("Stock n° 0612345678", {OTHER}, set()),
    ("Fax 0522334455", {FIXED}, set()),
    ("sara@مثال.ma", set(), {"sara@مثال.ma"}),
    ("sara@gm\u0430il.com", set(), {"sara@gm\u0430il.com"}),
]
NEITHER = [
    *("", "Sara", "150", "4711", "poste 4711", "2024", "2021 2022 2023", "12/05/2024", "2024-06-12", "250 000 DH"),
    *("1 250 000 DH", "12345-A-6", "A-17", "CIN BK612345", "1HGCM82633A004352", "061234567", "06123456789"),
    *("33612345678", "+21260012345", "+999123456789", "00600123456", "@sara", "sara@", "sara@mail", "crm.example"),
]
ROWS = [*LINKED, *NOT_LINKED, *((text, set(), set()) for text in NEITHER)]

each_text = pytest.mark.parametrize(("text", "phones", "addresses"), ROWS)


def spellings(phone):
    home = [f"0{phone[3:]}", f"0{phone[3:5]} {phone[5:]}"] if phone.startswith("212") else []
    return [f"+{phone}", f"00{phone}", f"+{phone[:2]} {phone[2:]}", *home]


def kept_by_rule(channel, text):
    """What a notification rule keeps of a text as its recipients; None if it is refused."""
    try:
        return clean_rule({"trigger": "created", "hours": None, "channel": channel, "to": text})["to"]
    except ValidationError:
        return None


@each_text
def test_the_reader(text, phones, addresses):
    assert phones_in(text) == phones
    assert {address for address in emails_in(text) if "." in address} >= addresses


@each_text
def test_search_and_finding_and_erasing_a_person_mean_the_same(civic, casa, text, phones, addresses):
    lead = make_lead(civic, target_name="Karim", target_info=text or "?")
    make_lead(civic, target_name="Omar", target_info="+212 777-000000, omar@mail.ma")
    for typed in [*(spelling for phone in phones for spelling in spellings(phone)), *addresses]:
        assert list(Lead.objects.of(casa).matching(typed)) == [lead], typed
        assert list(find_people(casa, typed)) == leads_of_person(casa, typed) == [lead], typed


@each_text
def test_links_go_to_what_is_a_phone_or_an_address(text, phones, addresses):
    links = links_of(text)
    called = {link.href.removeprefix("tel:+") for link in links if link.kind == "call"}
    written = {link.href.removeprefix("https://wa.me/") for link in links if link.kind == "whatsapp"}
    mailed = {link.shown.lower() for link in links if link.kind == "mail"}
    if (text, phones, addresses) in NOT_LINKED:
        phones = addresses = set()
    assert (called, mailed) == (phones, addresses) and written <= called


@each_text
@override_settings(NOTIFY_CHANNELS={"sms": "vonage://KEY:SECRET@15550001111/{to}"})
def test_a_rule_tells_the_one_phone_that_a_text_names(text, phones, addresses):
    assert kept_by_rule("sms", text) == (f"+{next(iter(phones))}" if len(phones) == 1 else None)


@each_text
def test_a_rule_tells_the_addresses_of_a_list(text, phones, addresses):
    """In its field stands nothing but addresses: an address among other words is refused, and never another one told."""
    kept = kept_by_rule("email", text)
    assert kept is None or set(kept.lower().split(", ")) == addresses


@pytest.mark.parametrize("address", [MAIL, "SARA@Mail.MA", "sara.o'neil+car@mail.co.ma", "sara@مثال.ma"])
def test_a_rule_tells_an_address(address):
    assert kept_by_rule("email", address) == address


@pytest.mark.parametrize("typed", ["0600123456", MAIL])
def test_erasing_takes_every_spelling(civic, casa, typed):
    texts = [text for text, phones, addresses in ROWS if MOBILE in phones or MAIL in addresses]
    leads = [make_lead(civic, target_name="Karim", target_info=text) for text in texts]
    meant = leads_of_person(casa, typed)
    wanted = MOBILE if typed[0] == "0" else MAIL
    assert len(meant) == len([row for row in ROWS if wanted in row[1] | row[2]]) > 10
    assert erase_leads(casa, typed, meant, actor=TESTER, now=timezone.now()) == len(meant)
    assert Lead.objects.count() == len(leads) - len(meant)


PIECES = [
    "0612345678",
    "06 12 34 56 78",
    "+33 6 12 34 56 78",
    "0033 612345678",
    "+39 06 1234 5678",
    "+212 (0)6 00 12 34 56",
]
PIECES += ["٠٦٠٠١٢٣٤٥٦", "0742996141", "12/05/2024", "14:30", "sara@mail.ma", "o'neil@mail.ma", "Sara", "250 000 DH", "VIN", "ext. 12"]  # fmt: skip
SIGNS = [" ", ", ", "/", " / ", "-", " - ", ";", "، ", ".", " (", ") ", "\u200f", "+", "'", "!"]


@settings(max_examples=200, deadline=None)
@example([("0033 612345678", "!"), ("0033 612345678", ""), ("0742996141", " ("), ("0033 612345678", ".")])
@given(st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(SIGNS)), min_size=1, max_size=6))
def test_whoever_can_be_called_or_written_to_can_be_found_and_erased(pieces):
    text = "".join(map("".join, pieces))
    links = links_of(text)
    called = {re.sub(r"\D", "", link.href) for link in links if link.kind == "call"}
    assert called <= phones_in(text) <= numbers_in(text)
    assert {link.shown.lower() for link in links if link.kind == "mail"} <= emails_in(text)
