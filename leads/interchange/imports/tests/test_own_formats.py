"""Exports of ours that are no tables, and what only begins like one: known, and read in little memory (contract-interchange I1)."""

import tracemalloc
from io import BytesIO

import pytest

from leads.interchange.imports import staging
from leads.interchange.imports.models import Import, ImportRow
from leads.interchange.imports.own_formats import open_own
from leads.interchange.imports.tests.conftest import run_import
from steerleads.tables.table import NotATable

pytestmark = pytest.mark.on_one_database

MIB = 1024 * 1024
ADF = b'<?xml version="1.0"?>\n<?adf version="1.0"?>\n<adf>%s</adf>'
PROSPECT = b"<prospect><customer><contact><name>Salma</name></contact></customer>%s</prospect>"


def names_in(content):
    """Who the rows of a file are about."""
    table = open_own(BytesIO(content))
    place = [column.field for column in table.columns].index("targetName")
    return [row.cells[place] for row in table.rows]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'{"id": "1"}\n', "jsonl"),
        (b'\xef\xbb\xbf \n{"id": "1"}\n', "jsonl"),
        (b'[{"sales_lead": {}}]', "jsonlead"),
        (b"[ \n {}]", "jsonlead"),
        (b"[]", "jsonlead"),
        (ADF % b"", "adf"),
        (b"{\\rtf1\\ansi Name}\n", None),
        (b"{Name},Phone\nSalma,0661234567\n", None),
        (b"[MAD] Prix,Name\n1,Salma\n", None),
        (b"[1, 2]", None),
        (b"<html><table>", None),
    ],
)
def test_what_is_an_export_of_ours_is_known_by_how_it_begins(content, kind):
    table = open_own(BytesIO(content))
    assert (table and table.kind) == kind


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b'  [{"sales_lead": {"custom": {"targetName": "A"}}} ,\n{"sales_lead": 5}]\n ', ["A", ""]),
        (b"[]", []),
        ('[{"sales_lead": {"custom": {"targetName": "Élodie أحمد"}}}]'.encode(), ["Élodie أحمد"]),
        (ADF % (PROSPECT % b"" + b"<prospect/>"), ["Salma", ""]),
        (ADF % (PROSPECT % b"<customer><contact><name>Karim</name></contact></customer>"), ["Salma"]),
        (ADF % (PROSPECT % b"<prospect><name>Karim</name></prospect>"), ["Salma"]),
    ],
)
def test_each_lead_is_a_row(content, names):
    assert names_in(content) == names


DAMAGED = [
    b'[{"sales_lead": {}}',
    b'[{"sales_lead": {}}] {}',
    b'[{"sales_lead": {}}, {"x": 1}]',
    b'[{"sales_lead": "\xff"}]',
    b'[{"sales_lead": {}}, {"sales_lead": ' + b"[" * 100_000,
    b'[{"sales_lead": "' + b"x" * 3 * MIB + b'"}]',
    ADF % (b"<a>" * 100 + b"</a>" * 100),
    ADF % b"<a b='" + b"x" * 3 * MIB + b"'/>",
    ADF % b"<prospect>",
]


@pytest.mark.parametrize("content", DAMAGED, ids=range(len(DAMAGED)))
def test_what_ends_within_or_goes_on_for_ever_is_refused(content):
    with pytest.raises(NotATable) as refused:
        names_in(content)
    assert refused.value.code == "not_a_table"


@pytest.mark.parametrize(
    "content",
    [
        b"[" + b",".join([b'{"sales_lead": {}}'] * 30_000) + b"]",
        b"[" + b",".join([b'{"sales_lead": [' + b"{}," * 20_000 + b"0]}"] * 10) + b"]",
        ADF % (b"<prospect/>" * 30_000),
        ADF % (PROSPECT % (b"<a/>" * 100_000)),
        ADF % (b"<a>x</a>" * 100_000),
    ],
    ids=["many documents", "large documents", "many prospects", "a large prospect", "what is no prospect"],
)
def test_a_file_takes_little_more_memory_than_one_of_its_leads(content):
    file = BytesIO(content)
    tracemalloc.start()
    for _row in open_own(file).rows:
        pass
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * MIB


@pytest.mark.parametrize("content", [b"{}\n" * 6, b"[" + b'{"sales_lead": 0},' * 6 + b"]", ADF % (b"<prospect/>" * 6)])
def test_they_have_no_more_rows_than_a_table(casa, write, monkeypatch, content):
    monkeypatch.setattr(staging, "MOST_ROWS", 5)
    monkeypatch.setattr(staging, "BATCH", 2)
    run = run_import(write(content))
    assert run.code == 2 and "over 5 rows" in run.err
    assert not Import.objects.exists() and not ImportRow.objects.exists()
