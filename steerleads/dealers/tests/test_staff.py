"""Staff come and go: invitations by mail or by link, roles, removal, and new passwords."""

import re
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import authenticate
from django.core import mail
from django.core.management import CommandError, call_command
from django_otp.plugins.otp_totp.models import TOTPDevice

from steerleads.dealers import staff
from steerleads.dealers.models import Dealership, Membership, Role, User
from steerleads.dealers.tests.people import browser, make_staff
from steerleads.dealers.tests.waiting_mails import send_waiting

pytestmark = pytest.mark.on_one_database

LINK = re.compile(r"http://localhost:8000/admin/reset/\S+")
NEW_PASSWORD = "a longer new one"


@pytest.fixture
def mailbox(settings):
    """Mail is configured, and arrives here."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return mail.outbox


@pytest.fixture
def no_mail(settings):
    settings.EMAIL_BACKEND = staff.NO_MAIL


@pytest.fixture
def broken_mail(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1


def create_staff(capsys, *arguments):
    """(stdout, stderr)."""
    call_command("create_staff", *arguments)
    return capsys.readouterr()


def set_password(link, password=NEW_PASSWORD):
    """The last answer of a person who follows the link and types a password."""
    client = browser()
    page = client.get(urlsplit(link).path, follow=True)
    return client.post(page.request["PATH_INFO"], {"new_password1": password, "new_password2": password})


# --- The command -------------------------------------------------------------------------------


def test_without_mail_the_link_alone_is_printed(casa, no_mail, capsys):
    out, words = create_staff(capsys, "Sara@Casa.Example", "--dealership", "Casa Motors", "--name", "Sara El Alami")
    assert LINK.fullmatch(out.strip()) and "sara@casa.example" in words
    user = User.objects.get()
    assert (user.email, user.get_full_name(), user.has_usable_password()) == (
        "sara@casa.example",
        "Sara El Alami",
        False,
    )
    assert (user.is_staff, user.is_superuser, user.membership.role) == (True, False, "salesperson")
    assert user.membership.dealership == casa


def test_with_no_mail_nothing_is_sent(casa, mailbox, capsys):
    out, _words = create_staff(capsys, "sara@casa.example", "--dealership", str(casa.pk), "--no-mail")
    assert LINK.fullmatch(out.strip()) and not mailbox


@pytest.mark.parametrize(("language", "word"), [("fr", "Bonjour Sara"), ("ar", "مرحبًا Sara"), ("en", "Hello Sara")])
def test_the_invitation_comes_in_the_dealerships_language(casa, mailbox, capsys, language, word):
    Dealership.objects.update(language=language, name="L'Étoile & Fils")
    out, _words = create_staff(
        capsys, "sara@casa.example", "--dealership", str(casa.pk), "--role", "manager", "--name", "Sara"
    )
    send_waiting()
    assert (out, [message.to for message in mailbox]) == ("", [["sara@casa.example"]])
    assert "L'Étoile & Fils" in mailbox[0].subject and word in mailbox[0].body and LINK.search(mailbox[0].body)
    assert "SteerLeads" in mailbox[0].from_email


def test_with_mail_nothing_is_lost_while_no_worker_runs_and_the_command_says_so(casa, mailbox, capsys):
    out, words = create_staff(capsys, "sara@casa.example", "--dealership", str(casa.pk))
    assert (out, len(mailbox)) == ("", 0) and "deliver --once" in words
    call_command("deliver", "--once")
    assert [message.to for message in mailbox] == [["sara@casa.example"]]


def test_who_has_had_enough_mails_gets_a_link_from_the_operator(casa, mailbox, capsys):
    make_staff(casa, email="sara@casa.example")
    for _ in range(3):
        call_command("reset_password", "sara@casa.example")
    assert capsys.readouterr().out == ""
    call_command("reset_password", "sara@casa.example")
    out, words = capsys.readouterr()
    assert LINK.fullmatch(out.strip()) and "at most 3 mails" in words


def test_the_link_sets_the_password_once(casa, no_mail, capsys, rf):
    link = create_staff(capsys, "sara@casa.example", "--dealership", str(casa.pk)).out.strip()
    assert set_password(link)["Location"] == "/admin/reset/done/"
    assert authenticate(rf.post("/"), username="sara@casa.example", password=NEW_PASSWORD)
    assert b"new_password1" not in browser().get(urlsplit(link).path, follow=True).content


def test_a_weak_password_is_not_taken(casa, no_mail, capsys):
    link = create_staff(capsys, "sara@casa.example", "--dealership", str(casa.pk)).out.strip()
    assert set_password(link, "password").context["form"].errors
    assert not User.objects.get().has_usable_password()


def test_a_superuser_needs_no_dealership(db, no_mail, capsys):
    create_staff(capsys, "root@example.com", "--superuser")
    user = User.objects.get()
    assert (user.is_superuser, user.is_staff, hasattr(user, "membership")) == (True, True, False)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sara@casa.example"], "--dealership"),
        (["sara", "--dealership", "Casa Motors"], "not an e-mail"),
        (["", "--superuser"], "not an e-mail"),
        (["a" * 250 + "@b.example", "--superuser"], "not an e-mail"),
        (["OLD@casa.example", "--dealership", "Casa Motors"], "already"),
        (["sara@casa.example", "--dealership", "Nowhere"], "no dealership"),
        (["sara@casa.example", "--dealership", "Casa Motors", "--role", "boss"], "boss"),
    ],
)
def test_the_command_says_why_it_refuses(casa, no_mail, capsys, arguments, words):
    make_staff(casa, email="old@casa.example")
    with pytest.raises(CommandError, match=words) as refusal:
        create_staff(capsys, *arguments)
    assert (refusal.value.returncode, User.objects.count(), capsys.readouterr().out) == (1, 1, "")


def test_a_lost_device_is_taken_off_by_command(casa, capsys):
    sara = make_staff(casa, email="sara@casa.example")
    TOTPDevice.objects.create(user=sara, name="TOTP")
    call_command("reset_two_factor", "Sara@casa.example")
    assert not TOTPDevice.objects.exists()
    with pytest.raises(CommandError, match="no two-factor device"):
        call_command("reset_two_factor", "sara@casa.example")
    with pytest.raises(CommandError, match="No active member"):
        call_command("reset_two_factor", "nobody@casa.example")


def test_the_operator_gets_a_link_for_an_account_that_exists(casa, no_mail, capsys):
    make_staff(casa, email="sara@casa.example")
    call_command("reset_password", "Sara@casa.example")
    assert set_password(capsys.readouterr().out.strip())["Location"] == "/admin/reset/done/"


def test_with_mail_the_operators_link_goes_to_its_owner(casa, mailbox, capsys):
    make_staff(casa, email="sara@casa.example")
    call_command("reset_password", "sara@casa.example")
    send_waiting()
    assert capsys.readouterr().out == "" and LINK.search(mailbox[0].body)
    call_command("reset_password", "sara@casa.example", "--no-mail")
    assert LINK.fullmatch(capsys.readouterr().out.strip()) and len(mailbox) == 1
    with pytest.raises(CommandError, match="No active member"):
        call_command("reset_password", "nobody@casa.example")


# --- The verbs ---------------------------------------------------------------------------------


def test_who_was_removed_can_neither_sign_in_nor_go_on(casa):
    sara, boss = make_staff(casa), make_staff(casa, Role.MANAGER)
    client = browser(sara)
    TOTPDevice.objects.create(user=sara, name="TOTP")
    staff.remove(sara.membership, by=boss)
    assert client.get("/admin/").status_code == 302
    sara = User.objects.get(pk=sara.pk)
    assert (sara.is_active, sara.has_usable_password(), TOTPDevice.objects.exists()) == (False, False, False)
    assert not Membership.objects.filter(user=sara).exists()


def test_who_was_removed_may_be_invited_again_elsewhere(casa, atlas):
    sara = make_staff(casa, Role.MANAGER)
    staff.remove(sara.membership, by=make_staff(casa, None))
    staff.invite(sara.email, atlas)
    sara = User.objects.get(pk=sara.pk)
    assert (sara.is_active, sara.membership.dealership, sara.membership.role) == (True, atlas, "salesperson")


def test_nobody_removes_or_promotes_themselves(casa):
    boss = make_staff(casa, Role.MANAGER)
    for verb in (staff.remove, lambda m, by: staff.change_role(m, Role.SALESPERSON, by=by)):
        with pytest.raises(staff.StaffRefused, match="your own"):
            verb(boss.membership, by=boss)


def test_a_manager_does_nothing_to_a_superuser(casa):
    boss, root = make_staff(casa, Role.MANAGER), make_staff(casa, None)
    for verb in (staff.remove, lambda m, by: staff.new_link(m.user, by=by)):
        with pytest.raises(staff.StaffRefused, match="superuser"):
            verb(root.membership, by=boss)


def test_without_mail_no_colleague_is_handed_a_link(casa, no_mail):
    sara, boss, root = make_staff(casa), make_staff(casa, Role.MANAGER), make_staff(None, None)
    for by in (boss, root):
        with pytest.raises(staff.StaffRefused, match="reset_password"):
            staff.new_link(sara, by=by)


def test_the_last_superuser_stays(casa):
    root = make_staff(casa, None)
    with pytest.raises(staff.StaffRefused, match="last superuser"):
        staff.remove(root.membership, by=None)
    make_staff(None, None)
    staff.remove(root.membership, by=None)
    assert User.objects.filter(is_superuser=True).count() == 1


# --- A forgotten password ----------------------------------------------------------------------


def test_without_mail_no_reset_is_offered(db, no_mail):
    assert b"password_reset" not in browser().get("/admin/login/").content
    assert browser().get("/admin/password_reset/").status_code == 404
    assert browser().get("/admin/password_reset/done/").status_code == 404


def test_with_mail_a_link_comes_in_the_dealerships_language(casa, mailbox):
    make_staff(casa, email="sara@casa.example", password="old and forgotten")
    assert b'href="/admin/password_reset/"' in browser().get("/admin/login/").content
    response = browser().post("/admin/password_reset/", {"email": "SARA@casa.example"}, follow=True)
    send_waiting()
    assert response.status_code == 200 and "nouveau mot de passe" in mailbox[0].body
    assert set_password(LINK.search(mailbox[0].body)[0])["Location"] == "/admin/reset/done/"
    assert User.objects.get().check_password(NEW_PASSWORD)


def test_the_link_names_our_site_whatever_host_was_asked(casa, mailbox, settings):
    settings.ALLOWED_HOSTS = ["*"]
    make_staff(casa, email="sara@casa.example")
    browser().post("/admin/password_reset/", {"email": "sara@casa.example"}, headers={"host": "evil.example"})
    send_waiting()
    assert "evil" not in mailbox[0].body and LINK.search(mailbox[0].body)


@pytest.mark.parametrize("email", ["nobody@casa.example", "gone@casa.example"])
def test_a_stranger_gets_the_same_page_and_no_mail(casa, mailbox, email):
    make_staff(casa, email="gone@casa.example", is_active=False)
    response = browser().post("/admin/password_reset/", {"email": email})
    send_waiting()
    assert (response["Location"], mailbox) == ("/admin/password_reset/done/", [])


def test_a_mail_server_that_is_away_shows_nothing_and_logs_no_address(casa, broken_mail, caplog):
    make_staff(casa, email="sara@casa.example")
    response = browser().post("/admin/password_reset/", {"email": "sara@casa.example"})
    send_waiting()
    assert response["Location"] == "/admin/password_reset/done/"
    assert "did not take a mail" in caplog.text and "sara@" not in caplog.text


@pytest.mark.parametrize("path", ["/admin/reset/x/y/", "/admin/reset/MQ/set-password/", "/admin/reset/AA/a-b/"])
def test_a_made_up_link_sets_no_password(db, path):
    response = browser().get(path, follow=True)
    assert response.status_code == 200 and b"new_password1" not in response.content
