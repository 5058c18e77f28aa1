"""Settings from the environment: every variable's default, a good value, and what an unreadable one says."""

import os
import re
import runpy
import stat
import subprocess
import sys
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.exceptions import ImproperlyConfigured

from steerleads.tests.commands import run

pytestmark = pytest.mark.on_one_database

SETTINGS = str(Path(project.BASE_DIR) / "steerleads" / "settings.py")
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def read(monkeypatch, tmp_path):
    """Reads settings.py anew, in an environment that has these variables and no other of ours."""
    for name in set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', Path(SETTINGS).read_text())) | {"SECRET_KEY_FILE"}:
        monkeypatch.delenv(name, raising=False)

    def read(**variables):
        for name, value in {"VAR_DIR": str(tmp_path / "var"), "SECRET_KEY": "s" * 50, **variables}.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(SETTINGS)

    return read


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("DEBUG", False),
        ("ALLOWED_HOSTS", LOCAL_HOSTS),
        ("CSRF_TRUSTED_ORIGINS", []),
        ("TRUSTED_PROXIES", []),
        ("SITE_URL", "http://localhost:8000"),
        ("SECURE_SSL_REDIRECT", True),
        ("SECURE_HSTS_SECONDS", 31_536_000),
        ("SESSION_COOKIE_SECURE", True),
        ("CSRF_COOKIE_SECURE", True),
        ("DATABASE_POOL_SIZE", 12),
        ("EMAIL_BACKEND", "django.core.mail.backends.dummy.EmailBackend"),
        ("DEFAULT_FROM_EMAIL", "SteerLeads <steerleads@localhost>"),
        ("SECURITY_CONTACT", ""),
        ("LOG_LEVEL", "INFO"),
    ],
)
def test_default(read, name, expected):
    assert read()[name] == expected


@pytest.mark.parametrize(
    ("variables", "name", "expected"),
    [
        ({"DEBUG": "yes"}, "DEBUG", True),
        ({"DEBUG": "1"}, "SECURE_SSL_REDIRECT", False),
        ({"DEBUG": ""}, "DEBUG", False),
        ({"SECURE_SSL_REDIRECT": "0"}, "SESSION_COOKIE_SECURE", False),
        ({"SECURE_SSL_REDIRECT": "off"}, "SECURE_HSTS_SECONDS", 0),
        ({"SECURE_HSTS_SECONDS": "60"}, "SECURE_HSTS_SECONDS", 60),
        ({"SECURE_HSTS_SECONDS": "0"}, "SECURE_HSTS_SECONDS", 0),
        ({"SECURE_SSL_REDIRECT": "0", "SECURE_HSTS_SECONDS": "60"}, "SECURE_HSTS_SECONDS", 60),
        ({"SECURE_SSL_REDIRECT": "0", "SITE_URL": "https://a.example"}, "SECURE_HSTS_SECONDS", 31_536_000),
        ({"SECURE_COOKIES": "0"}, "SESSION_COOKIE_SECURE", False),
        ({"SECURE_COOKIES": "0"}, "SECURE_HSTS_SECONDS", 31_536_000),
        ({"SECURE_SSL_REDIRECT": "0", "SECURE_COOKIES": "1"}, "CSRF_COOKIE_SECURE", True),
        ({"SECURE_SSL_REDIRECT": "0", "SITE_URL": "https://a.example"}, "SESSION_COOKIE_SECURE", True),
        ({"SECURE_SSL_REDIRECT": "0", "SITE_URL": "https://a.example"}, "SECURE_SSL_REDIRECT", False),
        ({"SECURITY_CONTACT": "mailto:security@a.example"}, "SECURITY_CONTACT", "mailto:security@a.example"),
        ({"SECURITY_CONTACT": "https://a.example/security"}, "SECURITY_CONTACT", "https://a.example/security"),
        ({"ALLOWED_HOSTS": " a.example, ,b.example "}, "ALLOWED_HOSTS", ["a.example", "b.example"]),
        ({"CSRF_TRUSTED_ORIGINS": "https://a.example"}, "CSRF_TRUSTED_ORIGINS", ["https://a.example"]),
        (
            {"TRUSTED_PROXIES": "10.0.0.1, fd00::/8"},
            "TRUSTED_PROXIES",
            [ip_network("10.0.0.1/32"), ip_network("fd00::/8")],
        ),
        ({"SITE_URL": "https://a.example/"}, "SITE_URL", "https://a.example"),
        ({"SECRET_KEY": " k " + "k" * 50}, "SECRET_KEY", "k " + "k" * 50),
        ({"DATABASE_POOL_SIZE": "4"}, "DATABASE_POOL_SIZE", 4),
        ({"EMAIL_URL": "smtp://mail.example.com"}, "EMAIL_PORT", 25),
        ({"EMAIL_URL": "smtp+tls://u%40x:p%3Aw@mail.example.com"}, "EMAIL_HOST_PASSWORD", "p:w"),
        ({"EMAIL_URL": "smtp+tls://u%40x:p%3Aw@mail.example.com"}, "EMAIL_HOST_USER", "u@x"),
        ({"EMAIL_URL": "smtp+tls://mail.example.com"}, "EMAIL_PORT", 587),
        ({"EMAIL_URL": "smtp+tls://mail.example.com"}, "EMAIL_USE_TLS", True),
        ({"EMAIL_URL": "smtps://mail.example.com:2465"}, "EMAIL_PORT", 2465),
        ({"EMAIL_URL": "smtps://mail.example.com"}, "EMAIL_USE_SSL", True),
        ({"EMAIL_URL": "smtps://mail.example.com"}, "EMAIL_BACKEND", SMTP),
        ({"EMAIL_URL": "console:"}, "EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend"),
        ({"DEFAULT_FROM_EMAIL": "a@b.example"}, "SERVER_EMAIL", "a@b.example"),
        ({"LOG_LEVEL": "DEBUG"}, "LOG_LEVEL", "DEBUG"),
    ],
)
def test_good_value(read, variables, name, expected):
    assert read(**variables)[name] == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "maybe"),
        ("SECURE_SSL_REDIRECT", "2"),
        ("SECURE_COOKIES", "sometimes"),
        ("SECURE_HSTS_SECONDS", "a year"),
        ("SECURE_HSTS_SECONDS", "-1"),
        ("TRUSTED_PROXIES", "10.0.0.0/99"),
        ("TRUSTED_PROXIES", "proxy.example.com"),
        ("DATABASE_POOL_SIZE", "1"),
        ("DATABASE_POOL_SIZE", "١٢"),
        ("DATABASE_URL", "mysql://localhost/leads"),
        ("DATABASE_URL", "nonsense"),
        ("SQLITE_SYNCHRONOUS", "OFF"),
        ("EMAIL_URL", "mail.example.com"),
        ("EMAIL_URL", "smtp://"),
        ("EMAIL_URL", "smtp://mail.example.com:port"),
        ("SECURITY_CONTACT", "security@a.example"),
        ("SECURITY_CONTACT", "mailto:"),
        ("SECURITY_CONTACT", "mailto:a@b.example,c@d.example"),
        ("SECURITY_CONTACT", "mailto:a@b.example\nExpires: 1999-01-01T00:00:00Z"),
        ("SECURITY_CONTACT", "http://a.example/security"),
        ("SECURITY_CONTACT", "https://"),
        ("SECURITY_CONTACT", "https://a.example/\nEncryption: x"),
        ("SECURITY_CONTACT", "https://a.example/sécurité"),
        ("BACKUP_DATABASE_URL", "nonsense"),
        ("BACKUP_DATABASE_URL", "sqlite:////srv/leads.sqlite3"),
        ("BACKUP_DATABASE_URL", "postgres://localhost/leads"),  # beside SQLite
        ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_unreadable_value_stops_the_start_and_names_itself(read, name, value):
    with pytest.raises(ImproperlyConfigured, match=f"^{name}\\b"):
        read(**{name: value})


def test_unreadable_value_ends_a_command_with_a_sentence(tmp_path):
    answer = run(["check"], {"VAR_DIR": str(tmp_path), "DEBUG": "maybe"})
    assert answer.returncode != 0
    assert answer.stderr.splitlines()[-1].endswith("DEBUG='maybe' is not a yes or no. Use 1 or 0.")


# --- The database ------------------------------------------------------------------------------


def test_database_is_sqlite_in_var_unless_told(read, tmp_path):
    database = read()["DATABASES"]["default"]
    assert database["ENGINE"] == "steerleads.db.sqlite"
    assert database["NAME"] == str(tmp_path / "var" / "steerleads.sqlite3")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in database["OPTIONS"]["init_command"]


def test_database_url_names_postgresql(read):
    database = read(DATABASE_URL="postgres://u:p%40@db.example:5433/leads", DATABASE_POOL_SIZE="5")["DATABASES"][
        "default"
    ]
    assert database["ENGINE"] == "steerleads.db.postgresql"
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example", 5433, "leads")
    assert (database["USER"], database["PASSWORD"]) == ("u", "p@")
    assert database["OPTIONS"]["pool"]["max_size"] == 5


def test_backups_may_go_another_way(read):
    assert read()["BACKUP_DATABASE"] is None
    urls = {"DATABASE_URL": "postgres://u:p@pooler:6432/leads", "BACKUP_DATABASE_URL": "postgres://o:q@db:5432/leads"}
    way = read(**urls)["BACKUP_DATABASE"]
    assert (way["HOST"], way["PORT"], way["NAME"], way["USER"]) == ("db", 5432, "leads", "o")


def test_synchronous_can_be_relaxed(read):
    database = read(SQLITE_SYNCHRONOUS="NORMAL")["DATABASES"]["default"]
    assert "synchronous=NORMAL" in database["OPTIONS"]["init_command"]


# --- var/ and the secret key -------------------------------------------------------------------


def test_var_is_made_for_its_owner_alone(read, tmp_path):
    read()
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


def test_secret_key_is_made_once_for_its_owner_alone(read, tmp_path):
    first, second = (read(SECRET_KEY="")["SECRET_KEY"] for _ in range(2))
    assert first == second and len(first) >= 50
    assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret_key"]


def test_processes_that_start_together_agree_on_the_secret_key(tmp_path):
    code = "from pathlib import Path; from steerleads.environment import secret_key; print(secret_key(Path.cwd()))"
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(project.BASE_DIR)}
    started = [
        subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, env=env, stdout=subprocess.PIPE) for _ in range(4)
    ]
    said = {process.communicate(timeout=30)[0] for process in started}
    assert len(said) == 1 and len(said.pop()) > 50


def test_secret_key_file_is_read(read, tmp_path):
    (tmp_path / "key").write_text("k" * 50 + "\n")
    assert read(SECRET_KEY="", SECRET_KEY_FILE=str(tmp_path / "key"))["SECRET_KEY"] == "k" * 50


@pytest.mark.parametrize(
    ("content", "words"), [(None, "cannot be read"), (b"\n", "is empty"), (b"\xff", "cannot be read")]
)
def test_unfit_secret_key_file_stops_the_start(read, tmp_path, content, words):
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    with pytest.raises(ImproperlyConfigured, match=f"secret key file .*key {words}"):
        read(SECRET_KEY="", SECRET_KEY_FILE=str(tmp_path / "key"))
