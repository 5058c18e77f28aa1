"""What of a contact text becomes a link: certain numbers and addresses, in any usual spelling, and nothing else."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.contacts.links import links_of

pytestmark = pytest.mark.on_one_database

MOBILE = ["tel:+212600123456", "https://wa.me/212600123456"]
OTHER = ["tel:+212612345678", "https://wa.me/212612345678"]
FIXED = ["tel:+212522123456"]
NEW = ["tel:+212742996141"]
FRENCH = ["tel:+33612345678", "https://wa.me/33612345678"]
MAIL = ["mailto:sara@mail.ma"]
HREFS = {
    "call": re.compile(r"tel:\+\d{7,15}", re.ASCII),
    "whatsapp": re.compile(r"https://wa\.me/\d{7,15}", re.ASCII),
    "mail": re.compile(r"mailto:[A-Za-z0-9_.%-]+@[A-Za-z0-9.-]+", re.ASCII),
}


def hrefs(text):
    return [link.href for link in links_of(text)]


@pytest.mark.parametrize(
    "text",
    [
        "0600123456",
        "0600-123456",
        "0600-12-34-56",
        "06.00.12.34.56",
        "06 00 12 34 56",
        "06/00/12/34/56",
        "06_00_12_34_56",
        "06 - 00 - 12 - 34 - 56",
        "(06) 00 12 34 56",
        "+212600123456",
        "+212-600-123456",
        "+212 6 00 12 34 56",
        "+212 (0)6 00 12 34 56",
        "+2120600123456",
        "(+212) 600-123456",
        "+ 212 600 123456",
        "＋212 600 123456",
        "00212600123456",
        "00 212 6 00 12 34 56",
        "212600123456",
        "212 600 12 34 56",
        "٠٦٠٠١٢٣٤٥٦",
        "٠٦٠٠ ١٢ ٣٤ ٥٦",
        "+٢١٢ ٦٠٠ ١٢٣٤٥٦",
        "۰۶۰۰۱۲۳۴۵۶",
        "هاتف: ٠٦٠٠١٢٣٤٥٦",
        "هاتف0600123456",
        "٠٦ـ٠٠ـ١٢ـ٣٤ـ٥٦",
        "\u200e0600123456\u200f",
        "\u202a+212 600-123456\u202c",
        "06\u200e00123456",
        "06\u202f00\u202f12\u202f34\u202f56",
        "06\xa000\xa012\xa034\xa056",
        "06\u201100\u201112\u201134\u201156",
        "06\t00\t12\t34\t56",
        "Tél: 0600123456 Sara",
        "tel:0600123456",
        "Sara-0600123456",
        "Sara (0600123456)",
        "*0600123456*",
        "0600123456.",
        "WhatsApp +212600123456, le soir",
        "1) 0600123456",
        "Le 12/05/2024 06 00 12 34 56",
        "06 00 12 34 56 à 14h30",
        "2024-05-12 14:30 0600123456",
        "0600123456 / 0600-123-456",
        "0600123456 250000 DH",
    ],
)
def test_a_moroccan_mobile_is_called_and_written_to(text):
    assert hrefs(text) == MOBILE
    assert {link.shown for link in links_of(text)} == {"06 00 12 34 56"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0522123456", FIXED),
        ("05 22 12 34 56/57", FIXED),
        ("Tél/Fax: 0522123456", FIXED),
        ("+33 6 12 34 56 78", FRENCH),
        ("0033612345678", FRENCH),
        ("+1 212 555 2368", ["tel:+12125552368", "https://wa.me/12125552368"]),
        ("0612345678 / 0522123456", OTHER + FIXED),
        ("0612345678/0522123456", OTHER + FIXED),
        ("0612345678-0522123456", OTHER + FIXED),
        ("0612345678,0522123456", OTHER + FIXED),
        ("0612345678 0522123456", OTHER + FIXED),
        ("06 12 34 56 78 - 05 22 12 34 56", OTHER + FIXED),
        ("1) 0612345678 2) 0522123456", OTHER + FIXED),
        ("Tél: 0612345678, Fax: 0522123456", OTHER),
        ("0522123456 / 0522123457 / 0522123458 / 0522123459", [f"tel:+21252212345{n}" for n in (6, 7, 8)]),
        ("0612345678, +212 612-345678", OTHER),
        # Numbers that the library does not know yet are called; who knows whether they are mobiles?
        *((text, NEW) for text in ("0742996141", "+212 742-996141", "00212742996141", "212742996141")),
        *((text, NEW) for text in ("07/42/99/61/41", "+212 (0)742 996141", "Tél: ٠٧٤٢٩٩٦١٤١ Sara")),
        ("0742996141 / 0612345678", NEW + OTHER),
        ("0612345678 0742996141", OTHER + NEW),
        ("+33 6 12 34 56 78, +39 599 123 4567", [*FRENCH, "tel:+395991234567"]),
        ("sara@mail.ma", MAIL),
        ("Sara <sara@mail.ma>", MAIL),
        ("Écrire à sara@mail.ma.", MAIL),
        ("sara@mail.ma, SARA@mail.ma", ["mailto:SARA@mail.ma"]),
        ("(sara@mail.ma)", MAIL),
        ("mailto:sara@mail.ma", MAIL),
        ("البريد: sara@mail.ma، شكرا", MAIL),
        ("\u200esara@mail.ma\u200f", MAIL),
        ("- 'sara@mail.ma'", MAIL),
        ("sara.o'neil+car@mail.co.ma", ["mailto:sara.o%27neil%2Bcar@mail.co.ma"]),
        ("sara0612345678@mail.ma", ["mailto:sara0612345678@mail.ma"]),
        ("0612345678@mail.ma", ["mailto:0612345678@mail.ma"]),
        ("0600123456 sara@mail.ma", MOBILE + MAIL),
        ("sara@mail.ma/0600123456", MOBILE + MAIL),
        ("0600123456/sara@mail.ma", MOBILE + MAIL),
        ("sara@mail.ma;0600123456", MOBILE + MAIL),
        ("a@x.ma b@x.ma c@x.ma d@x.ma", ["mailto:a@x.ma", "mailto:b@x.ma", "mailto:c@x.ma"]),
    ],
)
def test_other_numbers_and_addresses(text, expected):
    assert hrefs(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "Sara", "facebook: Sara Alami", "demander au showroom"),
        # Dates, times, years, prices
        *("12/05/2024", "12-05-2024 14:30", "06.12.2024 08", "2024-06-12 08:15", "le 06 12 2024", "2021 2022 2023"),
        *("250 000 DH", "1 250 000 DH", "120 000,50", "3.0612345678", "0612345678.50", "$0612345678"),
        # Codes of other things
        *("1HGCM82633A004352", "VIN 0612345678", "Stock 0612345678", "Stock n° 0612345678", "réf: 0612345678"),
        *("A-17", "CIN BK612345", "2024-0612345678", "#0612345678", "sara_0612345678", "sara0612345678"),
        *("0612345678abc", "RIB 011 780 0000012100606789 12", "550e8400-e29b-41d4-a716-446655440000"),
        *("https://crm.example/0612345678", "www.crm.example/0612345678", "crm.example/lead?tel=0612345678"),
        *("https://crm.example/?q=sara@mail.ma", "Fax 0522123456"),
        # Numbers that are none
        *("061234567", "06123456789", "600123456", "33612345678", "+21260012345", "+999123456789", "0" * 20, "150"),
        *("06 12 34 56 78 90", "2 06 12 34 56 78", "00600123456"),
        *(
            "$0742996141",
            "sara0742996141",
            "0742996141abc",
            "742996141",
            "07429961412",
            "VIN 0742996141",
            "2024-0742996141",
            "#0742996141",
            "sara_0742996141",
        ),
        *("0942996141", "+212 942996141", "00395991234567", "395991234567", "+49 1234"),
        # Addresses that are none, or could be another
        *("@sara", "sara@", "sara@mail", "sara@localhost", "sara@@mail.ma", "sara@mail..ma", "sara @mail.ma"),
        *("a?b=c@x.ma", "&bcc=eve@x.ma", "sara@mail.ma?bcc=eve@x.ma", "sara@mail.ma&bcc=eve@x.ma", "a%0Ab@x.ma"),
        *("mail=sara@mail.ma", "ab/c@mail.ma", "sara@mail.ma0612345678", "sara@[127.0.0.1]", "sara@1.2.3.4"),
        *("سارة@mail.ma", "sara@gm\u0430il.com", "sara@mail.ma\x00", "“sara”@mail.ma"),
    ],
)
def test_what_is_not_certain_gives_no_link(text):
    assert links_of(text) == []


def test_numbers_are_shown_as_people_write_them():
    shown = [link.shown for link in links_of("0522-123456, +33612345678, Sara@Mail.ma") if link.kind != "whatsapp"]
    assert shown == ["05 22 12 34 56", "+33 6 12 34 56 78", "Sara@Mail.ma"]
    assert links_of("0522123456 ext. 12")[0].shown == "05 22 12 34 56 ext. 12"


PIECES = [
    "0612345678",
    "+212",
    "٠٦",
    "06 12 34 56 78",
    "@mail.ma",
    "sara",
    "@",
    "/",
    "-",
    ".",
    "(",
    ")",
    " ",
    "12/05/2024",
]
PIECES += ["\u200f", "ـ", "?bcc=", "&", "%0a", "\r\n", "\x00", "https://", "<", ">", '"', "ext", "x", "#", "\ud800"]


@settings(deadline=None)
@given(st.one_of(st.text(max_size=600), st.lists(st.sampled_from(PIECES), max_size=60).map("".join)))
def test_any_text_gives_safe_links_or_none(text):
    links = links_of(text)
    assert len(links) <= 9
    for link in links:
        assert HREFS[link.kind].fullmatch(link.href)


HOSTILE = [
    "1",
    "+",
    "@",
    "06 ",
    "+212",
    "0612345678 ",
    "0612345678/",
    "(",
    "1/",
    "(1",
    "06-",
    "x1",
    "a@",
    "a.",
    "a@b.",
    "1.",
    "٠",
]
HOSTILE += [
    "06/",
    "_1",
    "12:30 ",
    "1-1-2024",
    "\u200f1",
    "a@b.ma ",
    "'",
    ".aa/",
    "+1 ",
    "1 x",
    "ext",
    "1#",
    "0x",
    "٠٦ـ",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_takes_no_longer_than_as_many_numbers(piece):
    text = (piece * 500)[:500]
    # 33 times as long as one number. They take up to 33 times as long; the square of it would be 1,000.
    assert _fastest(text, times=5) < 150 * _fastest("+212-600-123456", times=50)


@pytest.mark.parametrize("text", ["+212-600-123456", "0600123456", "sara@mail.ma", "Tél: 0600123456 Sara", "Sara"])
def test_ordinary_text_takes_a_fraction_of_a_millisecond(text):
    assert _fastest(text, times=50) < 0.005  # 0.05 to 0.1 ms on an idle machine


def _fastest(text, *, times):
    def seconds():
        began = time.thread_time()  # of a processor, which others do not lengthen by working beside it
        links_of(text)
        return time.thread_time() - began

    return min(seconds() for _ in range(times))
