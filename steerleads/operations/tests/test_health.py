"""/healthz and /readyz, which load balancers ask."""

import pytest
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.test.utils import CaptureQueriesContext

from steerleads.db.damage import note_damage
from steerleads.operations import health

PATHS = ["/healthz", "/readyz"]


def fail():
    raise OperationalError("password authentication failed for user steerleads")


@pytest.fixture
def balancer():
    """Asks by address, and without TLS."""
    return Client(headers={"host": "10.1.2.3:8000"})


def test_process_answers_without_a_database(balancer):
    # pytest-django would refuse a connection.
    response = balancer.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_when_the_database_answers(balancer):
    response = balancer.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_not_ready_while_migrations_are_missing(balancer, monkeypatch):
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda self, targets: [1, 2])
    response = balancer.get("/readyz")
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert response.json()["message"] == "2 migrations are not applied. Run: python manage.py migrate"


def test_not_ready_while_the_database_is_away(balancer, monkeypatch):
    monkeypatch.setattr(connection, "ensure_connection", fail)
    monkeypatch.setattr(connection, "cursor", fail)
    response = balancer.get("/readyz")
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert response.json() == {"status": "unavailable", "message": "The database cannot be reached."}


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_health_is_not_redirected_to_https(balancer, settings, path):
    settings.SECURE_SSL_REDIRECT = True
    assert balancer.get(path).status_code == 200
    assert Client(headers={"host": "localhost"}).get("/admin/").status_code == 301


@pytest.mark.parametrize("path", ["/", "/v1/auth/test"])
def test_other_paths_mind_the_host(balancer, path):
    assert balancer.get(path).status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_health_is_never_cached(balancer, path):
    assert "no-store" in balancer.get(path)["Cache-Control"]


@pytest.mark.parametrize("path", PATHS)
def test_health_is_only_read(balancer, path):
    assert balancer.post(path).status_code == 405


@pytest.mark.django_db
def test_many_who_ask_make_no_more_work_than_one(balancer):
    with CaptureQueriesContext(connection) as first:
        assert balancer.get("/readyz").status_code == 200
    with CaptureQueriesContext(connection) as others:
        assert {balancer.get("/readyz").status_code for _ in range(100)} == {200}
    assert len(first) > 0 == len(others)


@pytest.mark.django_db
def test_a_state_that_fails_shows_within_a_second(balancer, monkeypatch):
    assert balancer.get("/readyz").status_code == 200
    monkeypatch.setattr(health, "migrations_apart", None)  # which is worked out once, and costs the most
    monkeypatch.setattr(health, "SECONDS_KEPT", 0)
    assert balancer.get("/readyz").status_code == 200
    monkeypatch.setattr(connection, "cursor", fail)
    assert balancer.get("/readyz").status_code == 503


@pytest.mark.django_db
def test_a_look_that_takes_long_holds_up_nobody_else(balancer, monkeypatch):
    assert balancer.get("/readyz").status_code == 200
    with health._looking:
        assert balancer.get("/readyz").status_code == 200
        monkeypatch.setattr(health, "SECONDS_KEPT", 0)
        assert balancer.get("/readyz").status_code == 200
        monkeypatch.setattr(health, "SECONDS_TO_ANSWER", 0)
        assert balancer.get("/readyz").json()["message"] == "The database does not answer."


@pytest.mark.django_db
def test_not_ready_while_no_writes_are_taken(balancer, monkeypatch):
    monkeypatch.setattr(health, "_takes_writes", lambda: False)
    response = balancer.get("/readyz")
    assert response.status_code == 503 and "takes no writes at the moment" in response.json()["message"]


@pytest.mark.django_db
def test_not_ready_for_a_while_after_damage_was_met(balancer, caplog):
    for _ in range(3):
        note_damage(OperationalError("database disk image is malformed"))
    response = balancer.get("/readyz")
    assert response.status_code == 503 and "damaged" in response.json()["message"]
    assert caplog.text.count("manage.py restore") == 1
