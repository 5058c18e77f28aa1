"""The weekly digest: to whom it goes, when, what it says, and how it is stopped (contract A21)."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from leads.analytics.digest.models import Digest
from leads.analytics.digest.planning import plan_all
from leads.analytics.digest.switching import stop_link, switch_on
from leads.analytics.digest.tests.weeks import LEAD, happen, next_monday, subscriber, work
from steerleads.dealers import staff
from steerleads.dealers.hours.actions import add_special_days
from steerleads.dealers.models import Dealership, Role
from steerleads.dealers.tests.people import browser, make_staff

pytestmark = pytest.mark.django_db
SWITCH = "/admin/leads/analytics/digest/"
MINUTE, WEEK = timedelta(minutes=1), timedelta(days=7)


@pytest.fixture
def outbox(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.SITE_URL = "https://leads.example.com"
    return mail.outbox


@pytest.fixture
def week(api, casa, civic, outbox):
    """Something happened at Casa, whose language is English here."""
    Dealership.objects.update(language="en")
    casa.refresh_from_db()
    return happen(api, civic)


# --- When ----------------------------------------------------------------------------------------


def test_it_comes_once_at_the_first_open_minute_of_the_week(casa, week, outbox):
    subscriber(casa)
    opens = next_monday(casa)
    sent = []
    for now in (opens - MINUTE, opens, opens + MINUTE, opens + 3 * timedelta(days=1)):
        work(now)
        sent.append(len(outbox))
    assert sent == [0, 1, 1, 1]


@pytest.mark.parametrize("how", [{"lease": uuid4()}, {"attempts": 3}])
def test_a_time_from_a_clock_that_was_ahead_is_not_waited_for(casa, how):
    now = timezone.now()
    subscriber(casa)
    Digest.objects.update(next_at=now + timedelta(days=1), **how)
    plan_all(now)
    assert Digest.objects.get().next_at == now + timedelta(hours=1)


def test_a_week_that_begins_with_a_holiday_begins_later(casa, week, outbox):
    subscriber(casa)
    monday = next_monday(casa)
    add_special_days(casa, [{"name": "Aïd", "first": monday.date(), "last": monday.date(), "hours": []}])
    work(monday)
    assert outbox == []
    work(monday + timedelta(days=1))
    assert len(outbox) == 1


def test_where_nobody_is_ever_there_none_is_due(casa, week, outbox):
    add_special_days(
        casa,
        [
            {
                "name": "Closed",
                "first": timezone.now().date() - WEEK,
                "last": next_monday(casa, weeks=600).date(),
                "hours": [],
            }
        ],
    )
    assert subscriber(casa).next_at is None
    work(next_monday(casa))
    plan_all(timezone.now())
    assert outbox == []


def test_nothing_comes_if_nothing_happened(casa, week, outbox):
    subscriber(casa)
    work(next_monday(casa))
    work(next_monday(casa, weeks=2))
    assert len(outbox) == 1
    assert Digest.objects.get().next_at == next_monday(casa, weeks=3)


def test_who_switches_it_on_within_a_week_gets_the_next_one(casa, week, outbox):
    boss = make_staff(casa, Role.MANAGER)
    before, after = next_monday(casa, 8), next_monday(casa, 10)
    assert switch_on(boss, casa, now=before).next_at == next_monday(casa)
    Digest.objects.all().delete()
    assert switch_on(boss, casa, now=after).next_at == next_monday(casa, weeks=2)


def test_a_time_zone_that_changed_is_noticed(casa, week):
    subscriber(casa)
    Dealership.objects.update(time_zone="Europe/Paris")
    plan_all(timezone.now())
    assert Digest.objects.get().next_at == next_monday(Dealership.objects.get(pk=casa.pk))


def test_without_a_mail_server_it_waits_and_keeps_no_worker_busy(casa, week, outbox, settings):
    settings.EMAIL_BACKEND, configured = staff.NO_MAIL, settings.EMAIL_BACKEND
    subscriber(casa)
    opens = next_monday(casa)
    work(opens)
    assert Digest.objects.get().next_at == opens + timedelta(hours=1)
    settings.EMAIL_BACKEND = configured
    work(opens + timedelta(hours=1))
    assert len(outbox) == 1


# --- What it says --------------------------------------------------------------------------------


def test_it_has_last_week_beside_the_week_before(casa, week, outbox):
    subscriber(casa)
    work(next_monday(casa))
    [letter] = outbox
    assert (letter.to, letter.subject) == (["amina@casa.example"], "Last week at Casa Motors: new leads 3, completed 1")
    lines = letter.body.splitlines()
    for line in ("Hello Amina,", "New leads: 3 (0)", "Completed: 1 (0)", "Answered by a person: 2 of 3 (0 of 0)"):
        assert line in lines
    assert "First answer in business hours, median: too few (too few)" in lines


def test_its_links_open_what_it_counts(casa, week, outbox):
    digest = subscriber(casa)
    work(next_monday(casa))
    boss = browser(digest.user)
    links = re.findall(r"https://leads\.example\.com(/admin/leads/analytics/\S+)", outbox[0].body)
    [waiting] = [link for link in links if "cell=waiting" in link]
    [lead] = boss.get(waiting).context["page"].object_list
    assert str(lead.pk) == week[2]
    assert {boss.get(link).status_code for link in links} == {200}


def test_nobodys_data_is_in_it(casa, week, outbox):
    subscriber(casa)
    work(next_monday(casa))
    text = str(outbox[0].message())
    assert not [value for value in (*LEAD.values(), "Karim", "secret", "123456") if value in text]


@pytest.mark.parametrize(("language", "words"), [("fr", "Nouveaux leads\u00a0: 3 (0)"), ("ar", "الفرص الجديدة: 3 (0)")])
def test_it_is_in_the_managers_language(casa, week, outbox, language, words):
    Dealership.objects.update(language=language)
    subscriber(Dealership.objects.get(pk=casa.pk))
    work(next_monday(casa))
    assert words in outbox[0].body.splitlines()


def test_a_name_writes_no_line_of_it(casa, week, outbox):
    Dealership.objects.update(name="Casa\nBcc: everybody@example.com")
    subscriber(Dealership.objects.get(pk=casa.pk), first_name="Amina\n\nSend your password")
    work(next_monday(casa))
    message = outbox[0].message()
    assert message["Bcc"] is None
    assert "Hello Amina Send your password," in outbox[0].body


# --- Who gets it ---------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.SALESPERSON, None])
def test_only_managers_have_the_switch(casa, role):
    client = browser(make_staff(casa if role else None, role))
    assert {client.get(SWITCH).status_code, client.post(SWITCH, {"do": "on"}).status_code} == {403}
    assert Digest.objects.count() == 0


def test_a_manager_switches_it_on_and_off_and_nobody_elses(casa, atlas):
    other, boss = subscriber(atlas, email="karim@atlas.example"), make_staff(casa, Role.MANAGER)
    client = browser(boss)
    for do, people in (("on", {boss, other.user}), ("on", {boss, other.user}), ("off", {other.user})):
        assert client.post(SWITCH, {"do": do}).status_code == 302
        assert {digest.user for digest in Digest.objects.all()} == people
        assert client.get(SWITCH).context["is_on"] == (boss in people)


@pytest.mark.parametrize(
    "leave",
    [
        lambda boss: type(boss).objects.update(is_active=False),
        lambda boss: staff.change_role(boss.membership, Role.SALESPERSON, by=None),
        lambda boss: staff.remove(boss.membership, by=None),
        lambda boss: boss.delete(),
    ],
)
def test_who_is_no_manager_there_any_more_gets_none(casa, week, outbox, leave):
    digest = subscriber(casa)
    leave(digest.user)
    work(next_monday(casa))
    assert outbox == []
    assert not Digest.objects.filter(next_at__lte=next_monday(casa)).exists()


def test_figures_are_those_of_the_own_dealership(casa, atlas, week, outbox):
    subscriber(atlas, email="karim@atlas.example")
    work(next_monday(casa))
    assert outbox == []  # nothing happened there


# --- How it is stopped -----------------------------------------------------------------------------


def test_one_request_without_a_session_stops_it(casa, week, outbox):
    subscriber(casa)
    work(next_monday(casa))
    headers = outbox[0].message()
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = headers["List-Unsubscribe"].replace("\n", "").strip("<> ")
    assert link in outbox[0].body
    path = link.removeprefix("https://leads.example.com")
    answer = Client(enforce_csrf_checks=True, headers={"host": "localhost"}).post(
        path, {"List-Unsubscribe": "One-Click"}
    )
    assert (answer.status_code, Digest.objects.count()) == (200, 0)


def test_who_only_looks_at_the_link_stops_nothing(casa, settings):
    settings.SITE_URL = ""
    digest = subscriber(casa)
    assert browser().get(stop_link(digest)).context["asks"]
    assert Digest.objects.count() == 1


def test_a_link_says_that_it_is_stopped_also_the_second_time(casa, settings):
    settings.SITE_URL = ""
    link = stop_link(subscriber(casa))
    for _ in range(2):
        assert not browser().post(link).context["asks"]
    assert browser().get(link).context["is_ours"]


@pytest.mark.parametrize(
    "change", [lambda token: "nonsense", lambda token: token[:-1] + "x", lambda token: token.swapcase()]
)
def test_a_link_that_is_not_ours_stops_nothing(casa, settings, change):
    settings.SITE_URL = ""
    subscriber(casa)
    path, _slash, token = stop_link(Digest.objects.get()).rpartition("/")
    for answer in (browser().get(f"{path}/{change(token)}"), browser().post(f"{path}/{change(token)}")):
        assert (answer.status_code, answer.context["is_ours"]) == (200, False)
    assert Digest.objects.count() == 1
