"""Our PostgreSQL backend: connections that ended are noticed without asking the server each time."""

import psycopg
import pytest
from django.db import connection

from leads.models import Lead
from steerleads.postgresql.base import _has_ended

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="only on PostgreSQL"),
    pytest.mark.django_db(transaction=True),
]


def end_of(backend):
    parameters = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    with psycopg.connect(**{name: parameters[name] for name in names if name in parameters}, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])


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
