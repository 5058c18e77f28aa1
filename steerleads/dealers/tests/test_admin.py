"""The pages for the dealership, its staff and its keys: who may do what, and secrets that are shown once."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from steerleads.dealers import staff
from steerleads.dealers.keys import find_key, forget_cached_keys, issue_key
from steerleads.dealers.models import ApiKey, Dealership, Membership, Role, StaffSession, User
from steerleads.dealers.tests.people import browser, form_errors, make_staff, told
from steerleads.dealers.tests.waiting_mails import send_waiting

pytestmark = [pytest.mark.on_one_database, pytest.mark.usefixtures("in_english")]

KEYS, STAFF, DEALERSHIPS = "/admin/dealers/apikey/", "/admin/dealers/membership/", "/admin/dealers/dealership/"
SECRET = re.compile(r"data-secret>([^<]+)<")
NEW_KEY = {"name": "Website", "environment": "prod", "scopes": ["leads:read"], "hourly_limit": 100}
INVITATION = {"email": "Omar@casa.example", "name": "Omar Idrissi", "role": "salesperson"}


@pytest.fixture
def boss(casa):
    return make_staff(casa, Role.MANAGER, email="boss@casa.example")


@pytest.fixture
def manager(boss):
    return browser(boss)


@pytest.fixture(autouse=True)
def _no_mail(settings):
    settings.EMAIL_BACKEND = staff.NO_MAIL


def secret_on(page):
    return SECRET.search(page.content.decode())[1]


def act(client, path, action, rows):
    data = {"action": action, "_selected_action": [row.pk for row in rows], "index": 0}
    return client.post(path, data, follow=True)


# --- Keys --------------------------------------------------------------------------------------


def test_a_new_keys_secret_is_on_the_answering_page_and_nowhere_else(casa, manager):
    page = manager.post(f"{KEYS}add/", NEW_KEY)
    secret = secret_on(page)
    key = find_key(secret)
    assert (key.dealership, key.scopes, key.hourly_limit) == (casa, ["leads:read"], 100)
    assert page.status_code == 200 and "no-store" in page["Cache-Control"]
    assert secret not in str(page.headers) + page.cookies.output() + str(manager.session.items())
    assert not any(secret in str(session.get_decoded()) for session in StaffSession.objects.all())
    assert secret not in str(list(LogEntry.objects.values()))
    for path in (KEYS, f"{KEYS}{key.pk}/change/", f"{KEYS}{key.pk}/history/"):
        assert secret.encode() not in manager.get(path).content


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["leads:delete"]}, "scopes"),
        ({"environment": "staging"}, "environment"),
        ({"hourly_limit": "-1"}, "hourly_limit"),
        ({"hourly_limit": "99999999999"}, "hourly_limit"),
        ({"expires_at_0": "2020-01-01", "expires_at_1": "00:00"}, "expires_at"),
    ],
)
def test_a_key_with_a_wrong_field_is_not_made(manager, wrong, field):
    assert field in form_errors(manager.post(f"{KEYS}add/", {**NEW_KEY, **wrong}))
    assert not ApiKey.objects.exists()


def test_an_expiry_is_typed_in_the_dealerships_time(manager):
    day = timezone.now().date() + timedelta(days=30)
    manager.post(f"{KEYS}add/", {**NEW_KEY, "expires_at_0": str(day), "expires_at_1": "12:00"})
    assert timezone.localtime(ApiKey.objects.get().expires_at, ApiKey.objects.get().dealership.tz).hour == 12


def test_rotating_shows_the_successor_once_and_lets_the_old_key_end_in_a_day(casa, manager):
    key, old = issue_key(casa, "Website")
    assert b"selected>" in manager.get(f"{KEYS}{key.pk}/rotate/").content
    page = manager.post(f"{KEYS}{key.pk}/rotate/", {"overlap": "24"})
    assert find_key(secret_on(page)).name == "Website" and find_key(old)
    left = ApiKey.objects.get(pk=key.pk).expires_at - timezone.now()
    assert timedelta(hours=23) < left <= timedelta(hours=24) and "no-store" in page["Cache-Control"]


def test_rotating_takes_only_the_overlaps_it_offers(casa, manager):
    key, _secret = issue_key(casa, "Website")
    assert manager.post(f"{KEYS}{key.pk}/rotate/", {"overlap": "99999"}).context["form"].errors
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize("door", ["page", "list"])
def test_revoking_ends_the_key(casa, manager, door):
    key, secret = issue_key(casa, "Website")
    if door == "page":
        assert manager.get(f"{KEYS}{key.pk}/revoke/").status_code == 200
        manager.post(f"{KEYS}{key.pk}/revoke/")
    else:
        act(manager, KEYS, "revoke", [key])
    forget_cached_keys()
    assert find_key(secret) is None


def test_a_revoked_key_can_be_read_and_nothing_else(casa, manager):
    key, _secret = issue_key(casa, "Website")
    ApiKey.objects.update(revoked_at=timezone.now())
    assert (
        manager.get(f"{KEYS}{key.pk}/rotate/").status_code == manager.post(f"{KEYS}{key.pk}/revoke/").status_code == 404
    )
    assert b"rotate/" not in manager.get(f"{KEYS}{key.pk}/change/").content


def test_a_manager_changes_a_keys_name_scopes_limit_and_end_and_nothing_else(casa, manager):
    key, secret = issue_key(casa, "Website")
    changed = {"name": "CRM", "scopes": ["leads:read"], "hourly_limit": 5, "environment": "dev", "digest": "x"}
    assert manager.post(f"{KEYS}{key.pk}/change/", changed).status_code == 302
    found = find_key(secret)
    assert (found.name, found.scopes, found.hourly_limit, found.environment) == ("CRM", ["leads:read"], 5, "prod")


def test_a_revoked_key_is_not_changed_and_none_is_deleted(casa, manager):
    key, _secret = issue_key(casa, "Website")
    assert manager.post(f"{KEYS}{key.pk}/delete/", {"post": "yes"}).status_code == 403
    ApiKey.objects.update(revoked_at=timezone.now())
    assert manager.post(f"{KEYS}{key.pk}/change/", {"name": "Other"}).status_code == 403
    assert ApiKey.objects.get().name == "Website"


def test_a_superuser_says_whose_key_it_is(atlas, root):
    page = root.post(f"{KEYS}add/", {**NEW_KEY, "dealership": atlas.pk})
    assert find_key(secret_on(page)).dealership == atlas
    assert "dealership" in form_errors(root.post(f"{KEYS}add/", NEW_KEY))


def test_a_manager_cannot_make_another_dealerships_key(casa, atlas, manager):
    manager.post(f"{KEYS}add/", {**NEW_KEY, "dealership": atlas.pk})
    assert ApiKey.objects.get().dealership == casa


# --- Staff -------------------------------------------------------------------------------------


def test_an_invited_colleague_gets_a_link_that_is_shown_once(casa, manager):
    page = manager.post(f"{STAFF}add/", INVITATION)
    assert "/admin/reset/" in secret_on(page) and "no-store" in page["Cache-Control"]
    omar = User.objects.get(email="omar@casa.example")
    assert (omar.membership.dealership, omar.is_superuser) == (casa, False)


def test_with_mail_the_invitation_is_sent_and_not_shown(manager, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    page = manager.post(f"{STAFF}add/", INVITATION, follow=True)
    assert "by mail: 1" in " ".join(told(page)) and not mail.outbox
    send_waiting()
    assert mail.outbox[0].to == ["omar@casa.example"] and b"/admin/reset/" not in page.content


def test_more_mails_than_may_be_sent_are_refused_with_a_sentence_for_each_person(casa, manager, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    sara = make_staff(casa, email="sara@casa.example")
    pages = [act(manager, STAFF, "send_link", [sara.membership]) for _ in range(4)]
    assert ["by mail: 1" in " ".join(told(page)) for page in pages] == [True] * 3 + [False]
    assert "No link goes to" in told(pages[3])[0] and "at most 3 mails" in told(pages[3])[0]
    others = [make_staff(casa, email=f"{n}@casa.example").membership for n in range(20)]
    words = told(act(manager, STAFF, "send_link", others))
    assert sum("No link goes to" in word for word in words) == 3 and "by mail: 17" in " ".join(words)


def test_a_known_address_is_refused_on_the_form(manager, boss):
    page = manager.post(f"{STAFF}add/", {**INVITATION, "email": "BOSS@casa.example"})
    assert page.status_code == 200 and "__all__" in form_errors(page)
    assert User.objects.count() == 1


def test_an_invitation_makes_no_superuser_and_no_member_elsewhere(casa, atlas, manager):
    manager.post(f"{STAFF}add/", {**INVITATION, "is_superuser": "on", "superuser": "1", "dealership": atlas.pk})
    omar = User.objects.get(email="omar@casa.example")
    assert (omar.is_superuser, omar.membership.dealership) == (False, casa)


def test_a_manager_changes_a_colleagues_role(casa, manager):
    sara = make_staff(casa).membership
    manager.post(f"{STAFF}{sara.pk}/change/", {"role": "manager", "is_superuser": "on"})
    sara = Membership.objects.select_related("user").get(pk=sara.pk)
    assert (sara.role, sara.user.is_superuser) == ("manager", False)


def test_a_manager_does_not_change_their_own_role(manager, boss):
    page = manager.post(f"{STAFF}{boss.membership.pk}/change/", {"role": "salesperson"})
    assert "your own" in form_errors(page)["__all__"][0]["message"]
    assert Membership.objects.get().role == "manager"


@pytest.mark.parametrize("door", ["page", "list"])
def test_removing_a_colleague_shuts_the_account(casa, manager, door):
    sara = make_staff(casa).membership
    if door == "page":
        manager.post(f"{STAFF}{sara.pk}/delete/", {"post": "yes"})
    else:
        data = {"action": "delete_selected", "_selected_action": [sara.pk], "post": "yes"}
        manager.post(STAFF, data)
    assert not User.objects.get(pk=sara.user_id).is_active


def test_removing_oneself_is_refused_with_a_sentence(manager, boss):
    page = manager.post(f"{STAFF}{boss.membership.pk}/delete/", {"post": "yes"}, follow=True)
    assert any("your own" in line for line in told(page))
    assert User.objects.get().is_active


def test_a_superuser_among_the_staff_is_out_of_a_managers_reach(casa, manager):
    root = make_staff(casa, None)
    path = f"{STAFF}{root.membership.pk}"
    assert manager.post(f"{path}/change/", {"role": "salesperson"}).status_code == 403
    assert manager.post(f"{path}/delete/", {"post": "yes"}).status_code == 403
    for action in ("delete_selected", "send_link", "remove_two_factor"):
        act(manager, STAFF, action, [root.membership])
    data = {"action": "delete_selected", "_selected_action": [root.membership.pk], "post": "yes"}
    manager.post(STAFF, data)
    assert User.objects.get(pk=root.pk).is_superuser and Membership.objects.filter(user=root).exists()


def test_no_manager_sees_a_link_for_an_account_that_exists(casa, manager):
    page = act(manager, STAFF, "send_link", [make_staff(casa, email="sara@casa.example").membership])
    assert b"/admin/reset/" not in page.content
    assert "manage.py reset_password sara@casa.example" in told(page)[0]


def test_nor_one_for_a_former_account_that_is_invited_again(casa, manager, boss):
    staff.remove(make_staff(casa, email="omar@casa.example").membership, by=boss)
    page = manager.post(f"{STAFF}add/", INVITATION, follow=True)
    assert b"/admin/reset/" not in page.content and "reset_password omar@casa.example" in " ".join(told(page))
    assert User.objects.get(email="omar@casa.example").is_active


def test_with_mail_a_new_link_goes_to_its_owner_only(casa, manager, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    page = act(manager, STAFF, "send_link", [make_staff(casa, email="sara@casa.example").membership])
    send_waiting()
    assert mail.outbox[0].to == ["sara@casa.example"] and b"/admin/reset/" not in page.content


def test_who_loses_the_second_factor_is_told_by_mail(casa, manager, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    sara = make_staff(casa, email="sara@casa.example")
    TOTPDevice.objects.create(user=sara, name="TOTP")
    act(manager, STAFF, "remove_two_factor", [sara.membership])
    send_waiting()
    assert mail.outbox[0].to == ["sara@casa.example"] and "two-factor" in mail.outbox[0].body


def test_a_superuser_invites_into_any_dealership(atlas, root):
    root.post(f"{STAFF}add/", {**INVITATION, "dealership": atlas.pk, "role": "manager"})
    assert User.objects.get(email="omar@casa.example").membership.dealership == atlas


# --- The dealership ----------------------------------------------------------------------------


def test_a_manager_changes_their_own_dealership(casa, manager):
    data = {"name": "Casa Autos", "time_zone": "Europe/Paris", "language": "ar", "assigning": "manual"}
    assert manager.post(f"{DEALERSHIPS}{casa.pk}/change/", data).status_code == 302
    assert Dealership.objects.values_list(*data).get() == tuple(data.values())


@pytest.mark.parametrize("wrong", [{"time_zone": "Mars/Olympus"}, {"language": "xx"}, {"name": ""}])
def test_a_wrong_dealership_is_refused_on_the_form(casa, manager, wrong):
    data = {"name": "Casa Autos", "time_zone": "Europe/Paris", "language": "ar", "assigning": "manual", **wrong}
    assert next(iter(wrong)) in form_errors(manager.post(f"{DEALERSHIPS}{casa.pk}/change/", data))


def test_only_a_superuser_adds_a_dealership_and_nobody_deletes_one(casa, manager, root):
    data = {"name": "New Cars", "time_zone": "Africa/Casablanca", "language": "fr", "assigning": "manual"}
    assert manager.post(f"{DEALERSHIPS}add/", data).status_code == 403
    assert root.post(f"{DEALERSHIPS}add/", data).status_code == 302
    assert root.post(f"{DEALERSHIPS}{casa.pk}/delete/", {"post": "yes"}).status_code == 403


# --- Everywhere --------------------------------------------------------------------------------


def test_packages_of_others_have_no_pages_here():
    from django.apps import apps
    from django.contrib import admin

    assert {model._meta.label for model in admin.site._registry} >= {"leads.Lead", "cars.Car"}
    ours = {app.label for app in apps.get_app_configs() if app.name.startswith(("steerleads", "cars", "leads"))}
    assert {model._meta.app_label for model in admin.site._registry} <= ours


def test_staff_who_work_nowhere_see_nothing(casa, db):
    stray = browser(make_staff(None, Role.SALESPERSON))
    assert stray.get("/admin/").status_code == 200
    for path in (KEYS, STAFF, DEALERSHIPS, "/admin/leads/lead/", "/admin/cars/car/"):
        assert stray.get(path).status_code == 403
        assert path.encode() not in stray.get("/admin/").content


@pytest.mark.parametrize(
    "query",
    ["q=%00", "name__regex=(", "environment__exact=%00", "p=abc", "o=x", "e=1", "all=", "_to_field=digest",
     "_to_field=id", "dealership__id__exact=x", "dealership__name=x", "digest__startswith=a", "q=" + "x" * 5000],
)  # fmt: skip
def test_no_address_of_a_list_breaks_it(casa, manager, root, query):
    issue_key(casa, "Website")
    for client in (manager, root):
        assert client.get(f"{KEYS}?{query}").status_code in (200, 302, 400)


@pytest.mark.parametrize("row", ["", "x", "\0", "00000000-0000-0000-0000-000000000000"])
def test_no_row_of_an_action_breaks_it(manager, row):
    data = {"action": "revoke", "_selected_action": [row], "index": 0}
    assert manager.post(KEYS, data, follow=True).status_code == 200


@pytest.mark.parametrize("count", [1, 20])
def test_the_lists_take_the_same_number_of_queries_for_1_row_and_for_20(
    casa, manager, count, django_assert_max_num_queries
):
    for number in range(count):
        issue_key(casa, f"Key {number}")
        make_staff(casa, email=f"{number}@casa.example")
    with django_assert_max_num_queries(8):
        manager.get(KEYS)
    with django_assert_max_num_queries(8):
        manager.get(STAFF)
