"""Our PostgreSQL backend: connections that ended are noticed without asking the server each time."""

import psycopg
import pytest
from django.db import connection

from conftest import make_car, make_lead
from leads.models import Lead
from steerleads.postgresql import base
from steerleads.postgresql.base import _has_ended

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="only on PostgreSQL"),
    pytest.mark.django_db(transaction=True),
]


def elsewhere(sql):
    """Run it on a connection of its own."""
    parameters = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    with psycopg.connect(**{name: parameters[name] for name in names if name in parameters}, autocommit=True) as other:
        other.execute(sql)


def end_of(backend):
    elsewhere(f"SELECT pg_terminate_backend({backend}, 5000)")


def alter(length):
    elsewhere(f"ALTER TABLE leads_lead ALTER COLUMN target_info TYPE varchar({length})")


def test_a_connection_that_the_server_ended_costs_no_request():
    for _ in range(3):
        Lead.objects.count()
        backend = connection.connection.info.backend_pid
        connection.close()
        end_of(backend)
        assert Lead.objects.count() == 0
        assert connection.connection.info.backend_pid != backend


def test_a_connection_that_lives_is_believed_to():
    Lead.objects.count()
    assert not _has_ended(connection.connection)


def test_a_connection_that_was_told_something_is_not():
    Lead.objects.count()
    end_of(connection.connection.info.backend_pid)
    assert _has_ended(connection.connection)
    connection.close()


def test_a_connection_that_rested_is_asked(monkeypatch):
    Lead.objects.count()
    connection.close()
    monkeypatch.setattr(base, "REST", -1)
    asked = []
    monkeypatch.setattr(base.ConnectionPool, "check_connection", asked.append)
    Lead.objects.count()
    assert asked == [connection.connection]


def test_a_column_that_a_migration_alters_costs_a_request_and_never_a_500(casa, api):
    lead = make_lead(make_car(casa))

    def status():
        return api.get(f"/leads/{lead.pk}").status_code

    assert {status() for _ in range(10)} == {200}  # all on one connection, which now has a prepared statement
    try:
        alter(501)
        assert status() == 503
        connection.close()  # as after each request to the server
        assert {status() for _ in range(10)} == {200}
    finally:
        alter(500)
