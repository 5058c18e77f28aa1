"""Mails with links that anybody may ask for: so many an hour, and the same whether there is an account or none."""

import socket
import statistics
import time

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from leads.notifications.tests.letterboxes import use_smtp
from steerleads.dealers import account_mails, staff
from steerleads.dealers.account_mails import TooManyMails
from steerleads.dealers.models import MailKind
from steerleads.dealers.tests.people import browser, make_staff
from steerleads.dealers.tests.waiting_mails import RESET, ask, send_waiting, waiting
from steerleads.tests.clients import together

pytestmark = [pytest.mark.django_db, pytest.mark.on_one_database]
DONE = "/admin/password_reset/done/"


@pytest.fixture
def sara(casa):
    return make_staff(casa, email="sara@casa.example")


# --- So many an hour ---------------------------------------------------------------------------


def test_one_person_gets_three_mails_an_hour_and_the_page_says_the_same_words(sara, outbox):
    answers = [ask(at=f"203.0.113.{n}") for n in range(12)]
    assert {answer["Location"] for answer in answers} == {DONE}
    assert waiting() == 3


def test_all_mails_with_links_to_a_person_count_together(sara, outbox):
    ask()
    staff.mail_link(sara, MailKind.INVITATION)
    call_command("reset_password", sara.email)
    with pytest.raises(TooManyMails):
        staff.mail_link(sara, MailKind.INVITATION)
    assert ask("SARA@casa.example")["Location"] == DONE
    assert waiting() == 3


def test_twenty_mails_an_hour_are_asked_for_from_one_place_whoever_is_to_get_them(casa, outbox):
    answers = [ask(f"name{n}@casa.example") for n in range(22)]
    assert [answer.status_code for answer in answers] == [302] * 20 + [429] * 2
    assert 3000 < int(answers[-1]["Retry-After"]) <= 3600 and b"60 min" in answers[-1].content
    assert ask(at="203.0.113.8").status_code == 302
    with pytest.raises(TooManyMails):
        staff.mail_link(make_staff(casa), MailKind.INVITATION, network="203.0.113.7")


def test_a_notice_comes_however_many_links_a_stranger_has_asked_for(sara, outbox):
    for _ in range(4):
        ask()
    account_mails.post_notice(sara, MailKind.TWO_FACTOR_REMOVED)
    send_waiting()
    assert len(outbox) == 2 and "two_factor" not in str(outbox)


@pytest.mark.django_db(transaction=True)
def test_of_many_requests_at_one_moment_three_are_kept(sara, outbox):
    def one():
        try:
            staff.mail_link(sara, MailKind.INVITATION, network="203.0.113.7")
        except TooManyMails:
            return 1
        finally:
            connections.close_all()
        return 0

    assert (sum(together(*[one] * 10)), waiting()) == (7, 3)


# --- Whether there is an account ---------------------------------------------------------------


def work_of(email):
    """What a request for a new password asks of the database."""
    with CaptureQueriesContext(connection) as queries:
        assert ask(email)["Location"] == DONE
    return [" ".join(query["sql"].split()[:3]) if "POINT" not in query["sql"] else "POINT" for query in queries]


def test_a_known_and_an_unknown_address_are_the_same_work(casa, sara, outbox):
    make_staff(casa, email="gone@casa.example", is_active=False)
    for _ in range(4):  # the fourth goes nowhere
        known, unknown, inactive = (work_of(f"{name}@casa.example") for name in ("sara", "nobody", "gone"))
        assert known == unknown == inactive


def test_the_request_waits_for_no_mail_server(sara, settings):
    settings.EMAIL_TIMEOUT = 30
    with socket.create_server(("127.0.0.1", 0)) as server:
        use_smtp(settings, server.getsockname()[1])
        began = time.monotonic()
        assert ask()["Location"] == DONE
    assert time.monotonic() - began < 20


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_known_and_an_unknown_address_take_the_same_time(casa, outbox):
    """The medians of 200 pairs, each asked for from a place and of a person of its own."""
    took = {"known": [], "unknown": []}
    client = browser()
    for n in range(200):
        make_staff(casa, email=f"known{n}@casa.example")
        for kind in ("known", "unknown") if n % 2 else ("unknown", "known"):
            began = time.perf_counter()
            client.post(RESET, {"email": f"{kind}{n}@casa.example"}, REMOTE_ADDR=f"10.{n}.0.{len(kind)}")
            took[kind].append(time.perf_counter() - began)
    known, unknown = (statistics.median(took[kind]) for kind in ("known", "unknown"))
    print(f"a new password: {known * 1000:.2f} ms for a known address, {unknown * 1000:.2f} ms for an unknown one")
    assert 0.8 < known / unknown < 1.25
