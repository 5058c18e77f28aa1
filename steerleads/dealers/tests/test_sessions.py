"""Where somebody is signed in: seen by them alone, and ended one by one or all at once."""

import re

import pytest
from django.core.management import call_command
from django.utils import timezone

from steerleads.dealers import sessions, staff
from steerleads.dealers.models import Role, StaffSession, User
from steerleads.dealers.tests.people import PASSWORD, browser, make_staff

pytestmark = [pytest.mark.on_one_database, pytest.mark.usefixtures("in_english")]

PAGE = "/admin/sessions/"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 Mobile Safari/604.1"
NEW = "a longer new one"


@pytest.fixture
def sara(casa):
    return make_staff(casa, email="sara@casa.example", password=PASSWORD)


def signed_in(address="203.0.113.7", agent=PHONE):
    client = browser()
    data = {"username": "sara@casa.example", "password": PASSWORD}
    assert client.post("/admin/login/", data, REMOTE_ADDR=address, headers={"user-agent": agent}).status_code == 302
    return client


def marks(page):
    return re.findall(r'name="end" value="([0-9a-f]{32})"', page.content.decode())


def is_in(client):
    return client.get("/admin/").status_code == 200


def test_the_page_tells_when_from_where_and_with_what(sara):
    signed_in()
    page = browser(sara).get(PAGE).content.decode()
    assert "Safari on iPhone" in page and "203.0.113.7" in page and "this browser" in page


def test_the_page_holds_no_key_of_a_session(sara):
    signed_in()
    page = browser(sara).get(PAGE).content.decode()
    assert not any(session.pk in page for session in StaffSession.objects.all())


def test_one_is_ended_and_the_others_go_on(sara):
    lost, mine = signed_in(), browser(sara)
    mine.post(PAGE, {"end": marks(mine.get(PAGE))[0]})
    assert (is_in(lost), is_in(mine)) == (False, True)


def test_all_are_ended_at_once(sara):
    clients = [signed_in(), browser(sara)]
    assert clients[1].post(PAGE, {"do": "everywhere"})["Location"] == "/admin/login/"
    assert not any(is_in(client) for client in clients)


@pytest.mark.parametrize("mark", ["", "x", "0" * 32])
def test_a_mark_that_is_nobodys_ends_nothing(sara, mark):
    mine = browser(sara)
    assert mine.post(PAGE, {"end": mark}).status_code == 200 and is_in(mine)


def test_nobody_sees_or_ends_a_colleagues_session(casa, sara):
    boss = browser(make_staff(casa, Role.MANAGER))
    mine = browser(sara)
    signed_in()
    theirs = marks(mine.get(PAGE))[0]
    assert theirs not in marks(boss.get(PAGE))
    boss.post(PAGE, {"end": theirs})
    boss.post(PAGE, {"do": "everywhere"})
    assert is_in(mine) and StaffSession.objects.filter(user=sara).count() == 2


def test_a_new_password_ends_the_others(sara):
    other, mine = signed_in(), browser(sara)
    data = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert mine.post("/admin/password_change/", data).status_code == 302
    assert (is_in(other), is_in(mine)) == (False, True)
    assert StaffSession.objects.filter(user=sara).count() == 1


def test_a_password_set_by_a_link_ends_all(sara):
    other, client = signed_in(), browser()
    sara.refresh_from_db()  # a link ends with the next sign-in
    page = client.get(staff.password_link(sara).url.removeprefix("http://localhost:8000"), follow=True)
    client.post(page.request["PATH_INFO"], {"new_password1": NEW, "new_password2": NEW})
    assert User.objects.get().check_password(NEW) and not is_in(other)
    assert not StaffSession.objects.filter(user=sara).exists()


def test_a_session_of_an_earlier_password_is_not_listed(sara):
    signed_in()
    sara.set_password(NEW)
    sara.save()
    assert sessions.sessions_of(sara, "") == []


def test_signing_out_and_running_out_leave_no_session(sara):
    client = signed_in()
    client.post("/admin/logout/")
    signed_in()
    StaffSession.objects.update(expire_date=timezone.now())
    assert sessions.sessions_of(sara, "") == []
    call_command("clear_expired")
    assert not StaffSession.objects.filter(user=sara).exists()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/124.0 Safari/537.36 Edg/124.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 SamsungBrowser/24.0 Chrome/117", "Samsung Internet on"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605 Version/17 Safari/605", "Safari on macOS"),
        ("<script>alert(1)</script>", "An unknown browser"),
        ("", "An unknown browser"),
    ],
)
def test_browsers_are_told_in_words(sara, agent, words):
    signed_in(agent=agent)
    page = browser(sara).get(PAGE).content.decode()
    assert words in page and "alert(1)" not in page
