"""CSV, XLSX and JSON lines as others read them (contract X3, X4): every text whole, and none of them calculated."""

import csv
import io
import json
from datetime import UTC, date, datetime

import pytest

from conftest import make_lead
from leads.interchange.exports import exporters_of
from leads.interchange.exports.base import Context
from leads.interchange.exports.contents import HISTORY_TO_EXPORT, LEADS_TO_EXPORT, VEHICLES_TO_EXPORT
from leads.interchange.exports.making import write_rows
from leads.interchange.tests.files import of_csv, of_xlsx, written
from leads.interchange.tests.samples import HOSTILE, PLAIN, UNSET
from leads.models import Lead, Origin
from steerleads.tables.guards import guard, unguard
from steerleads.tables.writing import write_csv

pytestmark = pytest.mark.on_one_database

TITLES = (
    "id,status,action,targetName,targetInfo,phone,email,tag,note,order,archived,createdAt,updatedAt,carId,make,model,"
    "overviewYear,vin,stockNumber,location,source,externalId"
)
FORMULAS = [
    "=1+1",
    "+212-600",
    "-5",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "＝1",
    "＋1",
    "－1",
    "＠a",
    "'quoted",
    "N/A",
    "n/a",
    "-",
    "#REF!",
]


# --- CSV -------------------------------------------------------------------------------------------


def test_programs_get_commas_crlf_and_quoted_texts_without_a_mark():
    data = written("csv", [PLAIN])
    titles, line, nothing = data.decode().split("\r\n")
    assert (titles.replace('"', ""), nothing) == (TITLES, "")
    assert line.startswith(f'"{PLAIN["id"]}","NEW","Test drive","Salma El Bennani",')
    assert '"Is it available?",3,"false","2026-11-20T09:30:00Z"' in line


def test_a_line_has_every_column_in_its_place():
    titles, cells = of_csv(written("csv", [PLAIN]))
    assert dict(zip(titles, cells, strict=True)) == {
        **{name: str(value) for name, value in PLAIN.items()},
        "archived": "false",
    }


@pytest.mark.parametrize("text", [*map(chr, range(0x80)), *HOSTILE, '\\"', '"\\', '\\u0041 \\n "\\\\"', ""])
def test_lines_are_those_of_the_standard_librarys_writer(text):
    cells, file, expected = [text, None, 3, -1.5, f"a{text}b"], io.BytesIO(), io.StringIO(newline="")
    write_csv(file, ["a"], [cells])
    csv.writer(expected, quoting=csv.QUOTE_NONNUMERIC).writerow(cells)
    assert file.getvalue() == b"a\r\n" + expected.getvalue().encode()


def test_what_is_unset_is_empty():
    titles, cells = of_csv(written("csv", [{**PLAIN, **UNSET, "archived": True}]))
    found = dict(zip(titles, cells, strict=True))
    assert {name: found[name] for name in UNSET} == dict.fromkeys(UNSET, "")
    assert found["archived"] == "true"


@pytest.mark.parametrize(("language", "delimiter"), [("fr", ";"), ("ar", ";"), ("en", ",")])
def test_excel_gets_a_mark_and_the_separator_of_its_language(language, delimiter):
    data = written("csv", [PLAIN], language=language, for_excel=True)
    assert data.startswith(b"\xef\xbb\xbf") and not data.lower().startswith(b"\xef\xbb\xbfsep=")
    assert ",".join(of_csv(data, encoding="utf-8-sig", delimiter=delimiter)[0]) == TITLES


def test_readers_get_titles_in_their_language():
    [french, _], [arabic, _] = (
        of_csv(written("csv", [PLAIN], language=language, translated=True)) for language in ("fr", "ar")
    )
    assert french[3:6] == ["Nom du contact", "Téléphone ou e-mail", "Téléphone"]
    assert arabic[3:6] == ["اسم جهة الاتصال", "الهاتف أو البريد الإلكتروني", "الهاتف"]
    assert len({*french}) == len({*arabic}) == len(TITLES.split(","))


# --- What nobody may take for a formula ------------------------------------------------------------

TYPED = sorted(LEADS_TO_EXPORT.typed)


@pytest.mark.parametrize("text", [*FORMULAS, *HOSTILE])
def test_a_typed_text_is_guarded_in_csv_and_comes_back_whole(text):
    [titles, cells] = of_csv(written("csv", [{**PLAIN, **dict.fromkeys(TYPED, text)}]))
    found = dict(zip(titles, cells, strict=True))
    assert {found[name] for name in TYPED} == {guard(text)}
    assert unguard(guard(text)) == text


@pytest.mark.parametrize("text", [*FORMULAS, *HOSTILE])
def test_a_typed_text_is_guarded_in_xlsx_and_only_what_xml_cannot_have_is_lost(text):
    titles, cells = of_xlsx(written("xlsx", [{**PLAIN, **dict.fromkeys(TYPED, text)}]))
    found = dict(zip(titles, cells, strict=True))
    can_be = text.translate(dict.fromkeys([*range(9), 0xB, 0xC, *range(0xE, 32), 0xFFFE, 0xFFFF]))
    assert {found[name] for name in TYPED} == {guard(can_be).replace("\r", "\n")}  # as XML has a line break


@pytest.mark.parametrize(
    ("typed", "shown"), [("\uffff=1+1", "'=1+1"), ("\ufffeN/A", "'N/A"), ("\uffff'x", "''x"), ("a\uffff", "a")]
)
def test_what_xml_cannot_have_hides_no_formula(typed, shown):
    assert of_xlsx(written("xlsx", [{**PLAIN, "action": typed}]))[1][2] == shown


def test_every_formula_has_one_guard_and_phones_have_none():
    lines = [{**PLAIN, "action": text, "targetInfo": "+212-600-123456"} for text in FORMULAS]
    for rows in (of_csv(written("csv", lines))[1:], of_xlsx(written("xlsx", lines))[1:]):
        assert {row[2][0] for row in rows} == {"'"} and {row[2][1:2] for row in rows} != {"'"}
        assert {(row[4], row[5]) for row in rows} == {("'+212-600-123456", "+212661234567")}


# --- XLSX ------------------------------------------------------------------------------------------


def test_a_sheet_has_texts_as_texts_and_numbers_as_numbers():
    titles, cells = of_xlsx(written("xlsx", [{**PLAIN, "externalId": "000124"}]))
    found = dict(zip(titles, cells, strict=True))
    assert ",".join(titles) == TITLES
    assert (found["externalId"], found["order"], found["overviewYear"]) == ("000124", 3, 2021)
    assert (found["phone"], found["archived"]) == ("+212661234567", "false")


@pytest.mark.parametrize("text", ["_x0041_", "__x000D__", "a_x1F600_", "_x12_", "&lt;b&gt; <b> ]]>", "  two  spaces  "])
def test_a_sheet_says_what_was_typed(text):
    assert of_xlsx(written("xlsx", [{**PLAIN, "note": text}]))[1][8] == text


@pytest.mark.parametrize(("language", "right_to_left"), [("ar", True), ("fr", False), ("en", False)])
def test_a_sheet_for_arabic_readers_runs_from_right_to_left(language, right_to_left):
    assert (b'rightToLeft="1"' in sheet_of(written("xlsx", [PLAIN], language=language))) is right_to_left


def sheet_of(data):
    from zipfile import ZipFile

    with ZipFile(io.BytesIO(data)) as package:
        assert package.testzip() is None
        return package.read("xl/worksheets/sheet1.xml")


def test_a_sheet_has_no_formula_and_no_link():
    sheet = sheet_of(written("xlsx", [{**PLAIN, **dict.fromkeys(TYPED, text)} for text in [*FORMULAS, "http://x.ma"]]))
    assert b"<f" not in sheet and b"hyperlink" not in sheet


# --- From the database -----------------------------------------------------------------------------


@pytest.fixture
def imported(casa, lead):
    """A lead that came from elsewhere, and one that was typed, which comes first."""
    other = make_lead(lead.car, target_info="sara@x.ma / 0600 12 34 56", order=5, note="two\nlines", archived=True)
    received = datetime(2026, 11, 29, tzinfo=UTC)
    Origin.objects.create(dealership=casa, lead=other, source="hubspot", external_id="=17", received_at=received)
    return other


def file_of(casa, name):
    leads = LEADS_TO_EXPORT.listing.order().apply(Lead.objects.of(casa))
    context = Context(LEADS_TO_EXPORT, casa, casa.language)
    file = io.BytesIO()
    rows = leads.values_list(*LEADS_TO_EXPORT.listing.columns)
    assert write_rows(rows, exporters_of(LEADS_TO_EXPORT)[name], file, context) == 2
    return file.getvalue()


@pytest.mark.parametrize("contents", [LEADS_TO_EXPORT, VEHICLES_TO_EXPORT, HISTORY_TO_EXPORT], ids=lambda c: c.name)
def test_cells_stand_below_their_titles(imported, contents):
    rows = list(contents.listing.model.objects.values_list(*contents.listing.columns))
    lines = [contents.flat(row) for row in rows]
    assert lines and {tuple(line) for line in lines} == {tuple(contents.titles)}
    assert contents.typed | contents.truths <= contents.titles.keys()
    assert {name for line in lines for name, cell in line.items() if cell.__class__ is bool} == contents.truths


def test_json_lines_are_the_apis_leads_with_car_archived_and_origin(casa, api, lead, imported):
    typed, came = map(json.loads, file_of(casa, "jsonl").splitlines())
    listed = api.get("/leads?archived=any").json()
    assert typed == {**listed[0], "archived": False, "origin": None}
    origin = {"source": "hubspot", "externalId": "=17", "receivedAt": "2026-11-29T00:00:00Z"}
    assert came == {**listed[1], "archived": True, "origin": origin}
    assert list(came)[-3:] == ["car", "archived", "origin"]


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_a_sheet_has_what_the_lead_has(casa, lead, imported, name):
    titles, typed, came = (of_csv if name == "csv" else of_xlsx)(file_of(casa, name))
    typed, came = (dict(zip(titles, cells, strict=True)) for cells in (typed, came))
    assert (typed["id"], typed["phone"], typed["source"]) == (str(lead.pk), "+212600123456", "")
    assert (came["email"], came["note"], came["archived"]) == ("sara@x.ma", "two\nlines", "true")
    assert (came["source"], came["externalId"], came["carId"]) == ("hubspot", "'=17", str(lead.car_id))
    assert came["createdAt"] == f"{imported.created_at:%Y-%m-%dT%H:%M:%SZ}"


def test_a_file_is_offered_under_what_it_has_and_the_day():
    names = [each.file_name(LEADS_TO_EXPORT, date(2026, 11, 29)) for each in exporters_of(LEADS_TO_EXPORT).values()]
    assert names[:3] == ["leads-2026-11-29.csv", "leads-2026-11-29.jsonl", "leads-2026-11-29.xlsx"]
