"""Our PostgreSQL backend: ended connections are noticed without asking the server, statements are prepared."""

from contextlib import suppress
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest
from django.db import DatabaseError, DataError, OperationalError, ProgrammingError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conftest import make_car, make_lead
from leads.models import Lead
from steerleads.api.errors import DATABASE_ERRORS
from steerleads.db.postgresql import base
from steerleads.db.postgresql.base import _has_ended
from steerleads.tests.servers import wait_until

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="only on PostgreSQL"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(autouse=True)
def pool_of_its_own(transactional_db):
    """Earlier tests leave connections behind, some with prepared statements, some dead."""
    connection.close()
    connection.close_pool()
    yield
    end_request()  # what empties the tables afterwards is to find one that lives


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


def end_request():
    connection.close_if_unusable_or_obsolete()


def test_a_connection_in_order_is_put_back_and_taken_as_it_is(monkeypatch):
    Lead.objects.count()
    put, putconn = [], connection.pool.putconn
    monkeypatch.setattr(connection, "connect", None)  # which is not needed again
    monkeypatch.setattr(connection.pool, "putconn", lambda given: (put.append(given), putconn(given)))
    for count in range(1, 4):
        taken = connection.connection
        end_request()
        end_request()  # a second time it is nothing
        assert connection.connection is None and len(put) == count and put[-1] is taken
        assert Lead.objects.count() == 0 and connection.get_autocommit()


def test_one_that_others_left_untidy_is_put_right(casa):
    lead = make_lead(make_car(casa))
    connection.connection.autocommit = False  # of the connection only: what uses it is in order
    end_request()
    for number in range(5):  # the pool gives out each of its connections in turn
        Lead.objects.filter(pk=lead.pk).update(note=f"written {number}")  # in no transaction
        end_request()
        assert Lead.objects.get().note == f"written {number}"
        assert connection.connection.autocommit
        end_request()


def test_one_that_was_ended_meanwhile_costs_no_request():
    Lead.objects.count()
    ended = connection.connection.info.backend_pid
    end_request()
    end_of(ended)
    assert Lead.objects.count() == 0
    assert connection.connection.info.backend_pid != ended


def test_one_with_an_open_transaction_is_not_put_back_as_it_is(casa):
    car = make_car(casa)
    connection.set_autocommit(False)
    make_lead(car)
    end_request()
    assert connection.get_autocommit() and Lead.objects.count() == 0


def test_after_an_error_it_is_as_new():
    with pytest.raises(DataError):
        connection.rows("SELECT 1 / %s", [0])
    with pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute("SELECT nothing")
    end_request()
    assert (connection.rows(ADDED, [1, "x"]), connection.errors_occurred) == ([(2, "100%", "x")], False)


def test_a_transaction_whose_connection_ended_does_not_go_on_with_another(casa):
    car = make_car(casa)
    with pytest.raises(DatabaseError), transaction.atomic():
        make_lead(car)
        end_of(connection.connection.info.backend_pid)
        with suppress(OperationalError):
            Lead.objects.count()
        end_request()
        make_lead(car)
    assert Lead.objects.count() == 0


def test_a_column_that_a_migration_alters_costs_a_read_nothing(casa, api):
    lead = make_lead(make_car(casa))
    assert {api.get(f"/leads/{lead.pk}").status_code for _ in range(10)} == {200}  # by now it is prepared
    try:
        alter(501)
        assert {api.get(f"/leads/{lead.pk}").status_code for _ in range(10)} == {200}
    finally:
        alter(500)


def test_and_a_write_one_503_but_never_a_500(casa, api):
    lead = make_lead(make_car(casa))

    def status():
        return api.patch(f"/leads/{lead.pk}", {"note": str(uuid4())}).status_code

    assert {status() for _ in range(10)} == {200}
    try:
        alter(501)
        assert status() == 503
        connection.close()  # as after each request to the server
        assert {status() for _ in range(10)} == {200}
    finally:
        alter(500)


def test_and_so_does_a_write_whose_statement_somebody_between_us_and_the_server_forgot(casa, api):
    lead = make_lead(make_car(casa))

    def status():
        return api.patch(f"/leads/{lead.pk}", {"note": str(uuid4())}).status_code

    assert {status() for _ in range(10)} == {200}
    connection.connection.pgconn.exec_(b"DISCARD ALL")
    assert status() == 503
    connection.close()  # as after each request to the server
    assert {status() for _ in range(10)} == {200}


# --- Rows of prepared statements -----------------------------------------------------------------

ADDED = "SELECT %s::int + 1, '100%%', %s::text"


def prepared():
    """Names of what is prepared on our connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements")
        return [name for (name,) in cursor.fetchall()]


def test_a_statement_that_comes_again_is_prepared_and_reads_the_same():
    assert [connection.rows(ADDED, [number, "é%s"]) for number in range(8)] == [
        [(number + 1, "100%", "é%s")] for number in range(8)
    ]
    assert len(prepared()) == 1


def test_one_that_is_planned_each_time_is_never_prepared():
    for _ in range(8):
        assert connection.rows(ADDED, [1, "x"], prepare=False) == [(2, "100%", "x")]
    assert prepared() == []


def test_values_of_another_type_are_another_statement():
    for value in (1, 70_000, 5_000_000_000) * 8:
        assert connection.rows("SELECT %s", [value]) == [(value,)]


def test_the_statements_of_which_few_are_kept_are_the_latest():
    connection.ensure_connection()
    connection.connection.prepared_max = 2
    for number in range(6):
        for _ in range(8):
            assert connection.rows(f"SELECT {number} + %s::int", [1]) == [(number + 1,)]
    assert len(prepared()) <= 3  # psycopg looks at it when another one comes
    assert connection.rows("SELECT 3 + %s::int", [1]) == [(4,)]


def test_somebody_between_us_and_the_server_forgets_what_is_prepared(caplog):
    for _ in range(8):
        connection.rows(ADDED, [1, "x"])
    connection.connection.pgconn.exec_(b"DISCARD ALL")
    assert [connection.rows(ADDED, [1, "x"]) for _ in range(8)] == [[(2, "100%", "x")]] * 8
    assert "DATABASE_PREPARE=0" in caplog.text


def test_a_name_that_is_taken_costs_a_read_nothing():
    connection.ensure_connection()
    for number in range(3):
        connection.connection.pgconn.exec_(b"PREPARE _pg3_%d AS SELECT 'another'" % number)
    assert [connection.rows(ADDED, [1, "x"]) for _ in range(20)] == [[(2, "100%", "x")]] * 20


def test_a_lead_reads_the_same_as_by_django(casa):
    car = make_car(casa)
    make_lead(car, note="deux\nlignes « %s »", order=-(2**31))
    last = make_lead(car, target_name="أحمد", tag=None, order=2**31 - 1)
    times = {"created_at": datetime(1, 1, 1, tzinfo=UTC), "updated_at": datetime(9999, 12, 31, 23, 59, tzinfo=UTC)}
    Lead.objects.filter(pk=last.pk).update(**times)
    leads = Lead.objects.of(casa).order_by("order").values_list()
    sql, params = leads.query.sql_with_params()
    for _ in range(8):
        assert connection.rows(sql, params) == list(leads)


def test_after_a_rollback_which_ends_what_is_prepared_reading_goes_on(casa):
    for _ in range(8):
        assert connection.rows(ADDED, [1, "x"])
        with suppress(ZeroDivisionError), transaction.atomic():
            for _ in range(8):
                assert connection.rows("SELECT count(*) FROM leads_lead WHERE note = %s", ["x"]) == [(0,)]
            raise ZeroDivisionError
    assert connection.rows(ADDED, [1, "x"]) == [(2, "100%", "x")]


def test_in_a_transaction_it_reads_what_was_written_in_it(casa):
    lead = make_lead(make_car(casa))
    with transaction.atomic():
        Lead.objects.filter(pk=lead.pk).update(note="inside")
        assert connection.rows("SELECT note FROM leads_lead WHERE id = %s", [lead.pk]) == [("inside",)]
        transaction.set_rollback(True)
    assert connection.rows("SELECT note FROM leads_lead WHERE id = %s", [lead.pk]) != [("inside",)]


def test_it_is_heard_of_by_those_who_want_to_know():
    with CaptureQueriesContext(connection) as captured:
        for _ in range(8):
            connection.rows(ADDED, [1, "x"])
    assert len(prepared()) == 1
    texts = [query["sql"] for query in captured][:8]
    assert set(texts) == {"SELECT $1::int + 1, '100%', $2::text", ADDED} and len(texts) == 8


def test_errors_are_djangos_own():
    with pytest.raises(DataError):
        connection.rows("SELECT 1 / %s", [0])
    connection.rows(ADDED, [1, "x"])
    end_of(connection.connection.info.backend_pid)
    with pytest.raises(OperationalError):
        connection.rows(ADDED, [1, "x"])
    connection.close()
    assert connection.rows(ADDED, [1, "x"]) == [(2, "100%", "x")]


# --- A session that others left untidy -------------------------------------------------------------


def empty_search_path():
    """As pg_dump leaves it, where a pooler gives its session to us."""
    connection.ensure_connection()
    connection.connection.pgconn.exec_(b"SELECT set_config('search_path', '', false)")
    return connection.connection.info.backend_pid


def is_alive(backend):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [backend])
        return bool(cursor.fetchone()[0])


USES = {
    "a queryset": lambda: Lead.objects.count(),
    "a prepared read": lambda: connection.rows("SELECT count(*) FROM leads_lead WHERE note = %s", ["x"]),
    "a transaction": lambda: transaction.atomic()(lambda: Lead.objects.count())(),
    "what migrate looks at": lambda: MigrationRecorder(connection).applied_migrations(),
}


@pytest.mark.parametrize("use", USES)
def test_a_session_without_its_schema_is_met_as_unreachable_and_ended(use):
    backend = empty_search_path()
    with pytest.raises(OperationalError):
        USES[use]()
    end_request()
    USES[use]()
    wait_until(lambda: not is_alive(backend))


def test_calls_meet_it_with_one_503_and_readyz_does_not_miss_migrations(casa, api):
    lead = make_lead(make_car(casa))
    assert api.get(f"/leads/{lead.pk}").status_code == 200
    empty_search_path()
    assert api.get(f"/leads/{lead.pk}").status_code == 503
    end_request()
    assert api.get(f"/leads/{lead.pk}").status_code == 200
    end_request()
    empty_search_path()
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["message"]) == (503, "The database cannot be reached.")


def test_a_table_that_is_not_there_is_a_503_that_ends_no_tidy_session():
    connection.ensure_connection()
    backend = connection.connection.info.backend_pid
    with pytest.raises(OperationalError):
        connection.rows("SELECT 1 FROM nowhere", [])
    end_request()
    assert not is_alive(backend) or connection.connection.info.backend_pid != backend


def test_every_transaction_says_its_own_limits():
    connection.ensure_connection()
    connection.connection.pgconn.exec_(b"SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout')")
        assert cursor.fetchone() == ("15s", "1min")


def test_a_transaction_on_a_connection_that_ended_is_no_transaction(casa):
    connection.ensure_connection()
    end_of(connection.connection.info.backend_pid)
    with pytest.raises(OperationalError), transaction.atomic():
        make_car(casa)


def test_what_is_read_in_pieces_needs_no_session_of_its_own(casa, civic):
    for _ in range(3):
        make_lead(civic)
    leads = iter(Lead.objects.iterator(chunk_size=1))
    next(leads)
    connection.connection.pgconn.exec_(b"CLOSE ALL")  # another session, behind a pooler
    assert len(list(leads)) == 2


@pytest.mark.parametrize("error", [psycopg.errors.DataCorrupted, psycopg.errors.IndexCorrupted])
def test_damage_is_unreachable_to_callers_and_said_with_its_remedy(error, caplog):
    with pytest.raises(DATABASE_ERRORS), connection.wrap_database_errors:
        raise error("invalid page in block 7 of relation base/16384/16412")
    assert "manage.py restore" in caplog.text
    assert "damaged" in Client().get("/readyz").json()["message"]
