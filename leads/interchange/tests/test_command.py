"""`manage.py export_leads`: the API's filters, and never half a file under its name (contract X7)."""

import csv
import io
import os
import signal
import stat

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from conftest import make_car, make_lead
from leads.interchange.exports.csv import CsvExporter
from leads.interchange.exports.xlsx import XlsxExporter
from leads.interchange.models import Export

pytestmark = pytest.mark.django_db(transaction=True)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def run(*arguments, dealership="Casa Motors", format="csv", err=None):
    """(bytes on stdout, text on stderr)"""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), err or io.StringIO()
    call_command("export_leads", "--dealership", dealership, "--format", format, *arguments, stdout=out, stderr=err)
    return out.buffer.getvalue(), err.getvalue()


def names_in(data):
    return [row["targetName"] for row in csv.DictReader(io.StringIO(data.decode(), newline=""))]


@pytest.fixture
def leads(civic):
    fields = [
        {"target_name": "Élodie", "tag": "Hot"},
        {"target_name": "Sara", "status": "COMPLETED"},
        {"target_name": "Omar"},
    ]
    return [make_lead(civic, order=number, **each) for number, each in enumerate(fields)]


def test_it_is_written_on_stdout_and_what_is_said_elsewhere(leads):
    data, said = run()
    assert names_in(data) == ["Élodie", "Sara", "Omar"]
    assert said == "Exported 3 leads.\n"


@pytest.mark.parametrize("format", ["jsonl", "xlsx", "adf", "jsonlead", "hubspot"])
def test_every_format_is_the_apis(leads, api, format):
    answer = api.get(f"/exports/leads?format={format}")
    assert run(format=format)[0] == answer.content


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["--search", "elodie"], ["Élodie"]),
        (["--status", "NEW", "--status", "COMPLETED"], ["Élodie", "Sara", "Omar"]),
        (["--status=NEW,COMPLETED", "--sortBy", "targetName", "--sortOrder", "desc"], ["Sara", "Omar", "Élodie"]),
        (["--sortBy", "targetName", "--sortOrder", "DESC"], ["Sara", "Omar", "Élodie"]),
        (["--tag", "hot"], ["Élodie"]),
        (["--carId", "01890000-0000-7000-8000-000000000000"], []),
        (["--archived", "true"], []),
        (["--externalId", "17"], []),
    ],
)
def test_filters_and_sorts_are_the_apis(leads, arguments, names):
    assert names_in(run(*arguments)[0]) == names


@pytest.mark.parametrize(
    "arguments",
    [
        ["--status", "new"],
        ["--carId", "7"],
        ["--search", "a", "--search", "b"],
        ["--sortBy", "note"],
        ["--sortOrder", "up"],
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(leads, arguments, tmp_path):
    path = tmp_path / "leads.csv"
    with pytest.raises(CommandError, match=arguments[0]):
        run(*arguments, "--output", str(path))
    assert list(tmp_path.iterdir()) == [] and not Export.objects.exists()


def test_another_dealership_has_its_own(leads, atlas):
    make_lead(make_car(atlas), target_name="Nadia")
    assert names_in(run(dealership="Atlas Cars")[0]) == ["Nadia"]


def test_a_file_is_for_its_owner_alone_and_takes_the_place_of_an_older_one(leads, tmp_path):
    path = tmp_path / "leads.csv"
    path.write_text("of yesterday")
    assert run("--output", str(path)) == (b"", "Exported 3 leads.\n")
    assert names_in(path.read_bytes()) == ["Élodie", "Sara", "Omar"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_what_was_there(leads, tmp_path, monkeypatch):
    def fail_in_the_middle(self, rows, file, context):
        file.write(b"half")
        next(iter(rows))
        raise OperationalError("gone")

    monkeypatch.setattr(CsvExporter, "write", fail_in_the_middle)
    path = tmp_path / "leads.csv"
    path.write_text("of yesterday")
    with pytest.raises(OperationalError):
        run("--output", str(path))
    assert path.read_text() == "of yesterday" and list(tmp_path.iterdir()) == [path]
    with pytest.raises(OperationalError):
        run()
    assert not Export.objects.exists()


@pytest.mark.parametrize("name", ["missing/leads.csv", ".", "x" * 300])
def test_a_file_that_cannot_be_written_is_refused(leads, tmp_path, name):
    with pytest.raises(CommandError, match="is not a file|cannot be written"):
        run("--output", str(tmp_path / name))
    assert list(tmp_path.iterdir()) == []


def test_a_bug_of_a_format_is_not_taken_for_a_file_that_cannot_be_written(leads, tmp_path, monkeypatch):
    def fail(self, rows, file, context):
        raise ValueError("a bug")

    monkeypatch.setattr(CsvExporter, "write", fail)
    with pytest.raises(ValueError, match="a bug"):
        run("--output", str(tmp_path / "leads.csv"))
    assert list(tmp_path.iterdir()) == []


def test_sigterm_leaves_nothing_beside_the_file(leads, tmp_path, monkeypatch):
    def be_ended(self, rows, file, context):
        file.write(b"half")
        os.kill(os.getpid(), signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)  # or a failure would end the tests
    monkeypatch.setattr(CsvExporter, "write", be_ended)
    try:
        with pytest.raises(SystemExit):
            run("--output", str(tmp_path / "leads.csv"))
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_takes_no_more_is_named(leads):
    with open("/dev/full", "wb") as full, pytest.raises(CommandError, match="No space left on device"):
        call_command(
            "export_leads",
            "--dealership=Casa Motors",
            "--format=csv",
            stdout=io.TextIOWrapper(full),
            stderr=io.StringIO(),
        )


def test_too_many_are_refused(leads, monkeypatch):
    monkeypatch.setattr(XlsxExporter, "most", 2)
    with pytest.raises(CommandError, match="There are 3"):
        run(format="xlsx")


def test_progress_is_for_terminals(leads, monkeypatch):
    monkeypatch.setattr("leads.interchange.exports.making.ROWS_A_READ", 2)
    assert "2 leads" in run(err=Terminal())[1]
    assert "2 leads" not in run()[1]


def test_it_is_written_down_without_what_was_looked_for(leads):
    run("--search", "elodie", "--status", "NEW")
    [export] = Export.objects.values("door", "format", "filters", "rows", "actor_type")
    assert export == {
        "door": "command",
        "format": "csv",
        "filters": ["search", "status=NEW"],
        "rows": 1,
        "actor_type": "command",
    }
