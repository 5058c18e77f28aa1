"""Signing in: by e-mail in any letter case, with a lockout by person and address together, and with safe cookies."""

import logging

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import get_user
from django.test import Client

from steerleads.dealers.models import Tally
from steerleads.dealers.tests.people import PASSWORD, browser, make_staff

pytestmark = pytest.mark.on_one_database

LOGIN = "/admin/login/"
BOARD = "/admin/leads/board/"
ELSEWHERE = {"REMOTE_ADDR": "10.0.0.9"}


@pytest.fixture
def sara(casa):
    return make_staff(casa, email="sara@casa.example", password=PASSWORD)


def sign_in(email="sara@casa.example", password=PASSWORD, *, client=None, **how):
    return (client or browser()).post(LOGIN, {"username": email, "password": password, "next": "/admin/"}, **how)


@pytest.mark.parametrize("email", ["sara@casa.example", "Sara@Casa.Example", " SARA@CASA.EXAMPLE "])
def test_the_address_signs_in_in_any_letter_case(sara, email):
    client = browser()
    assert sign_in(email, client=client).status_code == 302
    assert get_user(client) == sara


@pytest.mark.parametrize(
    ("email", "password"), [("sara@casa.example", "wrong"), ("nobody@casa.example", PASSWORD), ("", ""), ("\0", "\0")]
)
def test_a_wrong_address_and_a_wrong_password_read_the_same(sara, email, password):
    response = sign_in(email, password)
    assert response.status_code == 200
    assert "sara" not in str(response.context["form"].non_field_errors())


def test_somebody_who_was_shut_out_cannot_sign_in(sara):
    sara.is_active = False
    sara.save()
    assert sign_in().status_code == 200


def test_five_failures_lock_the_person_out_at_that_address(sara):
    answers = [sign_in(password="wrong").status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    response = sign_in()
    assert (response.status_code, "admin/locked_out.html" in [t.name for t in response.templates]) == (429, True)


def test_other_spellings_of_the_address_share_one_count(sara):
    for email in (
        "sara@casa.example",
        "SARA@casa.example",
        "Sara@casa.example",
        " sara@casa.example",
        "sarA@casa.example",
    ):
        sign_in(email, "wrong")
    assert sign_in().status_code == 429


def test_a_lockout_is_of_one_person_at_one_address_only(casa, sara):
    make_staff(casa, email="omar@casa.example", password=PASSWORD)
    for _ in range(5):
        sign_in(password="wrong")
    assert sign_in("omar@casa.example").status_code == 302
    assert sign_in(**ELSEWHERE).status_code == 302


def test_a_success_forgets_earlier_failures(sara):
    for _ in range(2):
        assert [sign_in(password="wrong").status_code for _ in range(4)] == [200] * 4
        assert sign_in().status_code == 302


def test_failures_leave_no_name_in_the_log_and_no_name_or_secret_in_the_database(sara, caplog):
    caplog.set_level(logging.DEBUG)
    for logger in ("axes", "django.request", "django.security"):
        assert logging.getLogger(logger).level >= logging.ERROR
    browser().post(LOGIN, {"username": "sara@casa.example", "password": "my wrong secret", "otp_token": "123456"})
    kept = str([*Tally.objects.values(), *AccessAttempt.objects.values()])
    assert "tries" in kept and not [word for word in ("secret", "123456", "sara", "127.0.0.1") if word in kept]
    assert "sara@" not in caplog.text and "127.0.0.1" not in caplog.text


@pytest.mark.parametrize(
    ("asked", "led"),
    [({}, BOARD), ({"next": "/admin/cars/car/"}, "/admin/cars/car/"), ({"next": "https://evil.example/"}, BOARD)],
)
def test_sign_in_leads_to_the_board_or_to_a_page_of_ours_that_was_asked_for(sara, asked, led):
    assert browser().get(LOGIN, asked).context["next"] == led
    assert browser().post(LOGIN, {"username": sara.email, "password": PASSWORD, **asked})["Location"] == led
    assert browser(sara).get(LOGIN, asked)["Location"] == led


def test_the_bare_address_leads_to_the_board_and_there_to_the_sign_in(sara):
    assert browser(sara).get("/")["Location"] == BOARD
    assert browser().get("/", follow=True).redirect_chain[-1][0] == f"{LOGIN}?next={BOARD}"


@pytest.mark.parametrize("secure", [True, False])
def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(sara, settings, secure):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = secure
    client = Client(headers={"host": "localhost"})
    client.get(LOGIN)
    sign_in(client=client)
    for cookie in (client.cookies["sessionid"], client.cookies["csrftoken"]):
        assert (cookie["httponly"], cookie["samesite"], bool(cookie["secure"])) == (True, "Lax", secure)


def test_sign_in_without_the_forms_token_is_refused(sara):
    response = sign_in(client=Client(headers={"host": "localhost"}, enforce_csrf_checks=True))
    assert response.status_code == 403
    assert b"steerleads/pages.css" in response.content


def test_the_page_is_strict_about_what_it_runs(sara):
    response = browser().get(LOGIN)
    assert response["Content-Security-Policy"].startswith("default-src 'self';")
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY" and response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin" and "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(("language", "direction"), [("fr", "ltr"), ("ar", "rtl"), ("en", "ltr")])
def test_the_page_speaks_the_browsers_language(db, language, direction):
    page = browser().get(LOGIN, headers={"accept-language": language}).content.decode()
    assert f'<html lang="{language}" dir="{direction}">' in page


def test_staff_see_their_dealerships_language_and_the_next_visitor_does_not(atlas):
    from django.utils import timezone, translation

    page = browser(make_staff(atlas)).get("/admin/").content.decode()
    assert '<html lang="ar" dir="rtl">' in page
    assert (translation.get_language(), timezone.get_current_timezone_name()) == ("en", "UTC")
