"""Our SQLite backend reads rows by Django's cursor. What it does for its file is in test_lost_file and test_database_file."""

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

pytestmark = [
    pytest.mark.skipif(connection.vendor != "sqlite", reason="only on SQLite"),
    pytest.mark.django_db,
]


def test_rows_are_in_the_log_of_queries(lead):
    with CaptureQueriesContext(connection) as captured:
        rows = connection.rows("SELECT count(*), '100%%' FROM leads_lead WHERE action = %s", [lead.action])
    assert rows == [(1, "100%")]
    assert len(captured) == 1


def test_errors_are_djangos_own(db):
    with pytest.raises(OperationalError):
        connection.rows("SELECT nothing", [])
