"""Two-factor sign-in: who has a device must give its code; who has none needs none."""

import re
import time
from base64 import b32decode

import pytest
from django.contrib.auth import get_user
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from steerleads.dealers.models import Dealership, RecoveryCode, Role
from steerleads.dealers.tests.people import PASSWORD, browser, make_staff

pytestmark = [pytest.mark.on_one_database, pytest.mark.usefixtures("in_english")]

PAGE = "/admin/two-factor/"


@pytest.fixture
def sara(casa):
    return make_staff(casa, email="sara@casa.example", password=PASSWORD)


@pytest.fixture
def device(sara):
    return TOTPDevice.objects.create(user=sara, name="TOTP")


def code_of(device, *, steps=0):
    """The code that the app shows, or showed some steps ago."""
    totp = TOTP(device.bin_key, drift=steps)
    totp.time = time.time()
    return f"{totp.token():06}"


def sign_in(code=""):
    data = {"username": "sara@casa.example", "password": PASSWORD, "otp_token": code, "next": "/admin/"}
    return browser().post("/admin/login/", data)


def let_it_be_judged(device):
    TOTPDevice.objects.filter(pk=device.pk).update(throttling_failure_count=0, throttling_failure_timestamp=None)


def test_without_a_device_the_password_is_enough(sara):
    assert sign_in().status_code == 302


def test_a_device_that_was_never_confirmed_is_not_asked_for(sara, device):
    TOTPDevice.objects.update(confirmed=False)
    assert sign_in().status_code == 302


def test_with_a_device_its_code_is_needed(device):
    assert sign_in().status_code == 200
    assert sign_in(code_of(device)).status_code == 302


def test_a_code_may_be_typed_with_a_space(device):
    code = code_of(device)
    assert sign_in(f"{code[:3]} {code[3:]}").status_code == 302


def test_a_code_signs_in_once(device):
    code = code_of(device)
    assert sign_in(code).status_code == 302
    assert sign_in(code).status_code == 200


@pytest.mark.parametrize("wrong", ["000000", "abcdef", "-1", "1" * 20, "١٢٣٤٥٦", "\0"])
def test_a_wrong_code_is_refused(device, wrong):
    if wrong == code_of(device):
        pytest.skip("only on the one day in 3,000 years when it is right")
    assert sign_in(wrong).status_code == 200


def test_after_a_wrong_code_the_right_one_must_wait(device):
    sign_in("000000")
    assert sign_in(code_of(device)).status_code == 200
    let_it_be_judged(device)
    assert sign_in(code_of(device)).status_code == 302


def test_wrong_codes_lock_out_like_wrong_passwords(device):
    answers = []
    for _ in range(5):
        let_it_be_judged(device)
        answers.append(sign_in("000000").status_code)
    assert answers == [200, 200, 200, 200, 429]


def set_up(client, *, code=None):
    """(the page with the secret, the answer to the code)."""
    page = client.post(PAGE, {"do": "begin"}, follow=True).content.decode()
    device = TOTPDevice.objects.latest("pk")
    return page, client.post(PAGE, {"do": "confirm", "code": code or code_of(device)})


def test_switching_it_on_takes_a_code_from_the_app(sara):
    client = browser(sara)
    assert b"two-factor-qr" not in client.get(PAGE).content
    page, answer = set_up(client, code="000000")
    device = TOTPDevice.objects.get()
    secret = re.search(r"two-factor-key\" data-secret>([A-Z2-7]+)<", page)[1]
    assert b32decode(secret + "=" * (-len(secret) % 8)) == device.bin_key and "<svg" in page and "style=" not in page
    assert b"wrong" in answer.content and not TOTPDevice.objects.get().confirmed
    let_it_be_judged(device)
    client.post(PAGE, {"do": "confirm", "code": code_of(device)})
    assert TOTPDevice.objects.get().confirmed


def test_the_secret_is_not_shown_again_once_it_is_on(sara, device):
    page = browser(sara, device).get(PAGE).content.decode()
    assert "data-secret" not in page and '<path d="M' not in page.split("<!-- SVGs -->")[0]


def test_beginning_again_does_not_replace_a_device_in_use(sara, device):
    browser(sara, device).post(PAGE, {"do": "begin"})
    assert TOTPDevice.objects.get().key == device.key


def test_only_the_session_that_began_sees_the_secret_and_confirms(sara):
    mine, other = browser(sara), browser(sara)
    page = mine.post(PAGE, {"do": "begin"}, follow=True).content
    assert b"data-secret" in page and b"data-secret" not in other.get(PAGE).content
    other.post(PAGE, {"do": "confirm", "code": code_of(TOTPDevice.objects.get())})
    assert not TOTPDevice.objects.get().confirmed


def test_switching_it_on_ends_the_persons_other_sessions(sara):
    mine, other = browser(sara), browser(sara)
    set_up(mine)
    assert mine.get("/admin/").status_code == 200 and get_user(other).is_anonymous


def test_two_sessions_that_set_it_up_at_once_leave_one_device(sara):
    mine, other = browser(sara), browser(sara)
    mine.post(PAGE, {"do": "begin"})
    first = TOTPDevice.objects.get()
    other.post(PAGE, {"do": "begin"})
    second = TOTPDevice.objects.latest("pk")
    mine.post(PAGE, {"do": "confirm", "code": code_of(first)})
    other.post(PAGE, {"do": "confirm", "code": code_of(second)})
    assert TOTPDevice.objects.get().pk == first.pk


# --- Off again, and recovery codes ---------------------------------------------------------------


def recovery_codes(answer):
    return re.findall(r"<li><code dir=\"ltr\" data-secret>([0-9-]+)<", answer.content.decode())


@pytest.mark.parametrize("proof", ["wrong", "", PASSWORD, "000000"])
def test_the_password_or_a_wrong_code_does_not_switch_it_off(sara, device, proof):
    answer = browser(sara, device).post(PAGE, {"do": "end", "code": proof, "proof": PASSWORD})
    assert answer.status_code == 200 and TOTPDevice.objects.exists()


@pytest.mark.parametrize("kind", ["code", "recovery"])
def test_a_code_switches_it_off(sara, kind):
    client = browser(sara)
    codes = recovery_codes(set_up(client)[1])
    device = TOTPDevice.objects.get()
    TOTPDevice.objects.update(last_t=-1)
    client.post(PAGE, {"do": "end", "code": code_of(device) if kind == "code" else codes[3]})
    assert not TOTPDevice.objects.exists() and not RecoveryCode.objects.exists()


def test_ten_recovery_codes_are_shown_once_and_stored_nowhere(sara):
    client = browser(sara)
    answer = set_up(client)[1]
    codes = recovery_codes(answer)
    assert len(set(codes)) == 10 and "no-store" in answer["Cache-Control"]
    assert not any(code in client.get(PAGE).content.decode() for code in codes)
    kept = str(list(RecoveryCode.objects.values())) + str(dict(client.session))
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)


def test_a_recovery_code_signs_in_once(sara):
    code = recovery_codes(set_up(browser(sara))[1])[0]
    assert sign_in(code).status_code == 302
    assert sign_in(code).status_code == 200
    assert RecoveryCode.objects.count() == 9


def test_a_recovery_code_is_nobody_elses(casa, sara):
    set_up(browser(sara))
    omar = make_staff(casa, email="omar@casa.example", password=PASSWORD)
    code = recovery_codes(set_up(browser(omar))[1])[0]
    assert sign_in(code).status_code == 200 and RecoveryCode.objects.count() == 20


def test_new_recovery_codes_take_a_code_and_end_the_old_ones(sara):
    client = browser(sara)
    old = recovery_codes(set_up(client)[1])
    assert recovery_codes(client.post(PAGE, {"do": "renew", "code": PASSWORD})) == []
    new = recovery_codes(client.post(PAGE, {"do": "renew", "code": old[0]}))
    assert len(new) == 10 and not set(new) & set(old)
    assert (sign_in(old[1]).status_code, sign_in(new[1]).status_code) == (200, 302)


# --- A session that has not shown it -------------------------------------------------------------


def test_who_has_a_device_gets_nowhere_without_having_shown_it(sara, device):
    client = browser(sara)
    answer = client.get("/admin/leads/board/", follow=True)
    assert answer.redirect_chain[-1][0] == f"{PAGE}?next=/admin/leads/board/"
    assert b"data-secret" not in answer.content and b"Switch off" not in answer.content
    client.post(PAGE, {"do": "prove", "code": code_of(device), "next": "/admin/cars/car/"})
    assert client.get("/admin/cars/car/").status_code == 200


@pytest.mark.parametrize("do", ["begin", "confirm", "end", "renew", "nonsense", ""])
def test_there_it_can_only_be_shown(sara, device, do):
    client = browser(sara)
    answer = client.post(PAGE, {"do": do, "code": code_of(device)})
    assert answer.status_code == 200 and TOTPDevice.objects.get().pk == device.pk
    assert client.get("/admin/").status_code == 302


def test_who_has_not_shown_it_can_sign_out(sara, device):
    client = browser(sara)
    client.post("/admin/logout/")
    assert not client.session.get("_auth_user_id")


def test_the_way_on_leads_to_our_own_pages_only(sara, device):
    answer = browser(sara).post(PAGE, {"do": "prove", "code": code_of(device), "next": "https://evil.example/"})
    assert answer["Location"] == "/admin/leads/board/"


# --- Where the dealership demands it -------------------------------------------------------------


@pytest.fixture
def demanded(casa):
    Dealership.objects.update(demands_two_factor=True)


def test_a_manager_demands_it(casa):
    manager = browser(make_staff(casa, Role.MANAGER))
    data = {
        "name": casa.name,
        "time_zone": casa.time_zone,
        "language": "en",
        "assigning": "manual",
        "demands_two_factor": "on",
    }
    manager.post(f"/admin/dealers/dealership/{casa.pk}/change/", data)
    assert Dealership.objects.get().demands_two_factor


def test_who_has_none_can_only_set_it_up(sara, demanded):
    client = browser(sara)
    answer = client.get("/admin/cars/car/", follow=True)
    assert answer.redirect_chain[-1][0] == f"{PAGE}?next=/admin/cars/car/"
    assert b"asks everybody" in answer.content
    set_up(client)
    assert client.get("/admin/cars/car/").status_code == 200


def test_who_works_elsewhere_is_not_asked_for_it(atlas, demanded):
    Dealership.objects.filter(pk=atlas.pk).update(demands_two_factor=False)
    assert browser(make_staff(atlas)).get("/admin/").status_code == 200


@pytest.mark.parametrize("do", ["begin", "confirm", "end", "prove", "renew", "nonsense", ""])
def test_the_page_takes_any_post_in_any_state(sara, do):
    assert browser(sara).post(PAGE, {"do": do}).status_code in (200, 302)


def test_the_page_is_for_staff(db):
    assert browser().get(PAGE)["Location"] == f"/admin/login/?next={PAGE}"


def test_it_is_linked_from_every_page(sara):
    assert f'href="{PAGE}"'.encode() in browser(sara).get("/admin/").content


def test_a_manager_removes_a_colleagues_lost_device(casa, sara, device):
    manager = browser(make_staff(casa, Role.MANAGER))
    data = {"action": "remove_two_factor", "_selected_action": [sara.membership.pk], "index": 0}
    manager.post("/admin/dealers/membership/", data)
    assert not TOTPDevice.objects.exists()


def test_a_manager_cannot_remove_a_superusers_or_a_strangers_device(casa, atlas):
    users = [make_staff(casa, None), make_staff(atlas)]
    for user in users:
        TOTPDevice.objects.create(user=user, name="TOTP")
    manager = browser(make_staff(casa, Role.MANAGER))
    for user in users:
        data = {"action": "remove_two_factor", "_selected_action": [user.membership.pk], "index": 0}
        manager.post("/admin/dealers/membership/", data)
    assert TOTPDevice.objects.count() == 2
