"""Mail servers that refuse, put off, hang or are not there; and who of several recipients has a mail."""

import socket
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from conftest import make_lead
from leads.models import LeadEvent
from leads.notifications.actions import create_rule
from leads.notifications.channels import email
from leads.notifications.models import Trigger
from leads.notifications.tests.letterboxes import use_smtp
from leads.outbox.actions import redeliver
from leads.outbox.models import Attempt, Delivery, State
from leads.outbox.tests.deliveries import Clock
from leads.outbox.worker import Worker
from steerleads.tests.servers import free_port

pytestmark = [pytest.mark.django_db, pytest.mark.on_one_database]
NOON = datetime(2024, 1, 15, 12, tzinfo=UTC)  # of a Monday
SARA_AND_OMAR = ("sara@casa.example", "omar@casa.example")
UNKNOWN, LATER = "550 5.1.1 No such mailbox", "451 4.7.1 Greylisted"


def send(recipients=SARA_AND_OMAR, delivered_to=()):
    return email.send_mails("id", list(recipients), "Subject", "Text\n", delivered_to=delivered_to)


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        ("550 5.7.1 Not wanted here", 550, "5.7.1 Not wanted here"),
        ("451 4.7.1 Greylisted", 451, "4.7.1 Greylisted"),
        ("552 " + "x" * 500, 552, "x" * 500),
    ],
)
def test_a_letter_that_is_refused(letterbox, answer, status, said):
    letterbox.refuses = answer
    outcome = send()
    assert (outcome.ok, outcome.error, outcome.status, outcome.answer) == (False, "smtp", status, said)


def test_recipients_that_are_all_refused(letterbox):
    letterbox.refused = dict.fromkeys(SARA_AND_OMAR, UNKNOWN)
    outcome = send()
    assert (outcome.ok, outcome.error, outcome.status) == (False, "smtp", 550)
    assert outcome.answer == "5.1.1 No such mailbox"


def test_each_recipient_has_a_letter_of_their_own(letterbox):
    assert send().ok
    assert [letter["To"] for letter in letterbox.letters] == list(SARA_AND_OMAR)


def test_one_bad_address_does_not_keep_the_letter_from_the_others_and_is_seen(letterbox):
    letterbox.refused = {"sara@casa.example": UNKNOWN}
    outcome = send()
    assert (outcome.ok, outcome.error, outcome.status) == (True, "some_refused", 550)
    assert outcome.answer == "5.1.1 No such mailbox"
    assert [letter["To"] for letter in letterbox.letters] == ["omar@casa.example"]


@pytest.mark.parametrize("recipients", [SARA_AND_OMAR, SARA_AND_OMAR[::-1], (*SARA_AND_OMAR, "gone@casa.example")])
def test_who_is_to_wait_gets_it_later_and_the_others_only_once(letterbox, recipients):
    letterbox.refused = {"sara@casa.example": LATER, "gone@casa.example": UNKNOWN}
    first = send(recipients)
    assert (first.ok, first.status, first.delivered_to) == (False, 451, (email.mark_of("omar@casa.example"),))
    del letterbox.refused["sara@casa.example"]
    second = send(recipients, delivered_to=first.delivered_to)
    assert second.ok and len(second.delivered_to) == 2
    assert [letter["To"] for letter in letterbox.letters] == ["omar@casa.example", "sara@casa.example"]
    assert len({letter["Message-ID"] for letter in letterbox.letters}) == 1


def test_a_server_too_slow_for_all_is_given_up_in_time_and_asked_for_the_rest(letterbox, monkeypatch):
    monkeypatch.setattr(email, "WHOLE", -1)
    assert (send().ok, send().error, send().delivered_to) == (False, "timeout", ())
    monkeypatch.undo()
    assert send(delivered_to=[email.mark_of("sara@casa.example")]).ok
    assert [letter["To"] for letter in letterbox.letters] == ["omar@casa.example"]


def test_a_rules_delivery_remembers_who_has_it(casa, civic, letterbox):
    clock = Clock(NOON)
    create_rule(casa, {"trigger": Trigger.CREATED, "hours": None, "to": ", ".join(SARA_AND_OMAR)})
    make_lead(civic)
    LeadEvent.objects.update(at=NOON)
    letterbox.refused = {"sara@casa.example": LATER}
    Worker(clock=clock).drain()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.last_status, len(delivery.delivered_to)) == (State.PENDING, 451, 1)
    assert "omar" not in str(delivery.delivered_to)
    letterbox.refused = {}
    clock.now = delivery.next_at
    Worker(clock=clock).drain()
    assert Delivery.objects.get().state == State.DELIVERED
    assert [letter["To"] for letter in letterbox.letters] == ["omar@casa.example", "sara@casa.example"]
    redeliver(delivery)
    Delivery.objects.update(next_at=clock())  # at any time of day: the rule has quiet hours
    Worker(clock=clock).drain()
    assert len(letterbox.letters) == 4


def test_a_mail_that_is_always_refused_becomes_a_dead_letter_that_can_be_sent_again(casa, civic, letterbox):
    clock = Clock(NOON)
    create_rule(casa, {"trigger": Trigger.CREATED, "hours": None, "to": "sara@casa.example"})
    make_lead(civic)
    LeadEvent.objects.update(at=NOON)
    letterbox.refused = {"sara@casa.example": LATER}
    while (delivery := Delivery.objects.first()) is None or delivery.state == State.PENDING:
        clock.now = delivery.next_at if delivery else NOON
        Worker(clock=clock).drain()
    assert (delivery.state, delivery.last_status, Attempt.objects.count()) == (State.DEAD, 451, 8)
    letterbox.refused = {}
    redeliver(delivery)
    Delivery.objects.update(next_at=NOON)
    Worker(clock=Clock(NOON + timedelta(days=7))).drain()
    [letter] = letterbox.letters
    assert Delivery.objects.get().state == State.DELIVERED and str(delivery.pk) in letter["Message-ID"]


def test_a_server_that_is_not_there(settings):
    use_smtp(settings, free_port())
    assert (send().ok, send().error) == (False, "smtp")


@pytest.mark.parametrize("greeting", [b"", b"220 mail.example ESMTP\r\n"])
def test_a_server_that_hangs(settings, greeting):
    settings.EMAIL_TIMEOUT = 0.3
    with socket.create_server(("127.0.0.1", 0)) as server:
        use_smtp(settings, server.getsockname()[1])
        calls = []
        thread = Thread(target=lambda: (calls.append(server.accept()[0]), calls[0].sendall(greeting)))
        thread.start()
        outcome = send()
        thread.join()
        calls[0].close()
    assert (outcome.ok, outcome.error) == (False, "timeout")


@pytest.mark.parametrize("said", [b"", b"220 mail.example ESMTP\r\n", b"no SMTP at all\r\n" * 3])
def test_a_server_that_hangs_up(settings, said):
    with socket.create_server(("127.0.0.1", 0)) as server:
        use_smtp(settings, server.getsockname()[1])

        def answer():
            call = server.accept()[0]
            call.sendall(said)
            call.close()

        thread = Thread(target=answer)
        thread.start()
        outcome = send()
        thread.join()
    assert (outcome.ok, outcome.error) == (False, "smtp")


def test_without_a_mail_server_it_says_so(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    assert (send().ok, send().error) == (False, "no_mail")
