"""Cookies and addresses that nobody can read, as browsers of strangers and of staff send them."""

import pytest
from django.conf import settings
from django.test import Client

from steerleads.dealers.tests.people import browser

pytestmark = [pytest.mark.django_db, pytest.mark.on_one_database]

COOKIES = ['"abcdefghij\\000klmnop"', '"\\001"', "abcdefgh\x1f", "a" * 10_000, "سعر", '"\\355\\240\\200"', "[1]", ""]
PAGES = ["/admin/login/", "/admin/", "/admin/leads/board/", "/admin/leads/board/state/", "/admin/leads/lead/", "/"]


def short(value):
    return ascii(value)[:40]


@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "messages", "django_language", "other\x01"])
@pytest.mark.parametrize("cookie", COOKIES, ids=short)
def test_a_bad_cookie_of_a_stranger_is_no_cookie(casa, name, cookie):
    for page in PAGES:
        usual, answer = (
            Client(headers={"host": "localhost", **sent}).get(page) for sent in ({}, _cookie(name, cookie))
        )
        assert (answer.status_code, answer.get("Location")) == (usual.status_code, usual.get("Location"))


@pytest.mark.parametrize("cookie", COOKIES, ids=short)
def test_a_bad_cookie_beside_the_session_changes_nothing(manager, cookie):
    session = manager.cookies[settings.SESSION_COOKIE_NAME].value
    for name in ("csrftoken", "messages", "django_language", "other\x01"):
        sent = _cookie(f"{settings.SESSION_COOKIE_NAME}={session}; {name}", cookie)
        assert Client(headers={"host": "localhost", **sent}).get("/admin/leads/lead/").status_code == 200


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("q=%00", "“q” contains the character U+0000"),
        ("q=Sara%02Alami", "“q” contains the character U+0002"),
        ("%07=1", "“\N{REPLACEMENT CHARACTER}” contains the character U+0007"),
        ("tag=%ED%A0%80", "not text in UTF-8"),
        ("q=%FF", "not text in UTF-8"),
        ("q=" + "a" * 201, "“q” has 201 characters; at most 200"),
        ("x=" + "a" * 10_000, "“x” has 10000 characters; at most 8000"),
    ],
    ids=short,
)
def test_the_page_says_what_of_the_address_cannot_be_read(casa, query, words):
    for page in ("/admin/leads/lead/", "/admin/leads/board/", "/admin/login/"):
        answer = Client(headers={"host": "localhost"}).get(f"{page}?{query}")
        assert answer.status_code == 400 and words in answer.content.decode()


def test_it_says_so_in_the_persons_language(manager):
    assert "« q » contient le caractère U+0000" in manager.get("/admin/leads/lead/?q=%00").content.decode()


@pytest.mark.parametrize(
    "query", ["q=Sara%09Alami", "q=Sara%0D%0AAlami", "q=" + "a" * 200, "x=" + "a" * 8000], ids=short
)
def test_what_is_pasted_can_be_read(manager, query):
    assert manager.get(f"/admin/leads/board/?{query}").status_code == 200


def test_a_form_that_is_no_utf_8_is_refused(casa):
    answer = browser().post("/admin/login/", b"username=%FF", "application/x-www-form-urlencoded")
    assert answer.status_code == 400


def _cookie(name, value):
    # As a server makes text of a header: each byte is a character.
    return {"cookie": f"{name}={value}".encode().decode("latin-1")}
