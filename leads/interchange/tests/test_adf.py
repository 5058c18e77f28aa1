"""Leads as ADF 1.0 (contract X6), read back by a parser that is not ours and held against the DTD."""

from pathlib import Path

import pytest
from lxml import etree

from leads.contacts.parsing import first_email, first_phone
from leads.interchange.tests.files import written
from leads.interchange.tests.samples import HOSTILE, PLAIN, UNSET

pytestmark = pytest.mark.on_one_database

DTD = etree.DTD(str(Path(__file__).with_name("adf.dtd")))


@pytest.fixture(autouse=True)
def _at_home(settings):
    settings.SITE_URL = "https://leads.casa.example"


def file_of(*leads):
    return written("adf", leads).decode()


def parsed(*leads):
    """The root of the file of these leads, valid by the DTD."""
    root = etree.fromstring(file_of(*leads).encode(), etree.XMLParser(resolve_entities=False))
    DTD.assertValid(root)
    return root


def test_a_lead_is_a_prospect_with_all_that_the_format_has_a_place_for():
    assert (
        file_of(PLAIN)
        == """<?xml version="1.0" encoding="UTF-8"?>
<?adf version="1.0"?>
<adf>
 <prospect status="new">
  <id sequence="1" source="leads.casa.example">0192f3a4-0000-7000-8000-000000000001</id>
  <id sequence="2" source="autocasa">L-1001</id>
  <requestdate>2026-11-20T09:30:00Z</requestdate>
  <vehicle interest="buy">
   <year>2021</year>
   <make>Dacia</make>
   <model>Logan</model>
   <vin>UU1LSDAAH12345678</vin>
   <stock>CM-0042</stock>
   <comments>Test drive</comments>
  </vehicle>
  <customer>
   <contact>
    <name part="full">Salma El Bennani</name>
    <email>salma@mail.example</email>
    <phone>+212661234567</phone>
   </contact>
   <comments>Is it available?</comments>
  </customer>
  <vendor>
   <vendorname>Casa &amp; Motors</vendorname>
   <contact>
    <name part="full">Casa &amp; Motors</name>
    <email />
   </contact>
  </vendor>
 </prospect>
</adf>
"""
    )


def test_what_a_lead_has_not_is_left_out_but_for_what_the_dtd_demands():
    root = parsed({**PLAIN, **UNSET})
    assert [each.tag for each in root.iter() if not (each.text or "").strip() and not len(each)] == ["year", "email"]
    assert root.xpath("count(//prospect/id)") == 1 and root.find(".//customer/comments") is None


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("0661-234567 / salma@mail.example", [("email", "salma@mail.example"), ("phone", "+212661234567")]),
        ("salma@mail.example", [("email", "salma@mail.example")]),
        ("0661-234567 (her husband's)", [("phone", "+212661234567")]),
        (
            "0661234567, 0522201010 a@b.ma",
            [("email", "a@b.ma"), ("phone", "+212661234567"), ("phone", "+212522201010")],
        ),
        ("a@b.ma, c@d.ma", [("email", "a@b.ma")]),
        ("ask Ali", [("phone", "ask Ali")]),
    ],
)
def test_a_contact_is_told_whatever_it_is(typed, shown):
    found = {"targetInfo": typed, "phone": first_phone(typed), "email": first_email(typed)}
    contact = parsed({**PLAIN, **found}).find(".//customer/contact")
    assert [(each.tag, each.text) for each in contact[1:]] == shown


def test_a_file_of_no_leads_is_well_formed_and_one_of_several_has_them_in_their_order():
    assert len(etree.fromstring(file_of().encode())) == 0
    names = [f"Ali {number}" for number in range(3)]
    root = parsed(*({**PLAIN, "targetName": name} for name in names))
    assert [name.text for name in root.iterfind("prospect/customer/contact/name")] == names


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_read_back_as_they_were_less_what_xml_cannot_have(text):
    lead = {**PLAIN, **dict.fromkeys(["targetName", "targetInfo", "action", "note", "make", "source"], text)}
    root = parsed({**lead, "phone": None, "email": None})
    kept = "".join(each for each in text if each in "\t\n" or each >= " " and each not in "\ufffe\uffff")
    for path in (
        "customer/contact/name",
        "customer/contact/phone",
        "customer/comments",
        "vehicle/comments",
        "vehicle/make",
    ):
        assert root.findtext(f"prospect/{path}") == kept
