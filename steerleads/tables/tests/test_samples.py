"""Files as dealers' programs and spreadsheets write them, each with what is to be read from it."""

import json
from pathlib import Path

import pytest

from steerleads.tables.reading import open_table
from steerleads.tables.table import NotATable
from steerleads.tables.tests.titles import TITLES

pytestmark = pytest.mark.on_one_database

SAMPLES = sorted(Path(__file__).with_name("samples").glob("*.csv"))
# Cells of a sample that show its encoding and its guards.
CELLS = {
    "00-own-export": ('=1+1; says "hi"\nsecond line', "+212-661-234567 / salma@mail.example"),
    "03-salesforce-api-names": ("", "0661234567"),
    "07-meta-leads": ("Salma Bennani", "p:+212661234567"),
    "09-french-excel-utf8-bom": ("Élalaoui", "Mégane", "Rappeler à 10h, « urgent »"),
    "10-french-mac": ("Élalaoui", "Mégane", "Rappeler à 10h, « urgent »"),
    "12-arabic-utf8": ("أحمد بنعلي", "٠٦٦١٢٣٤٥٦٧"),
    "13-arabic-excel-cp1256": ("أحمد بنعلي", "اتصل غدا"),
    "15-utf16-without-bom": ("أحمد بنعلي", "اتصل غدا"),
    "16-title-rows-above": ("Dacia Logan",),
    "24-phone-excel-text": ("0661234567", "0522201010"),
    "25-phone-number-format": ("661234567.0", "212 522 201 010"),
    "28-mixed-encodings": ("Zoé", "Élodie"),
}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_read_as_expected(sample):
    expected = json.loads(sample.with_suffix(".expected.json").read_text())
    with sample.open("rb") as file:
        try:
            table = open_table(file, TITLES)
        except NotATable as refused:
            assert refused.code == expected["refused"]
            return
        rows = list(table.rows)
    assert expected["refused"] is None
    assert [table.separator, table.encoding, table.header_line] == [
        expected["separator"],
        expected["encoding"],
        expected["headerLine"],
    ]
    assert [row.line for row in rows if not row.problem] == [row["line"] for row in expected["rows"]]
    assert [[row.line, row.problem.code] for row in rows if row.problem] == expected["refusedRows"]
    assert set(CELLS.get(sample.stem, ())) <= {cell for row in rows for cell in row.cells}
