"""Lists and exports that are long: those that wait for their turn leave threads for what is short (contract X2)."""

import threading
from contextlib import contextmanager

import pytest
from django.db import connection

from conftest import ApiClient, error_of, make_lead
from leads.interchange.exports.csv import CsvExporter
from leads.interchange.models import Export
from steerleads.api import list_query
from steerleads.dealers.models import Dealership, Role
from steerleads.dealers.tests.people import browser, make_staff

pytestmark = pytest.mark.django_db(transaction=True)

EXPORT = "/exports/leads?format=csv"


@pytest.fixture(autouse=True)
def _soon_long(civic, monkeypatch):
    """Of two threads one may read at length, and more than two rows are many."""
    monkeypatch.setenv("SERVE_THREADS", "2")
    monkeypatch.setattr(list_query, "LONGEST_WHOLE", 2)
    for _ in range(3):
        make_lead(civic)


@contextmanager
def an_export_under_way(casa, monkeypatch):
    """A thread is in the middle of one."""
    began, may_end, answers = threading.Event(), threading.Event(), []
    write = CsvExporter.write

    def wait(self, rows, file, context):
        began.set()
        assert may_end.wait(20)
        write(self, rows, file, context)

    def ask():
        answers.append(ApiClient(casa).get(EXPORT).status_code)
        connection.close()

    with monkeypatch.context() as patch:
        patch.setattr(CsvExporter, "write", wait)
        thread = threading.Thread(target=ask)
        thread.start()
        try:
            assert began.wait(20)
            yield
        finally:
            may_end.set()
            thread.join()
    assert answers == [200]


@pytest.mark.parametrize("path", [EXPORT, "/exports/leads?format=xlsx", "/leads"])
def test_one_too_many_is_told_to_come_again_and_is_served_later(casa, api, monkeypatch, path):
    with an_export_under_way(casa, monkeypatch):
        refused = api.get(path)
        assert error_of(refused) == (503, "SERVICE_UNAVAILABLE", None)
        assert int(refused["Retry-After"]) > 0
    assert Export.objects.count() == 1
    served = api.get(path)
    assert served.status_code == 200 and b"".join(served.streaming_content)


def test_what_is_short_is_answered_beside_it(casa, api, monkeypatch):
    with an_export_under_way(casa, monkeypatch):
        assert api.get("/leads?limit=2").status_code == 200
        assert api.get("/exports/leads?format=jsonl&limit=2").status_code == 200


def test_the_admin_says_so_on_its_page(casa, monkeypatch):
    Dealership.objects.update(language="en")
    manager = browser(make_staff(casa, Role.MANAGER))
    with an_export_under_way(casa, monkeypatch):
        page = manager.post("/admin/leads/lead/export/", {"format": "csv"}).content.decode()
    assert "Too many exports are being made right now." in page
