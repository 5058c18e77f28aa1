"""Tries of passwords: how many are judged, from where, of whom; and that what is refused costs no hash."""

import re
from functools import partial

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.management import call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from steerleads.dealers import limits, password_tries, staff
from steerleads.dealers.models import Role, Tally
from steerleads.dealers.password_tries import FROM_ADDRESS, OF_ACCOUNT
from steerleads.dealers.tests.people import PASSWORD, browser, make_staff
from steerleads.tests.clients import together

LOGIN, CHANGE = "/admin/login/", "/admin/password_change/"
HOME = "203.0.113.7"


class Hasher(MD5PasswordHasher):
    """Counts what it is asked for."""

    hashed = 0

    def encode(self, password, salt):
        Hasher.hashed += 1
        return super().encode(password, salt)


@pytest.fixture(autouse=True)
def _hashes_are_counted(settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.Hasher"]
    Hasher.hashed = 0


@pytest.fixture
def sara(casa):
    return make_staff(casa, email="sara@casa.example", password=PASSWORD)


def sign_in(email="sara@casa.example", password="wrong", *, at=HOME, client=None, **fields):
    return (client or browser()).post(LOGIN, {"username": email, "password": password, **fields}, REMOTE_ADDR=at)


def statuses(times, *given, **how):
    return [sign_in(*given, **how).status_code for _ in range(times)]


def spend(address):
    """All that may be tried from there."""
    for _ in range(FROM_ADDRESS.most):
        limits.consume(FROM_ADDRESS.of(address), now=password_tries.timezone.now())


# --- From one address --------------------------------------------------------------------------


def test_thirty_tries_from_one_address_are_judged_whatever_the_names_and_then_nothing_is_hashed(sara):
    assert [sign_in(f"name{n}@casa.example").status_code for n in range(30)] == [200] * 30
    Hasher.hashed = 0
    refused = [sign_in(f"other{n}@casa.example") for n in range(3)] + [sign_in(password=PASSWORD)]
    assert ([answer.status_code for answer in refused], Hasher.hashed) == ([429] * 4, 0)
    assert 0 < int(refused[0]["Retry-After"]) <= 15 * 60
    assert b"15 min" in refused[0].content
    assert sign_in(password=PASSWORD, at="203.0.113.8").status_code == 302


def test_a_household_is_one_address_in_ipv6_and_its_neighbour_another(sara):
    spend("2001:db8:1:2::/64")
    assert statuses(1, at="2001:db8:1:2:aaaa:bbbb:cccc:dddd") == statuses(1, at="2001:db8:1:2::1") == [429]
    assert statuses(1, at="2001:db8:1:3::1") == [200]


def test_wrong_passwords_from_one_household_lock_it_out_together(sara):
    assert [sign_in(at=f"2001:db8:1:2::{n}").status_code for n in range(1, 7)] == [200] * 4 + [429] * 2


def test_an_ipv4_address_in_ipv6s_clothes_is_that_address(sara):
    assert statuses(3, at=f"::ffff:{HOME}") + statuses(3, at=HOME) == [200] * 4 + [429] * 2


# --- Of one account ----------------------------------------------------------------------------


def test_a_few_tries_by_strangers_lock_nobody_out(sara):
    assert [sign_in(at=f"198.51.100.{n}").status_code for n in range(12)] == [200] * 12
    assert sign_in(password=PASSWORD).status_code == 302


def test_an_account_takes_twenty_tries_an_hour_from_anywhere(sara):
    assert [sign_in(at=f"198.51.100.{n}").status_code for n in range(20)] == [200] * 20
    Hasher.hashed = 0
    refused = sign_in(password=PASSWORD)
    assert (refused.status_code, Hasher.hashed) == (429, 0)
    assert 3000 < int(refused["Retry-After"]) <= 3600


def test_a_name_that_nobody_has_is_locked_out_alike(sara):
    answers = [sign_in("nobody@casa.example", at=f"198.51.100.{n}").status_code for n in range(21)]
    assert answers == [200] * 20 + [429]


def test_where_somebody_has_signed_in_they_still_can_when_strangers_have_used_up_the_tries(sara):
    assert sign_in(password=PASSWORD).status_code == 302
    for n in range(21):
        sign_in(at=f"198.51.100.{n}")
    assert statuses(1, password=PASSWORD, at="198.51.100.200") == [429]
    assert statuses(1, password=PASSWORD) == [302]
    assert statuses(6) == [200] * 4 + [429] * 2


def test_who_signs_in_rightly_uses_up_nothing_of_the_account(sara):
    for n in range(25):
        assert statuses(1, password=PASSWORD, at=f"198.51.100.{n}") == [302]
    assert statuses(1, password=PASSWORD) == [302]


def test_whoever_sets_a_password_by_a_link_may_try_at_once(sara, settings):
    for n in range(21):
        sign_in(at=f"198.51.100.{n}")
    client = browser()
    page = client.get(staff.password_link(sara).url, follow=True)
    client.post(page.request["PATH_INFO"], {"new_password1": "a longer new one", "new_password2": "a longer new one"})
    assert statuses(1, password="a longer new one") == [302]


def test_the_operator_lets_a_person_or_an_address_try_again(sara, capsys):
    for _ in range(2):
        statuses(5)
        call_command("axes_reset_username", "SARA@casa.example")
    assert statuses(1, password=PASSWORD) == [302]
    spend(HOME)
    call_command("axes_reset_ip", HOME)
    assert statuses(1, password=PASSWORD) == [302]
    spend(HOME)
    call_command("axes_reset")
    assert statuses(1, password=PASSWORD) == [302]


def test_an_app_that_shows_codes_makes_nobody_wait(sara):
    device = TOTPDevice.objects.create(user=sara, name="TOTP", confirmed=True)
    for _ in range(8):  # first without the code, which is asked for then
        assert statuses(1, password=PASSWORD) == [200]
    TOTPDevice.objects.update(throttling_failure_count=0)
    assert statuses(1, password=PASSWORD, otp_token=f"{totp(device.bin_key):06}") == [302]
    assert not Tally.objects.filter(id=OF_ACCOUNT.of(sara.email).id).exclude(times=[]).exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_tries_at_one_moment_five_are_judged(sara):
    clients = [browser() for _ in range(10)]
    for client in clients:
        client.get(LOGIN)  # which builds its middleware, one at a time

    def one(client):
        try:
            return sign_in(client=client).status_code
        finally:
            connections.close_all()

    Hasher.hashed = 0
    answers = together(*[partial(one, client) for client in clients])
    assert Hasher.hashed == 5 and answers.count(429) >= 5


# --- Other doors -------------------------------------------------------------------------------


def change(client, old, new="a longer new one"):
    form = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post(CHANGE, form, REMOTE_ADDR=HOME).status_code


def test_the_old_password_is_no_easier_to_guess_than_at_the_sign_in(sara):
    client = browser(sara)
    assert [change(client, "wrong") for _ in range(7)] == [200] * 5 + [429] * 2
    assert change(client, PASSWORD) == 429
    assert statuses(1, password=PASSWORD) == [429]


def test_a_changed_password_forgets_the_wrong_ones_before(sara):
    assert [change(browser(sara), word) for word in ["wrong"] * 4 + [PASSWORD]] == [200] * 4 + [302]
    assert statuses(1, password="a longer new one") == [302]


PASSWORD_FIELDS = {
    **dict.fromkeys(("password", "old_password", "proof", "code", "otp_token"), PASSWORD),
    **dict.fromkeys(("new_password1", "new_password2", "password1", "password2"), "a longer new one"),
}


def admin_paths():
    """Every address below /admin, with something in the place of what it names."""
    patterns = [pattern for pattern in get_resolver().url_patterns if str(pattern.pattern).startswith("admin/")]
    found = {_filled(name) for pattern in patterns for name in _routes(pattern, "/")}
    assert {LOGIN, CHANGE, "/admin/two-factor/"} < found
    return found


def _routes(pattern, before):
    here = before + str(pattern.pattern).lstrip("^").rstrip("$")
    if not hasattr(pattern, "url_patterns"):
        return [here]
    return [route for inner in pattern.url_patterns for route in _routes(inner, here)]


def _filled(route):
    return re.sub(r"<[^>]*>|\(\?P[^)]*\)", "1", route)


def test_no_address_of_the_admin_hashes_anything_for_who_has_used_up_their_tries(sara, casa):
    """Walks over all of them, signed in and not, with whatever is called like a password: also those to come."""
    boss = make_staff(casa, Role.MANAGER, email="boss@casa.example", password=PASSWORD)
    TOTPDevice.objects.create(user=boss, name="TOTP", confirmed=True)
    clients = [browser(), browser(sara), browser(boss)]
    spend(HOME)
    Hasher.hashed, hashing = 0, set()
    for path in sorted(admin_paths(), key=lambda path: "logout" in path):  # which is the last to be asked for
        for client in clients:
            client.post(path, {"username": sara.email, "do": "end", **PASSWORD_FIELDS}, REMOTE_ADDR=HOME)
        if Hasher.hashed:
            hashing, Hasher.hashed = hashing | {path}, 0
    assert hashing == set()


# --- Whether there is an account ---------------------------------------------------------------


def test_known_unknown_and_inactive_names_take_the_same_work(casa, sara):
    make_staff(casa, email="gone@casa.example", password=PASSWORD, is_active=False)
    no_password = make_staff(casa, email="new@casa.example")
    no_password.set_unusable_password()
    no_password.save()
    work = {}
    for name in ("sara", "nobody", "gone", "new"):
        Hasher.hashed = 0
        with CaptureQueriesContext(connection) as queries:
            sign_in(f"{name}@casa.example", PASSWORD if name == "gone" else "wrong")
        work[name] = (Hasher.hashed, [query["sql"].split()[0] for query in queries])
    assert work["sara"] == work["nobody"] == work["gone"] == work["new"]
    assert work["sara"][0] == 1
