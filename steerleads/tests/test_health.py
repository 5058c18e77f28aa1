"""/healthz and /readyz, which load balancers ask."""

import pytest
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

PATHS = ["/healthz", "/readyz"]


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
    def fail():
        raise OperationalError("password authentication failed for user steerleads")

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
