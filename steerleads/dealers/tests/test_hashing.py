"""No door hashes a password within a transaction: it takes half a second, and SQLite has one that writes at a time."""

import pytest
from django.contrib.auth.hashers import get_hasher
from django.core.management import call_command
from django.db import connection

from steerleads.dealers import staff
from steerleads.dealers.tests.people import PASSWORD, browser, make_staff

pytestmark = pytest.mark.django_db(transaction=True)
EMAIL, NEW = "sara@casa.example", "a longer new one"
CHOSEN = {"new_password1": NEW, "new_password2": NEW}


def sign_in(sara):
    browser().post("/admin/login/", {"username": EMAIL, "password": PASSWORD})


def change(sara):
    browser(sara).post("/admin/password_change/", {"old_password": PASSWORD, **CHOSEN})


def set_by_link(sara):
    client = browser()
    page = client.get(staff.password_link(sara).url.removeprefix("http://localhost:8000"), follow=True)
    client.post(page.request["PATH_INFO"], CHOSEN)


def change_by_command(sara, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda prompt: NEW)
    call_command("changepassword", EMAIL)


@pytest.mark.parametrize(
    ("door", "hashed"), [(sign_in, PASSWORD), (change, NEW), (set_by_link, NEW), (change_by_command, NEW)]
)
def test_no_door_hashes_within_a_transaction(casa, monkeypatch, door, hashed):
    sara = make_staff(casa, email=EMAIL, password=PASSWORD)
    seen, hasher = [], type(get_hasher())
    encode = hasher.encode

    def watched(self, password, *args):
        seen.append((password, connection.in_atomic_block))
        return encode(self, password, *args)

    monkeypatch.setattr(hasher, "encode", watched)
    door(sara, *([monkeypatch] if door is change_by_command else []))
    assert (hashed, False) in seen and not any(within for _password, within in seen)
    sara.refresh_from_db()
    assert sara.check_password(hashed)
