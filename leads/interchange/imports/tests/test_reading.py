"""What a row says, read as a lead: titles, phones, times, statuses, texts (contract-interchange I2, I4, I5)."""

import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from leads.contacts.parsing import emails_in
from leads.contacts.search import contact_search_text
from leads.interchange.exports.contents import LEADS_TO_EXPORT
from leads.interchange.imports.dates import NotATime, says_month_first, time_of
from leads.interchange.imports.phones import Destroyed, phones_of
from leads.interchange.imports.statuses import WORDS, key_of, status_of
from leads.interchange.imports.titles import SPELLINGS, fields_of, kind_of, known_titles, own_titles
from leads.interchange.imports.values import RowError, Rules, read
from steerleads.tables.titles import Titles

pytestmark = pytest.mark.on_one_database

CASABLANCA = ZoneInfo("Africa/Casablanca")
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
RULES = Rules(zone=CASABLANCA, now=NOW, action="Rappeler", source="csv")


def row(**cells):
    """The LeadRow of these cells; one that has several has a list."""
    lists = {name: text if isinstance(text, list) else [text] for name, text in cells.items()}
    return read({name: [(name.title(), text) for text in texts] for name, texts in lists.items()}, RULES)


def refusal(**cells):
    with pytest.raises(RowError) as refused:
        row(**cells)
    return refused.value.title, refused.value.code


# --- Titles ----------------------------------------------------------------------------------------


def test_no_title_means_two_things():
    known = Titles({}, ())
    ours = [(spelling, field) for field, spellings in SPELLINGS.items() for spelling in spellings]
    for spelling, field in [*ours, *own_titles().items()]:
        folded = next(iter(Titles({spelling: field}).fields))
        assert known.fields.setdefault(folded, field) == field, spelling


def test_every_title_of_our_own_exports_is_known():
    assert {known_titles().field(title) for title in own_titles()} == set(LEADS_TO_EXPORT.titles)


@pytest.mark.parametrize(
    ("titles", "fields", "kind"),
    [
        (["Record ID", "Phone Number", "Create Date"], ["externalId", "phone", "createdAt"], "hubspot"),
        (["Lead - Title", "Person - Name", "Person - Phone"], ["action", "targetName", "phone"], "pipedrive"),
        (["Id", "FirstName", "LeadSource", "MobilePhone"], ["id", "firstName", "source", "mobile"], "salesforce"),
        (["Record Id", "Lead Owner", "Created Time"], ["externalId", None, "createdAt"], "zoho"),
        (["id", "name", "contact_name", "email_from"], ["id", "action", "targetName", "email"], "odoo"),
        (["ad_id", "form_name", "full_name"], [None, None, "targetName"], "meta"),
        (["name", "Téléphone", "Véhicule"], ["targetName", "phone", "car"], "csv"),
        (["الاسم", "الهاتف", "السيارة", "ملاحظات"], ["targetName", "phone", "car", "note"], "csv"),
        (["NOM", "Prénom *", "Tél. :", "GSM"], ["lastName", "firstName", "phone", "mobile"], "csv"),
    ],
)
def test_titles_of_other_systems_and_languages_are_known(titles, fields, kind):
    assert fields_of(titles, [known_titles().field(title) for title in titles]) == fields
    assert kind_of(titles, "csv") == kind


# --- Phones ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("0661234567", ["+212661234567"]),
        ("661234567", ["+212661234567"]),
        ("661234567.0", ["+212661234567"]),
        ("212 522 201 010", ["+212522201010"]),
        ("p:+212661234567", ["+212661234567"]),
        ("٠٦٦١٢٣٤٥٦٧", ["+212661234567"]),
        ("00212661234567", ["+212661234567"]),
        ("+33 6 12 34 56 78", ["+33612345678"]),
        ("6,61234567E+08", ["+212661234567"]),
        ("2.12661234567E+11", ["+212661234567"]),
        ("0661234567 / 0522201010", ["+212661234567", "+212522201010"]),
        ("0661234567 (bureau)", ["0661234567 (bureau)"]),
        ("au garage", ["au garage"]),
        ("12345", ["12345"]),
    ],
)
def test_a_phone_is_e164_where_that_is_certain(typed, read_as):
    assert phones_of(typed) == read_as


@pytest.mark.parametrize("typed", ["2,12661E+11", "2.12661E+11", "6,61E+08", "٢٫١٢٦٦١E+11", "2,12661e11"])
def test_a_phone_that_a_spreadsheet_shortened_is_not_guessed(typed):
    with pytest.raises(Destroyed):
        phones_of(typed)
    assert refusal(phone=typed) == ("Phone", "phone_destroyed")
    assert refusal(targetInfo=typed) == ("Targetinfo", "phone_destroyed")


# --- Times -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("2026-11-20T09:30:00+00:00", "2026-11-20T09:30"),
        ("2026-11-20 09:30", "2026-11-20T09:30"),
        ("2026-07-20 09:30", "2026-07-20T08:30"),  # Morocco was an hour ahead until 20 September 2026
        ("2026-11-20", "2026-11-20T00:00"),
        ("20/11/2026 09:30", "2026-11-20T09:30"),
        ("20.11.26", "2026-11-20T00:00"),
        ("11/20/2026 9:30 PM", "2026-11-20T21:30"),
        ("05/11/2026", "2026-11-05T00:00"),
        ("20/11/2026 à 9h05", "2026-11-20T09:05"),
        ("٢٠/١١/٢٠٢٦", "2026-11-20T00:00"),
        ("2026-11-20 09:30:15.123 UTC", "2026-11-20T09:30:15"),
        ("2026-11-20 09:30:15 +0200", "2026-11-20T07:30:15"),
    ],
)
def test_a_time_is_the_dealerships_unless_it_names_a_zone(typed, at):
    assert time_of(typed, CASABLANCA) == datetime.fromisoformat(at).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "typed",
    [
        *("", "hier", "31/02/2026", "13/13/2026", "2026", "45981", "0001-01-01", "9/9/9", "1/2/3333333"),
        *("9999-12-31 23:59:59 -0100", "0001-01-01 00:00 +0100", "2026-11-20 09:30 +9959"),
    ],
)
def test_what_is_no_time_is_refused(typed):
    with pytest.raises(NotATime):
        time_of(typed, CASABLANCA)


def test_a_file_may_write_the_month_first():
    assert time_of("05/11/2026", UTC, month_first=True).month == 5
    assert [says_month_first(text) for text in ("11/20/2026", "20/11/2026", "05/11/2026", "x")] == [
        True,
        False,
        None,
        None,
    ]


def test_a_lead_keeps_when_it_was_made_elsewhere():
    assert row(phone="0661234567", createdAt="20/11/2026 09:30").created_at == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    assert refusal(phone="0661234567", createdAt="soon") == ("Createdat", "bad_date")
    tomorrow = (NOW + timedelta(days=1)).isoformat()
    for typed in (tomorrow, "9999-12-31 23:59:59 -0100"):
        assert refusal(phone="0661234567", createdAt=typed) == ("Createdat", "bad_date")
    assert row(phone="0661234567", updatedAt="9999-12-31 23:59:59 -0100").updated_at is None


# --- Statuses --------------------------------------------------------------------------------------


def test_no_word_is_two_statuses():
    counts = Counter(key for words in WORDS.values() for key in {key_of(word) for word in words})
    assert [key for key, count in counts.items() if count > 1] == []


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("NEW", "NEW"),
        ("Open - Not Contacted", "NEW"),
        ("working – contacted", "COMPLETED"),
        ("UNQUALIFIED", "NOT_NEEDED"),
        ("Terminé", "COMPLETED"),
        ("ملغى", "NOT_NEEDED"),
        ("Something else", None),
    ],
)
def test_words_of_other_systems_are_statuses_of_ours(word, status):
    assert status_of(word, {}) == status
    assert status_of(word, {key_of(word): "COMPLETED"}) == "COMPLETED"


def test_an_unknown_status_is_new_and_not_the_files_word():
    unknown, known = row(phone="0661234567", status="Etwas"), row(phone="0661234567", status="Perdu")
    assert (unknown.fields["status"], "status" in unknown.given) == ("NEW", False)
    assert (known.fields["status"], "status" in known.given) == ("NOT_NEEDED", True)


# --- A whole row -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "name", "info"),
    [
        ({"firstName": "Salma", "lastName": "Bennani", "phone": "0661234567"}, "Salma Bennani", "+212661234567"),
        ({"targetName": "Salma", "lastName": "Bennani", "email": "s@x.ma"}, "Salma Bennani", "s@x.ma"),
        ({"lastName": "Bennani", "phone": "0661234567"}, "Bennani", "+212661234567"),
        ({"company": "SARL Atlas", "email": "a@x.ma"}, "SARL Atlas", "a@x.ma"),
        ({"phone": "0661234567"}, "+212661234567", "+212661234567"),
        (
            {"phone": "0522201010", "mobile": "0661234567", "email": "s@x.ma", "targetName": "S"},
            "S",
            "+212661234567 / +212522201010 / s@x.ma",
        ),
        (
            {"phone": ["0661234567", "0522201010", "06 61 23 45 67"], "targetName": "S"},
            "S",
            "+212661234567 / +212522201010",
        ),
        (
            {"targetInfo": "06 61-23 45 67 / S@x.ma", "phone": "+212661234567", "email": "s@x.ma", "targetName": "S"},
            "S",
            "06 61-23 45 67 / S@x.ma",
        ),
        ({"targetInfo": "ask  at the garage", "targetName": "S\nB"}, "S B", "ask  at the garage"),
    ],
)
def test_a_contact_has_a_name_and_each_number_and_address_once(cells, name, info):
    fields = row(**cells).fields
    assert (fields["target_name"], fields["target_info"]) == (name, info)


@pytest.mark.parametrize(
    ("cells", "refused"),
    [
        ({"targetName": "Salma"}, ("", "no_contact")),
        ({"phone": "0661234567", "targetName": "x" * 201}, ("Targetname", "too_long")),
        ({"phone": "0661234567", "note": "x" * 1001}, ("Note", "too_long")),
        ({"phone": "0661234567", "tag": "x" * 101}, ("Tag", "too_long")),
        ({"phone": "0661234567", "action": "x" * 201}, ("Action", "too_long")),
        ({"email": "x" * 500 + "@x.ma"}, ("Email", "too_long")),
        ({"phone": "0661234567", "externalId": "x" * 256}, ("Externalid", "too_long")),
        ({"phone": "0661234567", "id": "x" * 256}, ("Id", "too_long")),
        ({"phone": "0661234567", "source": "x" * 101}, ("Source", "too_long")),
        ({"phone": ["0661234567"] * 151}, ("Phone", "too_long")),
        ({"phone": "0661234567", "vin": "x" * 4001}, ("Vin", "too_long")),
        ({"phone": "0661234567", "order": "third"}, ("Order", "bad_value")),
        ({"phone": "0661234567", "archived": "perhaps"}, ("Archived", "bad_value")),
    ],
)
def test_a_row_that_cannot_be_a_lead_says_which_column_and_why(cells, refused):
    assert refusal(**cells) == refused


@pytest.mark.parametrize(
    "cells",
    [
        {"phone": "0661234567" + " " * 130_000 + "x"},
        {"phone": "0661234567", "createdAt": "2026-11-20 10:00" + " " * 130_000 + "x"},
        {"email": "x" * 130_000},
        {"targetInfo": "." * 130_000 + "@x.ma"},
        {"phone": "0661234567", "targetName": "e" + "\u0301\u0323" * 65_000},
        {"phone": "0661234567", "car": "Dacia " * 20_000},
    ],
)
def test_a_cell_without_end_is_refused_at_once(cells):
    began = time.process_time()
    assert refusal(**cells)[1] == "too_long"
    assert time.process_time() - began < 0.1


@pytest.mark.parametrize(
    ("read_one", "text"),
    [
        (phones_of, "0661234567" + " " * 100_000 + "x"),
        (phones_of, "1234567890123456" + " " * 100_000 + "x"),
        (time_of, "2026-11-20 10:00" + " " * 100_000 + "x"),
        (time_of, " " * 100_000 + "20/11/2026"),
        (emails_in, "x" * 100_000),
        (emails_in, "a@x.ma" + ".'" * 50_000),
        (contact_search_text, "x" * 100_000 + "@"),
        (contact_search_text, "1" * 50_000 + " " * 50_000),
    ],
)
def test_a_long_text_takes_no_longer_than_its_length(read_one, text):
    began = time.process_time()
    with suppress(NotATime):
        read_one(text, *[UTC] * (read_one is time_of))
    assert time.process_time() - began < 0.5


def test_the_longest_contact_of_our_own_export_comes_back():
    address = "x" * 475 + "@mail.example"
    info = f"{address} 0661234567"
    assert row(targetInfo=info, phone="+212661234567", email=address).fields["target_info"] == info


def test_no_sentence_has_what_stands_in_another_cell():
    for cells in ({"targetName": "x" * 201}, {"note": "x" * 1001}, {"createdAt": "soon"}, {"phone": "2,1E+11"}):
        with pytest.raises(RowError) as refused:
            row(**{"phone": "0661234567", "email": "secret@x.ma", **cells})
        assert "0661234567" not in refused.value.message and "secret" not in refused.value.message


def test_a_row_without_an_action_has_the_files():
    assert row(phone="0661234567").fields["action"] == "Rappeler"
    assert row(phone="0661234567", action="Essai").fields["action"] == "Essai"


def test_controls_and_lone_surrogates_are_passed_over():
    fields = row(phone="0661234567", targetName="Sal\x07ma \ud800", note="a\tb\r\nc\x00d").fields
    assert (fields["target_name"], fields["note"]) == ("Sal ma", "a\tb\nc d")


def test_our_own_id_is_a_lead_or_else_an_external_id():
    ours = "0192f3a4-0000-7000-8000-000000000001"
    read_row = row(phone="0661234567", id=ours)
    assert (str(read_row.own_id), read_row.external_id) == (ours, ours)
    assert row(phone="0661234567", id=ours, externalId="51").external_id == "51"
    assert row(phone="0661234567", id="00Q1").own_id is None
