"""Where to report a weakness: /.well-known/security.txt, as RFC 9116 says."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

pytestmark = pytest.mark.on_one_database

PATH = "/.well-known/security.txt"


@pytest.fixture
def stranger(settings):
    settings.SECURITY_CONTACT, settings.SITE_URL = "mailto:security@casa.example", "https://localhost"
    return Client(headers={"host": "localhost"})


def fields_of(response):
    return [tuple(line.split(": ", 1)) for line in response.content.decode().splitlines()]


def test_says_whom_to_write_to(stranger):
    response = stranger.get(PATH)
    fields = fields_of(response)
    expires = datetime.fromisoformat(dict(fields).pop("Expires"))
    assert (response.status_code, response["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert [name for name, _ in fields] == ["Contact", "Expires", "Preferred-Languages", "Canonical"]
    assert dict(fields)["Contact"] == "mailto:security@casa.example"
    assert dict(fields)["Preferred-Languages"] == "fr, ar, en"
    assert dict(fields)["Canonical"] == f"https://localhost{PATH}"
    assert timedelta(days=30) < expires - datetime.now(UTC) < timedelta(days=365)


def test_a_site_without_https_names_no_canonical_address(stranger, settings):
    settings.SITE_URL = "http://localhost"
    assert "Canonical" not in dict(fields_of(stranger.get(PATH)))


def test_there_is_none_without_a_contact(stranger, settings):
    settings.SECURITY_CONTACT = ""
    assert stranger.get(PATH).status_code == 404


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("POST", 405)])
def test_it_is_only_read(stranger, method, status):
    assert stranger.generic(method, PATH).status_code == status
