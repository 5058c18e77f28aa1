"""A mail server that can take nothing now pauses the rule, as a receiver does its webhook."""

import pytest

from leads.notifications.actions import change_rule, create_rule
from leads.notifications.models import Trigger
from leads.outbox import pauses
from leads.outbox.actions import send_test
from leads.outbox.models import Delivery, State
from leads.outbox.tests.deliveries import deliver
from steerleads.tests.servers import free_port

pytestmark = pytest.mark.on_one_database


@pytest.fixture(autouse=True)
def _no_chance(monkeypatch):
    monkeypatch.setattr(pauses, "JITTER", 0)


def lasts(destination, clock):
    """Seconds that the destination is still to be left alone."""
    destination.refresh_from_db()
    return (destination.paused_until - clock()).total_seconds() if destination.paused_until else 0


@pytest.fixture
def rule(casa):
    return create_rule(casa, {"trigger": Trigger.CREATED, "hours": None, "to": "sara@casa.ma, omar@casa.ma"})


@pytest.mark.parametrize(
    ("how", "spent", "is_paused"),
    [
        ({"refuses": "451 4.7.1 Too many letters"}, 0, True),
        ({"refuses": "421 4.3.2 Closing"}, 0, True),
        ({"refused": dict.fromkeys(["sara@casa.ma", "omar@casa.ma"], "421 4.3.2 Closing")}, 0, True),
        ({"refused": {"sara@casa.ma": "421 4.3.2 Closing"}}, 0, True),
        ({"refused": {"omar@casa.ma": "421 4.3.2 Closing"}}, 1, False),  # the other one has it
        ({"refused": dict.fromkeys(["sara@casa.ma", "omar@casa.ma"], "450 4.2.0 Greylisted")}, 1, False),
        ({"refused": {"sara@casa.ma": "452 4.2.2 Mailbox full"}}, 1, False),
        ({"refuses": "554 5.7.1 Not wanted"}, 1, False),
    ],
)
def test_a_mail_server_that_takes_nothing_now_pauses_the_rule(rule, letterbox, clock, how, spent, is_paused):
    for name, value in how.items():
        setattr(letterbox, name, value)
    send_test(rule)
    deliver(clock)
    assert Delivery.objects.get().attempts == spent and (lasts(rule, clock) > 0) == is_paused


def test_a_mail_server_that_is_not_there_pauses_the_rule_until_somebody_sees_to_it(rule, letterbox, clock, settings):
    listening, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    send_test(rule)
    deliver(clock)
    assert lasts(rule, clock) == 1
    settings.EMAIL_PORT = listening
    change_rule(rule, {"to": "sara@casa.ma"})
    assert lasts(rule, clock) == 0
    deliver(clock)
    assert Delivery.objects.get().state == State.DELIVERED


def test_a_mail_that_is_put_off_for_five_days_ends_as_others_do(rule, letterbox, clock):
    letterbox.refuses = "421 4.3.2 Closing"
    send_test(rule)
    for _ in range(25):
        deliver(clock)
        clock.move(hours=12, minutes=1)
    assert Delivery.objects.values_list("state", "attempts").get() == ("dead", 8)
