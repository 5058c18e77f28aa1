"""The tables that other CRMs take in (contract X5): their first lines to the letter, and what stands below them."""

import pytest

from leads.interchange.exports.presets import STATUSES, PresetExporter
from leads.interchange.tests.files import of_csv, written
from leads.interchange.tests.samples import HOSTILE, PLAIN, UNSET
from leads.models import Status

pytestmark = pytest.mark.on_one_database

PRESETS = {preset.name: preset for preset in PresetExporter.__subclasses__()}
FIRST_LINES = {
    "hubspot": "First Name,Last Name,Email,Phone Number,Lead Status,Message,SteerLeads ID",
    "pipedrive": "Lead - Title,Person - Name,Person - Email,Person - Phone,Lead - Label,Note,SteerLeads ID",
    "salesforce": "First Name,Last Name,Company,Email,Phone,Lead Source,Lead Status,Description,SteerLeads ID",
    "zoho": "First Name,Last Name,Company,Email,Phone,Lead Source,Lead Status,Description,SteerLeads ID",
    "odoo": "id,name,contact_name,email_from,phone,description,tag_ids",
}
ID, NOTE = PLAIN["id"], "Is it available?"
PERSON = ["Salma El", "Bennani"]
REACHED_AT = ["salma@mail.example", "+212661234567"]


def named(system, **changes):
    """{title: cell} of the lead with these changes, as the file has them."""
    titles, found = of_csv(written(system, [{**PLAIN, **changes}]))
    return dict(zip(titles, found, strict=True))


def cells(system, **changes):
    return list(named(system, **changes).values())


@pytest.mark.parametrize("reader", [{}, {"language": "ar", "for_excel": True, "translated": True}])
def test_the_first_line_is_the_one_that_each_system_knows_and_then_our_id_whoever_asks(reader):
    lines = {system: written(system, [PLAIN], **reader).split(b"\r\n")[0].decode() for system in PRESETS}
    assert lines == FIRST_LINES


def test_texts_are_quoted_and_lines_end_as_the_standard_says():
    line = written("odoo", [{**PLAIN, "note": 'He said "yes";\nfine'}]).decode().split("\r\n", 1)[1]
    assert line == (
        f'"{ID}","Test drive","Salma El Bennani","salma@mail.example","+212661234567",'
        '"He said ""yes"";\nfine\n\nDacia Logan 2021","Hot Lead"\r\n'
    )


def test_a_lead_stands_in_each_table_as_that_system_has_it():
    about = f"{NOTE}\n\nTest drive · Dacia Logan 2021"
    titled = f"{NOTE}\n\nDacia Logan 2021"
    assert {system: cells(system) for system in PRESETS} == {
        "hubspot": [*PERSON, *REACHED_AT, "NEW", about, ID],
        "pipedrive": ["Test drive", "Salma El Bennani", *REACHED_AT, "Hot Lead", titled, ID],
        "salesforce": [*PERSON, "-", *REACHED_AT, "autocasa", "Open - Not Contacted", about, ID],
        "zoho": [*PERSON, "-", *REACHED_AT, "autocasa", "Not Contacted", about, ID],
        "odoo": [ID, "Test drive", "Salma El Bennani", *REACHED_AT, titled, "Hot Lead"],
    }


def test_a_lead_with_nothing_but_what_it_must_have_leaves_cells_empty():
    bare = {system: cells(system, **UNSET, targetInfo="ask Ali") for system in PRESETS}
    about = "Test drive · Dacia Logan · ask Ali"
    assert bare == {
        "hubspot": [*PERSON, "", "", "NEW", about, ID],
        "pipedrive": ["Test drive", "Salma El Bennani", "", "", "", "Dacia Logan · ask Ali", ID],
        "salesforce": [*PERSON, "-", "", "", "", "Open - Not Contacted", about, ID],
        "zoho": [*PERSON, "-", "", "", "", "Not Contacted", about, ID],
        "odoo": [ID, "Test drive", "Salma El Bennani", "", "", "Dacia Logan · ask Ali", ""],
    }


def test_every_status_has_a_word_in_each_system():
    assert {system: set(words) for system, words in STATUSES.items()} == dict.fromkeys(STATUSES, set(Status))


@pytest.mark.parametrize("system", PRESETS)
def test_texts_are_guarded_and_phones_are_bare(system):
    address = {"targetInfo": "0661-234567 +a@b.ma", "email": "+a@b.ma"}
    cells_of = named(system, targetName="=1 +2", action="@SUM(A1)", note="-1", tag="N/A", source="=1", **address)
    phone = cells_of.pop(next(title for title in cells_of if "phone" in title.lower()))
    assert phone == "+212661234567"
    assert [cell for cell in cells_of.values() if cell[0] in "=+@"] == []
    assert set(cells_of.values()) <= {
        *("'=1", "'+2", "'=1 +2", "'@SUM(A1)", "'N/A", "'+a@b.ma", "-", ID),
        *("'-1\n\nDacia Logan 2021", "'-1\n\n@SUM(A1) · Dacia Logan 2021"),
        *(words[Status.NEW] for words in STATUSES.values()),
    }


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("system", PRESETS)
def test_no_text_makes_a_cell_that_calculates(system, name):
    found = cells(system, **{**UNSET, "targetName": name, "action": name, "note": name, "tag": name})
    assert [cell for cell in found if cell.startswith(("=", "+", "@", "\t", "\r")) or cell[:1] == "-" != cell] == []
