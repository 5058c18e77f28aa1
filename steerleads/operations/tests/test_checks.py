"""The system checks: silent in a default checkout, and each of them heard where it should be."""

import time
from ipaddress import ip_network

import pytest
from django.db import NotSupportedError, OperationalError, connection

from steerleads.operations import checks
from steerleads.tests.commands import run

PUBLIC = ["localhost", "leads.example.com"]
GOOD_SECRET = "5nB-aW4xq_Zt8kRmYc0LhUe2JvPdTs7GfQi1oXy3"


def test_default_checkout_has_no_issue(tmp_path):
    answer = run(["check", "--fail-level", "WARNING", "--database", "default"], {"VAR_DIR": str(tmp_path / "var")})
    assert (answer.returncode, answer.stderr) == (0, "")


@pytest.mark.parametrize(
    ("check", "given", "found"),
    [
        (checks.check_debug, {"DEBUG": True, "ALLOWED_HOSTS": PUBLIC}, ["W001"]),
        (checks.check_debug, {"DEBUG": True, "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]"]}, []),
        (checks.check_debug, {"DEBUG": False, "ALLOWED_HOSTS": PUBLIC}, []),
        (checks.check_allowed_hosts, {"ALLOWED_HOSTS": ["*"]}, ["W002"]),
        (checks.check_allowed_hosts, {"ALLOWED_HOSTS": [".example.com"]}, []),
        (checks.check_tls, {"SECURE_SSL_REDIRECT": False, "ALLOWED_HOSTS": PUBLIC}, ["W003"]),
        (checks.check_tls, {"SECURE_SSL_REDIRECT": True, "ALLOWED_HOSTS": PUBLIC}, []),
        (checks.check_tls, {"SECURE_SSL_REDIRECT": False, "ALLOWED_HOSTS": ["localhost"]}, []),
        (checks.check_secret_key, {"SECRET_KEY": GOOD_SECRET}, []),
        (checks.check_secret_key, {"SECRET_KEY": GOOD_SECRET[:31]}, ["W004"]),
        (checks.check_secret_key, {"SECRET_KEY": "secret" * 10}, ["W004"]),
        (checks.check_site_url, {"SITE_URL": "http://localhost:8000", "ALLOWED_HOSTS": ["localhost"]}, []),
        (checks.check_site_url, {"SITE_URL": "http://[::1]:8000", "ALLOWED_HOSTS": ["[::1]"]}, []),
        (checks.check_site_url, {"SITE_URL": "https://leads.example.com", "ALLOWED_HOSTS": PUBLIC}, []),
        (checks.check_site_url, {"SITE_URL": "leads.example.com", "ALLOWED_HOSTS": PUBLIC}, ["E001"]),
        (checks.check_site_url, {"SITE_URL": "https://leads.example.com?a=b", "ALLOWED_HOSTS": PUBLIC}, ["E001"]),
        (checks.check_site_url, {"SITE_URL": "https://other.example.com", "ALLOWED_HOSTS": PUBLIC}, ["W007"]),
        (
            checks.check_site_url,
            {"SITE_URL": "http://leads.example.com", "ALLOWED_HOSTS": PUBLIC, "SECURE_SSL_REDIRECT": True},
            ["W008"],
        ),
        (checks.check_cookies, {"SESSION_COOKIE_SECURE": True, "SITE_URL": "http://localhost:8000"}, ["W022"]),
        (checks.check_cookies, {"SESSION_COOKIE_SECURE": True, "SITE_URL": "https://leads.example.com"}, []),
        (checks.check_cookies, {"SESSION_COOKIE_SECURE": False, "SITE_URL": "http://localhost:8000"}, []),
        (checks.check_trusted_proxies, {"TRUSTED_PROXIES": [ip_network("10.0.0.0/8")]}, []),
        (checks.check_trusted_proxies, {"TRUSTED_PROXIES": [ip_network("0.0.0.0/0")]}, ["W009"]),
        (checks.check_trusted_proxies, {"TRUSTED_PROXIES": [ip_network("::/0")]}, ["W009"]),
        (
            checks.check_trusted_proxies,
            {"TRUSTED_PROXIES": [], "ALLOWED_HOSTS": PUBLIC, "SECURE_SSL_REDIRECT": True},
            ["W013"],
        ),
        (checks.check_what_proxies_write, {"TRUSTED_PROXIES": []}, []),
        (checks.check_what_proxies_write, {"TRUSTED_PROXIES": [ip_network("10.0.0.0/8")]}, ["I002"]),
        (checks.check_trusted_origins, {"CSRF_TRUSTED_ORIGINS": ["https://a.example", "https://*.b.example:8443"]}, []),
        (checks.check_trusted_origins, {"CSRF_TRUSTED_ORIGINS": ["https://a.example/", "https://"]}, ["E002", "E002"]),
        (checks.check_mail, {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}, ["I001"]),
        (checks.check_mail, {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend"}, []),
    ],
)
def test_settings_are_judged(settings, check, given, found):
    for name, value in given.items():
        setattr(settings, name, value)
    assert ids(check(None)) == found


@pytest.mark.parametrize(("mode", "found"), [(0o600, []), (0o640, []), (0o644, ["W005"])])
def test_secret_key_file_is_for_its_owner(settings, monkeypatch, tmp_path, mode, found):
    settings.VAR = tmp_path
    for name in ("SECRET_KEY", "SECRET_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "secret_key").touch()
    (tmp_path / "secret_key").chmod(mode)
    assert ids(checks.check_secret_key_file(None)) == found


@pytest.mark.parametrize(("mode", "found"), [(0o700, []), (0o750, []), (0o755, ["W006"])])
def test_var_is_for_its_owner(settings, tmp_path, mode, found):
    settings.VAR = tmp_path
    tmp_path.chmod(mode)
    assert ids(checks.check_var(None)) == found


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only on SQLite")
@pytest.mark.parametrize(
    ("mode", "folder", "found"), [(0o600, 0o755, []), (0o640, 0o755, []), (0o644, 0o755, ["W021"]), (0o644, 0o700, [])]
)
def test_database_file_is_for_its_owner(monkeypatch, tmp_path, mode, folder, found):
    path = tmp_path / "leads.sqlite3"
    monkeypatch.setitem(connection.settings_dict, "NAME", str(path))
    path.touch()
    path.chmod(mode)
    tmp_path.chmod(folder)
    assert ids(checks.check_database_file(None)) == found


def test_database_is_looked_at_only_when_named():
    assert checks.check_database(None) == []  # and pytest-django would refuse a connection


@pytest.mark.django_db
def test_good_database_is_silent():
    assert checks.check_database(None, databases=["default"]) == []


@pytest.mark.django_db
def test_database_without_what_we_need_is_said(monkeypatch):
    monkeypatch.setattr(checks, "LEAST_SQLITE", (99, 0))
    monkeypatch.setattr(checks, "TRIGRAMS", "pg_nothing")
    found = checks.check_database(None, databases=["default"])
    assert ids(found) == ["E003" if connection.vendor == "sqlite" else "W011"]


@pytest.mark.parametrize(
    ("error", "found"), [(NotSupportedError("14 is needed"), "E003"), (OperationalError(), "W010")]
)
def test_database_that_does_not_connect_is_said(monkeypatch, error, found):
    def fail():
        raise error

    monkeypatch.setattr(connection, "ensure_connection", fail)
    assert ids(checks.check_database(None, databases=["default"])) == [found]


def ids(found):
    return [issue.id.removeprefix("steerleads.") for issue in found]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only on PostgreSQL")
@pytest.mark.django_db
def test_sessions_without_our_limits_are_said():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = 0")
    assert ids(checks.check_database(None, databases=["default"])) == ["W014"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only on PostgreSQL")
@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "found"), [(30, []), (-90, ["W015"]), (90, ["W015"])])
def test_a_clock_unlike_the_databases_is_said(monkeypatch, seconds, found):
    now = time.time()
    monkeypatch.setattr(checks.time, "time", lambda: now + seconds)
    assert ids(checks.check_database(None, databases=["default"])) == found
