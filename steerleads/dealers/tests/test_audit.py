"""The audit log: every kind of entry, written by the doors people and programs come through; read by managers only."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from conftest import ApiClient, make_lead
from leads.notifications.actions import create_rule
from leads.outbox import actions as delivery_actions
from leads.outbox.models import SwitchedOff
from leads.webhooks.actions import create_webhook
from leads.webhooks.models import Webhook
from steerleads.dealers import audit, staff, two_factor
from steerleads.dealers.audit_kinds import AuditKind
from steerleads.dealers.hours.actions import set_week
from steerleads.dealers.hours.schedule import FIRST_DAY, USUAL_WEEK
from steerleads.dealers.models import ApiKey, AuditEvent, Dealership, Role
from steerleads.dealers.tests.people import PASSWORD, browser, make_staff
from steerleads.dealers.tests.test_two_factor import code_of
from steerleads.dealers.tests.waiting_mails import send_waiting

CASA = "Casa Motors"
HERE = "203.0.113.7"
ADMIN = "/admin/dealers"
TOKEN = "s3cret-in-the-path"
HOOK = {"url": f"https://crm.example.com/{TOKEN}"}
SIGN_IN = {"username": "sara@casa.example", "password": PASSWORD, "next": "/admin/"}


@pytest.fixture(autouse=True)
def _no_mail(settings):
    settings.EMAIL_BACKEND = staff.NO_MAIL


@pytest.fixture
def world(casa, settings):
    """A manager's and a salesperson's browsers, a key with its client, and a row of everything that can be changed."""
    Dealership.objects.update(language="en")
    boss = make_staff(casa, Role.MANAGER, email="boss@casa.example", first_name="Amina")
    sara = make_staff(casa, email="sara@casa.example", password=PASSWORD, first_name="Sara")
    api = ApiClient(casa)
    rows = {
        "hook": create_webhook(casa, HOOK),
        "rule": create_rule(casa, {"trigger": "created", "to": "x@casa.example"}),
    }
    found = SimpleNamespace(casa=casa, boss=browser(boss), sara=sara, api=api, key=api.key, settings=settings, **rows)
    found.her_browser = browser(sara)
    for client in (found.boss, found.her_browser, api):
        client.defaults["REMOTE_ADDR"] = HERE
    AuditEvent.objects.all().delete()
    return found


def act(world, action, row):
    data = {"action": action, "_selected_action": [row.pk], "index": 0, "post": "yes"}
    return world.boss.post(f"{ADMIN}/{row._meta.model_name}/", data)


def switch_on(world):
    world.her_browser.post("/admin/two-factor/", {"do": "begin"})
    device = TOTPDevice.objects.get()
    world.her_browser.post("/admin/two-factor/", {"do": "confirm", "code": code_of(device)})
    return device


def switch_off(world, do="end"):
    device = switch_on(world)
    TOTPDevice.objects.update(last_t=-1)
    world.her_browser.post("/admin/two-factor/", {"do": do, "code": code_of(device)})


def use_recovery_code(world):
    TOTPDevice.objects.create(user=world.sara, name="TOTP")
    code = two_factor.renew_codes(world.sara)[0]
    browser().post("/admin/login/", {**SIGN_IN, "otp_token": code}, REMOTE_ADDR=HERE)


def forget_password(world, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    browser().post("/admin/password_reset/", {"email": "sara@casa.example"}, REMOTE_ADDR=HERE)


def set_password(world):
    client = browser()
    page = client.get(staff.password_link(world.sara).url.removeprefix("http://localhost:8000"), follow=True)
    new = {"new_password1": "a longer new one", "new_password2": "a longer new one"}
    client.post(page.request["PATH_INFO"], new, REMOTE_ADDR=HERE)


def change_password(world):
    new = {"old_password": PASSWORD, "new_password1": "a longer new one", "new_password2": "a longer new one"}
    world.her_browser.post("/admin/password_change/", new)


def keep_agenda(world, *acts):
    for do in acts:
        world.her_browser.post("/admin/leads/agenda/", {"do": do})


def remove_device(world):
    TOTPDevice.objects.create(user=world.sara, name="TOTP")
    act(world, "remove_two_factor", world.sara.membership)


def sign_in(password=PASSWORD, name="sara@casa.example", times=1, **how):
    for _ in range(times):
        browser().post("/admin/login/", {**SIGN_IN, "username": name, "password": password}, REMOTE_ADDR=HERE, **how)


def change_key(world):
    data = {"name": "Website", "scopes": ["leads:read"], "hourly_limit": 5}
    world.boss.post(f"{ADMIN}/apikey/{world.key.pk}/change/", data)


def of_lead(world, command):
    make_lead(world.civic, target_name="Omar Alaoui")
    call_command(command, "Omar Alaoui", "--dealership", CASA, *(["--yes"] if command == "erase_person" else []))


NEW_KEY = {"name": "Website", "environment": "prod", "scopes": ["leads:read"], "hourly_limit": 100}
NEW_RULE = {"trigger": "created", "channel": "email", "to": "spy@evil.example", "is_on": "on"}
INVITED = {"email": "omar@casa.example", "name": "Omar", "role": "manager"}
BOSS, SARA, KEY, OPERATOR, NOBODY = "Amina", "Sara", "Website", None, ""

# kind: (what is done, who is named, whom or what is named, from where)
CASES = {
    AuditKind.SIGNIN_SUCCEEDED: (lambda w: sign_in(), SARA, "", HERE),
    AuditKind.SIGNIN_FAILED: (lambda w: sign_in("wrong"), NOBODY, SARA, HERE),
    AuditKind.SIGNIN_LOCKED_OUT: (lambda w: sign_in("wrong", times=5), NOBODY, SARA, HERE),
    AuditKind.SESSIONS_ENDED: (
        lambda w: w.her_browser.post("/admin/sessions/", {"do": "everywhere"}),
        *(SARA, SARA, HERE),
    ),
    AuditKind.LINK_SENT: (lambda w: (forget_password(w, w.settings), send_waiting()), NOBODY, SARA, HERE),
    AuditKind.LINK_SHOWN: (lambda w: w.boss.post(f"{ADMIN}/membership/add/", INVITED), BOSS, "Omar", HERE),
    AuditKind.PASSWORD_SET: (set_password, SARA, SARA, HERE),
    AuditKind.PASSWORD_CHANGED: (change_password, SARA, SARA, HERE),
    AuditKind.RECOVERY_CODES_MADE: (lambda w: switch_off(w, "renew"), SARA, SARA, HERE),
    AuditKind.RECOVERY_CODE_USED: (use_recovery_code, SARA, SARA, HERE),
    AuditKind.TWO_FACTOR_ON: (switch_on, SARA, SARA, HERE),
    AuditKind.TWO_FACTOR_OFF: (switch_off, SARA, SARA, HERE),
    AuditKind.TWO_FACTOR_REMOVED: (remove_device, BOSS, SARA, HERE),
    AuditKind.PERSON_INVITED: (lambda w: w.boss.post(f"{ADMIN}/membership/add/", INVITED), BOSS, "Omar", HERE),
    AuditKind.PERSON_REMOVED: (
        lambda w: w.boss.post(f"{ADMIN}/membership/{w.sara.membership.pk}/delete/", {"post": "yes"}),
        *(BOSS, SARA, HERE),
    ),
    AuditKind.ROLE_CHANGED: (
        lambda w: w.boss.post(f"{ADMIN}/membership/{w.sara.membership.pk}/change/", {"role": "manager"}),
        *(BOSS, SARA, HERE),
    ),
    AuditKind.AVAILABILITY_CHANGED: (
        lambda w: w.her_browser.post("/admin/availability/", {"available": "no"}),
        *(SARA, SARA, HERE),
    ),
    AuditKind.KEY_MADE: (lambda w: w.boss.post(f"{ADMIN}/apikey/add/", NEW_KEY), BOSS, KEY, HERE),
    AuditKind.KEY_CHANGED: (change_key, BOSS, KEY, HERE),
    AuditKind.KEY_ROTATED: (
        lambda w: w.boss.post(f"{ADMIN}/apikey/{w.key.pk}/rotate/", {"overlap": "0"}),
        *(BOSS, KEY, HERE),
    ),
    AuditKind.KEY_REVOKED: (lambda w: act(w, "revoke", w.key), BOSS, KEY, HERE),
    AuditKind.KEY_USED_FROM_NEW_ADDRESS: (lambda w: w.api.get("/leads"), KEY, KEY, HERE),
    AuditKind.WEBHOOK_MADE: (lambda w: w.api.post("/webhooks", HOOK), KEY, "crm.example.com", HERE),
    AuditKind.WEBHOOK_CHANGED: (
        lambda w: w.api.patch(f"/webhooks/{w.hook.pk}", {"description": "x"}),
        *(KEY, "crm.example.com", HERE),
    ),
    AuditKind.WEBHOOK_ROTATED: (
        lambda w: w.boss.post(f"/admin/webhooks/webhook/{w.hook.pk}/rotate/"),
        *(BOSS, "crm.example.com", HERE),
    ),
    AuditKind.WEBHOOK_SWITCHED_OFF: (
        lambda w: delivery_actions.switch_off(w.hook, SwitchedOff.GONE, timezone.now()),
        *("deliver", "crm.example.com", ""),
    ),
    AuditKind.WEBHOOK_DELETED: (lambda w: w.api.delete(f"/webhooks/{w.hook.pk}"), KEY, "crm.example.com", HERE),
    AuditKind.RULE_MADE: (
        lambda w: w.boss.post("/admin/notifications/rule/add/", NEW_RULE),
        *(BOSS, "a lead is created", HERE),
    ),
    AuditKind.RULE_CHANGED: (
        lambda w: w.boss.post(f"/admin/notifications/rule/{w.rule.pk}/change/", NEW_RULE),
        *(BOSS, "a lead is created", HERE),
    ),
    AuditKind.RULE_DELETED: (
        lambda w: w.boss.post(f"/admin/notifications/rule/{w.rule.pk}/delete/", {"post": "yes"}),
        *(BOSS, "a lead is created", HERE),
    ),
    AuditKind.AGENDA_MADE: (lambda w: keep_agenda(w, "make"), SARA, SARA, HERE),
    AuditKind.AGENDA_ENDED: (lambda w: keep_agenda(w, "make", "end"), SARA, SARA, HERE),
    AuditKind.HOURS_CHANGED: (
        lambda w: w.boss.post(f"{ADMIN}/specialday/add/", {"name": "Eid", "first": "2026-03-20"}),
        *(BOSS, "Eid", HERE),
    ),
    AuditKind.HOURS_DELETED: (
        lambda w: w.boss.post(
            f"{ADMIN}/openingweek/{set_week(w.casa, FIRST_DAY, USUAL_WEEK).pk}/delete/", {"post": "yes"}
        ),
        *(BOSS, "1970-01-01", HERE),
    ),
    AuditKind.PERSON_ERASED: (lambda w: call_command("erase_staff", "sara@casa.example", "--yes"), OPERATOR, "", ""),
    AuditKind.CONTACT_EXPORTED: (lambda w: of_lead(w, "export_person"), OPERATOR, "", ""),
    AuditKind.CONTACT_ERASED: (lambda w: of_lead(w, "erase_person"), OPERATOR, "", ""),
    AuditKind.DEALERSHIP_MADE: (lambda w: call_command("create_dealership", "New Cars"), OPERATOR, "New Cars", ""),
    AuditKind.DEALERSHIP_CHANGED: (
        lambda w: w.boss.post(
            f"{ADMIN}/dealership/{w.casa.pk}/change/",
            {"name": CASA, "time_zone": "Europe/Paris", "language": "en", "assigning": "claim"},
        ),
        *(BOSS, CASA, HERE),
    ),
}


def test_every_kind_of_entry_has_a_case_here():
    assert set(CASES) == set(AuditKind)


@pytest.mark.parametrize("kind", CASES)
def test_what_happens_is_recorded_with_who_whom_and_from_where(world, civic, kind):
    world.civic = civic
    do, who, whom, address = CASES[kind]
    do(world)
    event = AuditEvent.objects.get(kind=kind)
    name, place = (event.actor_name, event.dealership and event.dealership.name)
    assert name == (audit.Actor.of_operator().name if who is OPERATOR else who)
    assert (event.subject_name.split(" (")[0], event.address) == (whom, address)
    assert place == ("New Cars" if kind == AuditKind.DEALERSHIP_MADE else CASA)
    assert timezone.now() - event.at < timedelta(minutes=1)


@pytest.mark.parametrize("kind", CASES)
def test_no_entry_holds_a_secret_or_a_contact(world, civic, kind):
    world.civic = civic
    CASES[kind][0](world)
    kept = json.dumps([str(row) for row in AuditEvent.objects.values_list()])
    secrets = [TOKEN, "Omar Alaoui", "+212-600", "evil.example", "x@casa.example", PASSWORD, world.api.secret]
    secrets += [hook.secret for hook in Webhook.objects.all()] + [key.digest for key in ApiKey.objects.all()]
    assert [secret for secret in secrets if secret in kept] == []


def test_djangos_own_commands_for_accounts_leave_an_entry_too(world, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda prompt: "a longer new one")
    call_command("changepassword", "sara@casa.example")
    event = AuditEvent.objects.get(kind=AuditKind.PASSWORD_CHANGED)
    assert (event.actor_name, event.subject_name) == (audit.Actor.of_operator().name, SARA)
    assert world.her_browser.get("/admin/").status_code == 302
    call_command("createsuperuser", "--email", "omar@casa.example", "--noinput")
    event = AuditEvent.objects.get(kind=AuditKind.PERSON_INVITED)
    assert (event.subject_name, event.details) == ("omar@casa.example", {"role": "superuser"})


def test_what_is_refused_or_changes_nothing_leaves_no_entry(world):
    world.boss.post(f"{ADMIN}/membership/{world.sara.membership.pk}/change/", {"role": "salesperson"})
    world.boss.post(f"{ADMIN}/apikey/add/", {**NEW_KEY, "name": ""})
    world.api.patch("/webhooks/x", {"description": "x"})
    kinds = set(AuditEvent.objects.values_list("kind", flat=True))
    assert kinds <= {AuditKind.KEY_USED_FROM_NEW_ADDRESS}


# --- Attempts to sign in -------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["nobody@casa.example", PASSWORD, "x" * 400, "\0", "ا" * 300])
def test_a_name_that_is_nobodys_is_not_kept_for_it_may_be_a_password(world, typed):
    sign_in("wrong", typed)
    for event in AuditEvent.objects.filter(kind=AuditKind.SIGNIN_FAILED):
        assert (event.subject_name, event.subject_id, event.dealership, event.details) == ("", "", None, {})


def test_repeated_failures_are_counted_in_one_entry(world):
    sign_in("wrong", times=3)
    for number in range(3):
        sign_in("wrong", f"{number}@casa.example")
    times = AuditEvent.objects.filter(kind=AuditKind.SIGNIN_FAILED).values_list("subject_name", "times")
    assert sorted(times) == [("", 3), (SARA, 3)]


def test_a_whole_network_of_ipv6_is_one_place(world):
    for last in range(4):
        data = {**SIGN_IN, "password": "wrong"}
        browser().post("/admin/login/", data, REMOTE_ADDR=f"2001:db8::{last + 1}")
    event = AuditEvent.objects.get(kind=AuditKind.SIGNIN_FAILED)
    assert (event.address, event.times) == ("2001:db8::/64", 4)


def test_after_a_quarter_of_an_hour_a_failure_is_a_new_entry(world):
    sign_in("wrong")
    AuditEvent.objects.update(at=timezone.now() - timedelta(minutes=16))
    sign_in("wrong")
    assert AuditEvent.objects.filter(kind=AuditKind.SIGNIN_FAILED).count() == 2


# --- Who reads it --------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["manager", "superuser"])
def test_nobody_adds_changes_or_deletes_an_entry(world, who):
    client = world.boss if who == "manager" else browser(make_staff(world.casa, None))
    AuditEvent.objects.exclude(kind="").delete()
    audit.record(AuditKind.KEY_MADE, dealership=world.casa, subject=world.key)
    entry = AuditEvent.objects.get()
    path = f"{ADMIN}/auditevent/"
    assert client.get(path).status_code == client.get(f"{path}{entry.pk}/change/").status_code == 200
    answers = [client.post(f"{path}{page}", {"post": "yes", "kind": "x"}) for page in ("add/", f"{entry.pk}/delete/")]
    answers.append(client.post(f"{path}{entry.pk}/change/", {"kind": "x", "actor_name": "x"}))
    client.post(path, {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"})
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert AuditEvent.objects.filter(pk=entry.pk).values().get() == {**AuditEvent.objects.values().get(pk=entry.pk)}
    assert AuditEvent.objects.get(pk=entry.pk).actor_name == entry.actor_name


def test_a_salesperson_does_not_see_it(world):
    assert world.her_browser.get(f"{ADMIN}/auditevent/").status_code == 403


def test_a_stranger_who_tries_names_that_are_nobodys_is_seen_by_superusers_only(world):
    sign_in("wrong", "nobody@casa.example")
    root = browser(make_staff(None, None))
    shown = {
        client: client.get(f"{ADMIN}/auditevent/").content.count(b"failed to sign in<") for client in (root, world.boss)
    }
    assert shown[root] > shown[world.boss]


def test_a_manager_reads_in_words_what_was_changed(world):
    world.boss.post(f"{ADMIN}/membership/{world.sara.membership.pk}/change/", {"role": "manager"})
    page = world.boss.get(f"{ADMIN}/auditevent/").content.decode()
    assert "changed a role" in page and "role: Manager (was: Salesperson)" in page
    Dealership.objects.update(language="fr")
    assert "rôle modifié" in world.boss.get(f"{ADMIN}/auditevent/").content.decode()
