"""Exports that are made whole on the disk before they go out (contract X2): nobody gets a short one."""

import tempfile
from functools import partial
from itertools import chain

import pytest
from django.db import OperationalError
from django.db.models import QuerySet

from conftest import error_of, make_lead
from leads.interchange.exports.adf import AdfExporter
from leads.interchange.exports.csv import CsvExporter
from leads.interchange.exports.xlsx import XlsxExporter
from leads.interchange.models import Export
from leads.interchange.tests.files import rows_of
from steerleads.api import list_query, streaming
from steerleads.tests.clients import in_threads


@pytest.fixture
def soon_large(transactional_db, monkeypatch):
    """More than two rows are very many, and read two by two."""
    monkeypatch.setattr(list_query, "LONGEST_WHOLE", 2)
    monkeypatch.setattr(streaming, "ROWS_A_READ", 2)


@pytest.mark.parametrize("format", ["csv", "jsonl", "xlsx", "hubspot", "adf", "jsonlead"])
def test_a_large_one_is_the_same_and_says_its_length(soon_large, api, leads, monkeypatch, format):
    large = api.get(f"/exports/leads?format={format}&count=true")
    assert large.streaming and "ETag" not in large
    body = b"".join(large.streaming_content)
    assert (int(large["Content-Length"]), large["X-Total-Count"]) == (len(body), "3")
    monkeypatch.setattr(list_query, "LONGEST_WHOLE", 5000)
    small = api.get(f"/exports/leads?format={format}")
    assert not small.streaming
    assert small.content == body
    assert small["Content-Disposition"] == large["Content-Disposition"]
    assert list(Export.objects.values_list("rows", flat=True)) == [3, 3]


def test_a_large_ones_total_is_of_the_rows_that_it_has(soon_large, api, leads, monkeypatch):
    monkeypatch.delattr(QuerySet, "count")  # what is counted by itself may be of another moment
    response = api.get("/exports/leads?format=csv&count=true")
    assert response["X-Total-Count"] == str(len(rows_of(response))) == "3"


def test_a_large_one_is_of_one_moment_while_others_write(soon_large, api, leads, monkeypatch):
    write = CsvExporter.write

    def write_while_another_writes(self, rows, file, context):
        rows = iter(rows)
        first = next(rows)
        in_threads(partial(make_lead, leads[0].car, order=1, target_name="Nadia"))
        write(self, chain([first], rows), file, context)

    monkeypatch.setattr(CsvExporter, "write", write_while_another_writes)
    names = [row["targetName"] for row in rows_of(api.get("/exports/leads?format=csv"))]
    assert len(names) == 3 and "Nadia" not in names


def test_a_large_ones_head_says_what_it_is_and_reads_nothing(soon_large, api, leads):
    response = api.send("HEAD", "/exports/leads?format=hubspot&count=true")
    assert (response.status_code, response.get("Content-Length"), Export.objects.exists()) == (200, None, False)
    name = api.get("/exports/leads?format=hubspot")["Content-Disposition"]
    assert (response["Content-Disposition"], response["X-Total-Count"]) == (name, "3")


def test_a_head_is_refused_as_its_get_would_be(soon_large, api, leads, monkeypatch):
    monkeypatch.setattr(AdfExporter, "most", 2)
    answers = [api.send(method, "/exports/leads?format=adf") for method in ("HEAD", "GET")]
    assert [answer.status_code for answer in answers] == [400, 400]


def test_too_many_for_a_format_are_refused_with_their_number(soon_large, api, leads, monkeypatch):
    monkeypatch.setattr(XlsxExporter, "most", 2)
    response = api.get("/exports/leads?format=xlsx")
    assert error_of(response) == (400, "VALIDATION_ERROR", "format")
    [detail] = response.json()["error"]["details"]
    assert detail["code"] == "too_many"
    assert "There are 3" in detail["message"] and "at most 2" in detail["message"] and "csv" in detail["message"]
    assert not Export.objects.exists()
    assert api.get("/exports/leads?format=xlsx&limit=").status_code == 400
    assert api.get("/exports/leads?format=xlsx&status=COMPLETED").status_code == 200


@pytest.fixture
def files(monkeypatch):
    """The temporary files that are made."""
    made, make = [], tempfile.TemporaryFile

    def make_and_note():
        made.append(make())
        return made[-1]

    monkeypatch.setattr(tempfile, "TemporaryFile", make_and_note)
    return made


def test_a_database_that_fails_on_the_way_is_an_error_and_leaves_no_file(soon_large, api, leads, files, monkeypatch):
    def fail_in_the_middle(self, rows, file, context):
        file.write(b"half")
        next(iter(rows))
        raise OperationalError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(CsvExporter, "write", fail_in_the_middle)
        assert error_of(api.get("/exports/leads?format=csv")) == (503, "SERVICE_UNAVAILABLE", None)
    assert [file.closed for file in files] == [True]
    assert not Export.objects.exists()
    assert api.get("/exports/leads?format=csv").status_code == 200


def test_what_cannot_be_written_down_does_not_go_out(soon_large, api, leads, files, monkeypatch):
    def fail(**fields):
        raise OperationalError("read only")

    monkeypatch.setattr(Export.objects, "create", fail)
    assert error_of(api.get("/exports/leads?format=csv"))[0] == 503
    assert [file.closed for file in files] == [True]


def test_a_file_that_nobody_reads_on_is_freed(soon_large, api, leads, files):
    response = api.get("/exports/leads?format=csv")
    next(response.streaming_content)
    assert [file.closed for file in files] == [False]
    response.close()
    assert [file.closed for file in files] == [True]


@pytest.mark.parametrize(("format", "coding", "has_length"), [("xlsx", None, True), ("csv", "gzip", False)])
def test_what_is_a_zip_is_not_compressed_again_and_keeps_its_length(soon_large, api, leads, format, coding, has_length):
    response = api.get(f"/exports/leads?format={format}", accept_encoding="gzip")
    assert (response.get("Content-Encoding"), "Content-Length" in response) == (coding, has_length)
