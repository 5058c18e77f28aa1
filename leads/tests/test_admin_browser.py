"""The admin in a real Chromium: signing in, a day's work, and not one violation of the page's policy."""

import time
from base64 import b32decode

import pytest
from django_otp.oath import TOTP

from conftest import make_car, make_lead
from leads.models import Lead, LeadEvent
from steerleads.dealers.models import Dealership, Role, User
from steerleads.dealers.tests.people import PASSWORD, make_staff
from steerleads.tests.browsers import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.on_one_database]


@pytest.fixture
def boss(casa, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    Dealership.objects.update(language="en")
    return make_staff(casa, Role.MANAGER, email="boss@casa.example", password=PASSWORD)


def sign_in(page):
    page.goto("/admin/login/")
    page.fill("#id_username", "Boss@Casa.example")
    page.fill("#id_password", PASSWORD)
    page.click("input[type=submit]")
    page.wait_for_url("**/admin/leads/board/")


def test_a_lead_is_made_with_a_car_found_by_typing(open_page, casa, boss):
    make_car(casa)
    clio = make_car(casa, make="Renault", model="Clio", stock_number="A-17")
    page = open_page(viewport=DESKTOP)
    sign_in(page)
    page.goto("/admin/leads/lead/add/")
    page.click(".select2-selection")
    page.keyboard.type("a-17")
    page.wait_for_selector(".select2-results__option--highlighted >> text=Renault Clio")
    page.keyboard.press("Enter")
    for name, text in (("action", "Call"), ("target_name", "Omar"), ("target_info", "0612345678")):
        page.fill(f"#id_{name}", text)
    page.click("input[name=_save]")
    page.wait_for_selector(".messagelist .success")
    page.click("#result_list tbody th a")
    page.wait_for_selector(".timeline-line")
    assert Lead.objects.get().car_id == clio.pk


def test_fields_that_were_left_alone_keep_what_a_colleague_wrote(open_page, api, civic, boss):
    lead = make_lead(civic, note="First line\nsecond line", tag="Hot Lead")
    page = open_page(viewport=DESKTOP)
    sign_in(page)
    page.goto(f"/admin/leads/lead/{lead.pk}/change/")
    api.patch(f"/leads/{lead.pk}", {"status": "COMPLETED", "order": 9})
    page.fill("#id_tag", "Sold")
    page.click("input[name=_save]")
    page.wait_for_selector(".messagelist .success")
    assert LeadEvent.objects.order_by("-at", "-id")[0].texts == {"tag": {"from": "Hot Lead", "to": "Sold"}}
    assert (Lead.objects.get().status, Lead.objects.get().order) == ("COMPLETED", 9)


def test_a_key_is_made_with_the_calendar_and_shown_once(open_page, boss):
    page = open_page(viewport=DESKTOP)
    sign_in(page)
    page.goto("/admin/dealers/apikey/add/")
    page.fill("#id_name", "Website")
    page.click("#calendarlink0")
    page.click("#calendarbox0 .calendarnav-next")
    page.click("#calendarin0 td:not(.nonday) >> nth=10")
    page.fill("#id_expires_at_1", "12:00:00")
    page.click("input[name=_save]")
    secret = page.text_content("[data-secret]")
    assert secret.startswith("prod_") and len(secret) == 48
    page.goto("/admin/dealers/apikey/")
    assert secret not in page.content() and "Website" in page.content()


def test_two_factor_sign_in_is_switched_on_and_then_asked_for(open_page, boss):
    page = open_page(viewport=PHONE, color_scheme="dark")
    sign_in(page)
    page.goto("/admin/two-factor/")
    page.click(".two-factor-form input[type=submit]")
    secret = page.text_content(".two-factor-key")
    assert page.locator(".two-factor-qr svg path").count() == 1
    totp = TOTP(b32decode(secret + "=" * (-len(secret) % 8)))
    totp.time = time.time()
    page.fill("#id_code", f"{totp.token():06}")
    page.click(".two-factor-form input[type=submit]")
    page.wait_for_selector(".recovery-codes")
    page.context.clear_cookies()
    page.goto("/admin/login/")
    page.fill("#id_username", "boss@casa.example")
    page.fill("#id_password", PASSWORD)
    page.click("input[type=submit]")
    assert "authenticator app" in page.text_content(".errornote")


def test_an_arabic_phone_shows_pages_from_the_right_and_numbers_from_the_left(open_page, civic, boss):
    Dealership.objects.update(language="ar")
    lead = make_lead(civic)
    page = open_page(viewport=PHONE, locale="ar")
    sign_in(page)
    for path in ("/admin/", "/admin/leads/lead/", "/admin/cars/car/", f"/admin/leads/lead/{lead.pk}/change/"):
        page.goto(path)
        assert page.get_attribute("html", "dir") == "rtl"
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.get_attribute("#id_target_info", "dir") == "auto"
    assert User.objects.get().membership.dealership.language == "ar"
