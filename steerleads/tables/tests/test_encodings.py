"""In which encoding a file is, though it does not say so."""

from io import BytesIO
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steerleads.tables import doubly
from steerleads.tables.encodings import CHUNK, find_encoding, read_lines
from steerleads.tables.tests.titles import cells_of, read

pytestmark = pytest.mark.on_one_database

FRENCH = (
    "Prénom;Modèle;Année;Ville",
    "Élalaoui;Mégane;2019;Fès",
    "ÉLODIE;À RAPPELER;DÉCEMBRE;SALÉ",
    "Rappeler à 10h, « urgent »",
    "N° de châssis",
    "l’année du véhicule…",
    "95 000 €, révisé",
    "garçon – déjà vu, où ça ?",
    "Kenza Benaïssa, Noël",
    "reçu: cœur, sœur, bœuf",
    "PEUGEOT 208 À VENDRE",
    "Ça roule, hôtel Ômer",
    "Tél.",
    "été",
    "Hervé",
    "ÇA VA",
    "“bon état”",
    "95\xa0000",
    "N°12",
    "ÉTÉ 2026 – à l’étude",
)
ARABIC = (
    "الاسم;الهاتف;الماركة;الموديل",
    "أحمد بنعلي",
    "فاس",
    "اتصل غدا، من فضلك",
    "سيارة داسيا لوغان 2019",
    "هل هي متوفرة؟",
    "مراكش و الدار البيضاء",
    "رقم 12؛ شارع محمد الخامس",
    "في المعرض",
    "لا",
    "غدا",
    "12345-أ-6",
)
TEXTS = {"cp1252": FRENCH, "mac_roman": FRENCH, "cp1256": ARABIC}


@pytest.mark.parametrize(
    ("encoding", "text"), [(encoding, text) for encoding, texts in TEXTS.items() for text in texts]
)
def test_one_line_shows_its_encoding(encoding, text):
    content = text.encode(encoding)
    found = find_encoding(BytesIO(content)).encoding
    assert content.decode(found if not content.isascii() else "ascii") == text


def test_skoda_is_a_make_in_excels_encoding():
    assert cells_of("Make\nŠkoda\n".encode("cp1252")) == [("Škoda",)]


@pytest.mark.parametrize(("french", "arabic"), list(product(FRENCH[:6], ARABIC[:6])))
def test_arabic_beside_french_is_excels_arabic(french, arabic):
    # Of French, that encoding has the small letters.
    content = f"{french.lower()};{arabic}".encode("cp1256", "ignore")
    assert find_encoding(BytesIO(content)).encoding == "cp1256"


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
    ],
)
@pytest.mark.parametrize(
    "text", ["Name\tPhone\nSalma\t0661", "الاسم\tالهاتف\nأحمد\t٠٦٦", "Prénom\tModèle\nÉlodie\tMégane"]
)
def test_unicode_is_read_with_and_without_its_mark(encoding, name, text):
    file = BytesIO(text.encode(encoding))
    assert find_encoding(file).encoding == name
    assert "".join(read_lines(file, name)) == text


def test_strays_among_lines_of_utf8_are_read_by_themselves():
    content = "Name\nZoé\nأحمد\n".encode() + "Élodie\n".encode("cp1252") + "😀\n".encode()
    assert read(content).encoding == "utf-8+cp1252"
    assert cells_of(content) == [("Zoé",), ("أحمد",), ("Élodie",), ("😀",)]


def test_a_line_of_cp1252_that_could_be_utf8_does_not_hide_the_others():
    content = "Name\nPrÃ©nom\nÉlodie\n".encode("cp1252")
    assert cells_of(content) == [("Prénom",), ("Élodie",)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_whole_wherever_the_file_is_cut_to_be_read(end):
    lines = [f"{'é' * size}{end}" for size in (CHUNK - 3, 1, CHUNK // 2, CHUNK, 0, 3)]
    file = BytesIO("".join(lines).encode())
    assert list(read_lines(file, "utf-8")) == lines
    assert find_encoding(file).lines == len(lines)


@pytest.mark.parametrize("end", ["\x1a", "\r\n\x1a", "\n\x1a\r\n", "\n\x1a\x1a\0\0"])
def test_the_end_of_a_file_as_dos_marked_it_is_no_row(end):
    assert cells_of(f"Name,Phone\nSalma,1{end}") == [("Salma", "1")]


# --- Encoded twice -------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [*FRENCH, *(text for text in ARABIC if " و " not in text), "😀 ok", "l’été – 5 €"])
def test_a_text_that_was_encoded_twice_is_as_it_was(text):
    # `و` alone has nothing beside it that makes it certain: ARABIC without it.
    twice = "".join(doubly.CHARACTERS.get(byte, chr(byte)) for byte in text.encode())
    assert doubly.undo(twice) == text


@pytest.mark.parametrize(
    "text",
    [*FRENCH, *ARABIC, "« CAFÉ»", "OÙ… OÙ»", "ÅNGSTRÖM Ø 5", "Ã", "São Paulo", "naïve", "Straße", "😀"],
)
def test_a_text_that_was_encoded_once_stays(text):
    assert doubly.undo(text) == text


@given(st.text(alphabet=st.characters(max_codepoint=0x24F)))
def test_what_is_undone_has_no_more_characters_than_before(text):
    assert len(doubly.undo(text)) <= len(text)
