"""Mails to staff wait until they are sent: once, by one worker, for a day."""

import re
import socket
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from leads.notifications.tests.letterboxes import use_smtp
from leads.outbox.worker import Worker
from steerleads.dealers import leased_mails, mailing, staff
from steerleads.dealers.ahead import date_all_back
from steerleads.dealers.models import AccountMail, MailKind, Role
from steerleads.dealers.tests.people import browser, make_staff
from steerleads.dealers.tests.waiting_mails import NOON, ask, put, send_waiting, waiting
from steerleads.tests.clients import together
from steerleads.tests.killed_mailers import letters_after_a_kill
from steerleads.tests.servers import free_port

pytestmark = [pytest.mark.django_db, pytest.mark.on_one_database]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def sara(casa):
    return make_staff(casa, email="sara@casa.example")


# --- Waiting, and being sent -------------------------------------------------------------------


def test_a_mail_is_sent_once_and_nothing_is_kept_of_it(sara, letterbox):
    ask()
    assert (waiting(), letterbox.letters) == (1, [])
    call_command("deliver", "--once")
    call_command("deliver", "--once")
    [letter] = letterbox.letters
    assert (letter["To"], waiting()) == ("sara@casa.example", 0)
    assert re.search(r"https://leads.example.com/admin/reset/\S+", letter.get_content())


def test_what_waits_holds_no_link_and_nothing_of_the_person(sara, outbox):
    ask()
    kept = str(AccountMail.objects.values().get())
    assert "sara" not in kept and "reset/" not in kept


def test_the_link_is_made_when_the_mail_is_sent(sara, outbox):
    ask()
    sara.set_password("something else meanwhile")
    sara.save()
    send_waiting()
    path = re.search(r"http://localhost:8000(/admin/reset/\S+)", outbox[0].body)[1]
    assert b"new_password1" in browser().get(path, follow=True).content


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_who_is_no_longer_of_the_staff_gets_none(sara, outbox, change):
    ask()
    type(sara).objects.update(**change)
    send_waiting()
    assert (len(outbox), waiting()) == (0, 0)


def test_who_was_removed_or_erased_gets_none(casa, sara, outbox):
    gone = make_staff(casa, email="gone@casa.example")
    for person in (sara, gone):
        staff.mail_link(person, MailKind.INVITATION)
    staff.remove(sara.membership, by=make_staff(casa, Role.MANAGER))
    gone.delete()
    send_waiting()
    assert (len(outbox), waiting()) == (0, 0)


def test_of_several_that_have_waited_together_the_last_is_sent(sara, outbox):
    for minute in range(3):
        put(sara, at=NOON + minute * timedelta(minutes=1))
    send_waiting(NOON + HOUR)
    assert (len(outbox), waiting()) == (1, 0)


def test_without_a_mail_server_they_wait_until_there_is_one(sara, settings, outbox):
    ask()
    settings.EMAIL_BACKEND, configured = staff.NO_MAIL, settings.EMAIL_BACKEND
    send_waiting()
    settings.EMAIL_BACKEND = configured
    send_waiting()
    assert len(outbox) == 1


# --- A mail server that is away ----------------------------------------------------------------


def test_a_mail_server_that_is_away_is_tried_again_with_growing_pauses_for_a_day(sara, settings, caplog):
    use_smtp(settings, free_port())
    put(sara)
    tried = []
    while row := AccountMail.objects.first():
        tried.append(row.next_at)
        send_waiting(row.next_at)
    pauses = [later - earlier for earlier, later in zip(tried, tried[1:], strict=False)]
    assert pauses == sorted(pauses) and (pauses[0], pauses[-1]) == (timedelta(seconds=30), HOUR)
    assert 23 * HOUR < tried[-1] - tried[0] < 25 * HOUR
    assert f"user {sara.pk} was given up" in caplog.text and "sara@" not in caplog.text


def test_it_is_sent_once_the_mail_server_is_back_under_the_same_message_id(sara, letterbox):
    row = put(sara)
    letterbox.refuses = "451 4.7.1 Later"
    send_waiting(NOON)
    assert AccountMail.objects.get().attempts == 1
    letterbox.refuses = None
    send_waiting(NOON + timedelta(seconds=29))
    assert not letterbox.letters
    send_waiting(NOON + timedelta(seconds=30))
    assert str(row.pk) in letterbox.letters[0]["Message-ID"]


def test_a_mail_server_that_hangs_counts_as_one_that_is_away(sara, settings):
    settings.EMAIL_TIMEOUT = 0.3
    put(sara)
    with socket.create_server(("127.0.0.1", 0)) as server:
        use_smtp(settings, server.getsockname()[1])
        send_waiting(NOON)
    assert AccountMail.objects.values_list("attempts", "next_at").get() == (1, NOON + timedelta(seconds=30))


def test_a_bug_of_ours_is_not_tried_for_ever(sara, outbox, monkeypatch, caplog):
    monkeypatch.setattr(mailing, "render_to_string", lambda *given: 1 / 0)
    put(sara)
    send_waiting(NOON)
    assert AccountMail.objects.get().attempts == 1 and "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("ahead", [3 * HOUR, DAY, 365 * DAY])
def test_a_time_from_a_clock_that_was_ahead_is_not_waited_for(sara, outbox, ahead):
    put(sara, at=NOON + ahead)
    date_all_back(NOON)
    send_waiting(NOON + HOUR)
    assert len(outbox) == 1


def test_a_mail_server_that_hangs_holds_up_no_other_thread_than_its_own(casa, letterbox):
    for n in range(5):
        put(make_staff(casa, email=f"{n}@casa.example"), at=timezone.now())
    given, worker = [], Worker()
    for _ in range(3):
        worker.look(lambda job, *args: given.append(job.__name__))
    assert given.count("_send_mails") == 1


def test_a_mail_is_worth_a_look_by_a_worker_with_nothing_else_to_do(casa, sara, outbox):
    worker = Worker()
    worker.drain()
    put(sara, at=timezone.now())
    worker.drain()
    assert len(outbox) == 1


# --- One worker at a time ----------------------------------------------------------------------


def test_who_has_it_has_it_alone_until_the_lease_ends(sara, outbox):
    put(sara)
    first = mailing.claim(now=NOON)
    assert mailing.claim(now=NOON + leased_mails.LEASE - timedelta(seconds=1)) is None
    second = mailing.claim(now=NOON + leased_mails.LEASE)
    mailing.send(second, clock=lambda: NOON + leased_mails.LEASE)
    assert (second.pk, len(outbox), waiting()) == (first.pk, 1, 0)


def test_who_lost_the_lease_changes_nothing_any_more(sara, letterbox):
    put(sara)
    slow = mailing.claim(now=NOON)
    assert mailing.claim(now=NOON + leased_mails.LEASE)
    before = AccountMail.objects.values().get()
    letterbox.refuses = "451 4.7.1 Later"
    mailing.send(slow, clock=lambda: NOON + leased_mails.LEASE)
    assert AccountMail.objects.values().get() == before


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_one_moment_one_sends_each(casa, letterbox):
    for n in range(12):
        put(make_staff(casa, email=f"{n}@casa.example"), at=timezone.now())

    def work():
        try:
            send_waiting()
        finally:
            connections.close_all()

    while waiting():
        together(*[work] * 4)
    assert sorted(letter["To"] for letter in letterbox.letters) == sorted(f"{n}@casa.example" for n in range(12))


POST = """
from steerleads.dealers import staff
from steerleads.dealers.models import Dealership
staff.mail_link(staff.invite("sara@casa.example", Dealership.objects.get(name="Casa Motors")).user, "invitation")
"""


@pytest.mark.long
def test_a_worker_that_is_killed_while_it_sends_loses_nothing(settings):
    letters = letters_after_a_kill(settings, POST, "dealers.AccountMail")
    assert [letter["To"] for letter in letters] == ["sara@casa.example"]
