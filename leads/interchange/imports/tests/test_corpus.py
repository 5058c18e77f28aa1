"""Files as dealers and CRMs write them, read as leads: what is expected of each stands beside it (contract-interchange I2, I5)."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import steerleads.tables.tests
from leads.contacts.parsing import emails_in, phones_in
from leads.interchange.imports.batches import rules_of
from leads.interchange.imports.models import Door, ImportRow
from leads.interchange.imports.staging import cells_by_field, stage
from leads.interchange.imports.statuses import status_of
from leads.interchange.imports.values import read
from steerleads.tables.table import NotATable

SAMPLES = Path(steerleads.tables.tests.__file__).parent / "samples"
FILES = sorted(SAMPLES.glob("*.csv"))
# `-` stands for nothing (I5): it is no company.
OURS = {"company": lambda text: text != "-"}

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def expected_of(path):
    return json.loads(path.with_suffix(".expected.json").read_text())


def rows_of(dealership, path):
    """{line: (cells by field, LeadRow)} of the good rows, and [[line, code]] of the others."""
    with path.open("rb") as file:
        run = stage(dealership, file, path.name, door=Door.COMMAND, actor_name="test")
    good, bad, rules = {}, [], rules_of(run, datetime(2026, 11, 30, tzinfo=UTC))
    for row in ImportRow.objects.of(dealership).filter(run=run).order_by("line"):
        if row.code:
            bad.append([row.line, row.code])
        else:
            cells = cells_by_field(run.options["columns"], run.titles, row.cells)
            good[row.line] = {name: texts[0][1] for name, texts in cells.items()}, read(cells, rules)
    return good, bad


def test_the_samples_are_there():
    assert len(FILES) > 20


@each_file
def test_each_file_is_read_as_its_leads(casa, path):
    expected = expected_of(path)
    if expected["refused"]:
        with pytest.raises(NotATable) as refused:
            rows_of(casa, path)
        assert refused.value.code == expected["refused"]
        return
    good, bad = rows_of(casa, path)
    assert bad == expected["refusedRows"]
    assert list(good) == [row["line"] for row in expected["rows"]]
    for wanted in expected["rows"]:
        check(wanted, *good[wanted["line"]])


def check(wanted, cells, row):
    assert row.fields["target_name"] == wanted["targetName"]
    assert phones_in(row.fields["target_info"]) == {phone[1:] for phone in wanted.get("phones", [])}
    assert emails_in(row.fields["target_info"]) == set(wanted.get("emails", []))
    assert row.external_id == wanted.get("externalId")
    assert row.fields.get("note") == wanted.get("note") and row.fields.get("tag") == wanted.get("tag")
    for name in ("source", "make", "model", "car", "company", "createdAt", "status", "order", "action"):
        text = wanted.get(name)
        assert cells.get(name) == (text if text is None or OURS.get(name, bool)(text) else None), name
    assert cells.get("overviewYear") == wanted.get("year")
    assert row.fields["status"] == (status_of(wanted.get("status", ""), {}) or "NEW")


@each_file
def test_phones_are_in_e164_and_mobiles_come_first(casa, path):
    expected = expected_of(path)
    if expected["refused"] or path.stem == "00-own-export":  # which keeps what was typed
        return
    good, _bad = rows_of(casa, path)
    for wanted in expected["rows"]:
        contact = [*wanted.get("phones", []), *wanted.get("emails", [])]
        assert good[wanted["line"]][1].fields["target_info"] == " / ".join(contact)
