"""WEBHOOK_ALLOW: origins are read into the one form in which webhooks' URLs are compared with them."""

import pytest
from django.conf import settings as project
from django.core.exceptions import ImproperlyConfigured

from steerleads import environment

pytestmark = pytest.mark.on_one_database


def read(monkeypatch, value):
    monkeypatch.setenv("WEBHOOK_ALLOW", value)
    return environment.origins("WEBHOOK_ALLOW")


def test_nothing_is_allowed_unless_told(monkeypatch):
    monkeypatch.delenv("WEBHOOK_ALLOW", raising=False)
    assert environment.origins("WEBHOOK_ALLOW") == []
    assert isinstance(project.WEBHOOK_ALLOW, list)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("http://127.0.0.1:8999, https://crm.local,", ["http://127.0.0.1:8999", "https://crm.local"]),
        ("HTTPS://CRM.Local:443", ["https://crm.local"]),
        ("http://crm.local:80", ["http://crm.local"]),
        ("http://crm.local:443", ["http://crm.local:443"]),
        ("http://crm:08080", ["http://crm:8080"]),
        ("http://[0:0:0::1]:8999", ["http://[::1]:8999"]),
    ],
)
def test_origins(monkeypatch, value, expected):
    assert read(monkeypatch, value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "crm.local",
        "ftp://crm.local",
        "https://",
        "https://crm.local/",
        "https://crm.local/hook",
        "https://crm.local?x",
        "https://user@crm.local",
        "https://*.local",
        "http://crm.local:0",
        "http://crm.local:65536",
        "http://crm.local:",
        "http://[::1",
        "http://[::1::]",
        "http://[127.0.0.1]",
        "http://[fe80::1%eth0]",
        "http://crm.local http://erp.local",
    ],
)
def test_what_is_no_origin_stops_the_start_and_names_itself(monkeypatch, value):
    with pytest.raises(ImproperlyConfigured, match=r"^WEBHOOK_ALLOW\b.*like http://127\.0\.0\.1:8999\."):
        read(monkeypatch, value)
