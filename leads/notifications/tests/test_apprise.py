"""Notifications through the apprise library, to a real HTTP receiver on 127.0.0.1; and the settings' channels."""

import json
import logging
import sys
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ImproperlyConfigured

from conftest import make_lead
from leads.models import LeadEvent
from leads.notifications.actions import create_rule
from leads.notifications.channels import apprise
from leads.notifications.models import Rule
from leads.notifications.sender import send_by_channel
from leads.notifications.texts import Words
from leads.outbox.actions import send_test
from leads.outbox.models import Delivery
from leads.outbox.telling import tell
from leads.outbox.tests.deliveries import attempt
from leads.webhooks.tests.receivers import Reply, receiver
from steerleads import environment
from steerleads.operations import checks
from steerleads.tests.servers import free_port

pytestmark = pytest.mark.on_one_database

MONDAY = datetime(2024, 1, 15, 9, 30, tzinfo=UTC)
PHONE = "+212612345678"


def use(settings, gateway, path="/{to}?rto=2&cto=2"):
    """Let the channel “sms” be a receiver, which apprise sends JSON to."""
    settings.NOTIFY_CHANNELS = {"sms": f"json://user:SECRET@127.0.0.1:{gateway.server_port}{path}"}


def send(text="Hello", channel="sms", to=PHONE):
    return send_by_channel(Rule(channel=channel, to=to), Delivery(), Words("", "", text))


# --- What arrives --------------------------------------------------------------------------------


def test_a_message_arrives_with_the_phone_number_in_its_place(settings):
    with receiver() as gateway:
        use(settings, gateway)
        assert send("Nouveau lead : \u2068سارة\u2069 & <b>\nhttps://leads.example.com").ok
    assert gateway.requests[0].path == "/212612345678"
    assert gateway.requests[0].json["message"] == "Nouveau lead : \u2068سارة\u2069 & <b>\nhttps://leads.example.com"


def test_a_channel_for_a_team_needs_no_number(settings):
    with receiver() as gateway:
        use(settings, gateway, "/team")
        assert send(to="").ok
    assert gateway.requests[0].path == "/team"


@pytest.mark.django_db
def test_a_rule_tells_of_a_lead_by_its_channel(casa, civic, settings):
    with receiver() as gateway:
        use(settings, gateway)
        rule = create_rule(casa, {"trigger": "created", "channel": "sms", "to": PHONE})
        make_lead(civic, action="Rappeler", target_name="Sara Alami")
        LeadEvent.objects.update(at=MONDAY)
        tell(casa, now=MONDAY)
        assert attempt(Delivery.objects.get(), MONDAY).ok
        assert attempt(send_test(rule), MONDAY).ok
    first, test = (request.json["message"] for request in gateway.requests)
    assert first.startswith("Nouveau lead : Rappeler\nSara Alami, Honda Civic 2021\nhttp://localhost:8000/admin/")
    assert test.startswith("Test d’une notification, Casa Motors")


# --- What does not -------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_a_gateway_that_refuses(settings, status):
    with receiver(Reply(status)) as gateway:
        use(settings, gateway)
        outcome = send()
    assert (outcome.ok, outcome.error, len(gateway.requests)) == (False, "refused", 1)


def test_a_gateway_that_sends_us_elsewhere_is_not_followed(settings):
    with receiver() as elsewhere, receiver(Reply(307, headers={"Location": elsewhere.url})) as gateway:
        use(settings, gateway)
        assert send().error == "refused"
    assert elsewhere.requests == []


def test_a_gateway_that_is_not_there(settings):
    settings.NOTIFY_CHANNELS = {"sms": f"json://127.0.0.1:{free_port()}/"}
    assert send().error == "refused"


def test_a_gateway_that_never_answers(settings):
    with receiver(Reply(silent=True)) as gateway:
        use(settings, gateway, "/?rto=0.3")
        assert send().error == "refused"


def test_a_gateway_that_answers_drop_by_drop(settings, monkeypatch):
    monkeypatch.setattr(apprise, "WHOLE", 0.5)
    with receiver(Reply(drip=0.2)) as gateway:
        use(settings, gateway)
        assert send().error == "timeout"


@pytest.mark.parametrize("url", ["nonsense://KEY", "vonage://", "json://", "twilio://KEY"])
def test_a_url_that_the_library_does_not_understand(settings, url):
    settings.NOTIFY_CHANNELS = {"sms": url}
    assert send().error == "bad_channel"


def test_a_channel_that_is_no_longer_in_the_settings(settings):
    settings.NOTIFY_CHANNELS = {}
    assert send().error == "no_channel"


def test_a_url_in_the_place_of_a_channel_is_not_one(settings):
    with receiver() as gateway:
        use(settings, gateway)
        assert send(channel=f"json://127.0.0.1:{gateway.server_port}/").error == "no_channel"
    assert gateway.requests == []


def test_without_the_library(settings, monkeypatch):
    settings.NOTIFY_CHANNELS = {"sms": "json://127.0.0.1/"}
    monkeypatch.setitem(sys.modules, "apprise", None)
    assert send().error == "no_channel"


def test_a_plugin_that_breaks(settings, monkeypatch):
    monkeypatch.setattr("apprise.Apprise.notify", lambda *args, **kwargs: 1 / 0)
    settings.NOTIFY_CHANNELS = {"sms": "json://127.0.0.1/"}
    assert send().error == "bad_channel"


@pytest.mark.parametrize("reply", [Reply(), Reply(500)])
def test_logs_have_no_secret_and_no_number(settings, caplog, reply):
    with receiver(reply) as gateway, caplog.at_level(logging.DEBUG):
        use(settings, gateway, "/TOKEN/{to}")
        send("Sara Alami")
        settings.NOTIFY_CHANNELS = {"sms": "vonage://KEY:SECRET@bad/{to}"}
        send("Sara Alami")
    assert not any(word in caplog.text for word in ("SECRET", "TOKEN", "212612345678", "Sara", "KEY"))


# --- Settings ------------------------------------------------------------------------------------


def read(monkeypatch, value):
    monkeypatch.setenv("NOTIFY_CHANNELS", value)
    return environment.channels("NOTIFY_CHANNELS")


@pytest.mark.parametrize(
    "value", [{}, {"sms": "vonage://KEY:SECRET@FROM/{to}"}, {"team-2": "slack://A/B/C", "x_y": "json://h"}]
)
def test_channels_are_read(monkeypatch, value):
    assert read(monkeypatch, json.dumps(value)) == value


@pytest.mark.parametrize(
    "value",
    [
        "SECRET",
        '{"sms": "SECRET"',
        '["SECRET://x"]',
        "1",
        "null",
        '{"sms": "SECRET"}',
        '{"sms": 5}',
        '{"sms": null}',
        '{"sms": "slack://SECRET x"}',
        '{"SMS": "slack://SECRET"}',
        '{"": "slack://SECRET"}',
        '{"email": "mailto://SECRET"}',
        '{"queue": "slack://SECRET"}',
        '{"next": "slack://SECRET"}',
        '{"%s": "slack://SECRET"}' % ("x" * 51),
    ],
)
def test_unreadable_channels_stop_the_start_and_show_no_secret(monkeypatch, value):
    with pytest.raises(ImproperlyConfigured, match="^NOTIFY_CHANNELS is not") as refused:
        read(monkeypatch, value)
    assert "SECRET" not in str(refused.value).replace("KEY:SECRET@FROM", "")


@pytest.mark.parametrize(
    ("channels", "installed", "found"),
    [({}, False, []), ({"sms": "json://h"}, True, []), ({"sms": "json://h"}, False, ["steerleads.W012"])],
)
def test_a_channel_without_the_library_is_warned_of(settings, monkeypatch, channels, installed, found):
    settings.NOTIFY_CHANNELS = channels
    monkeypatch.setattr(checks, "find_spec", lambda name: object() if installed else None)
    assert [warning.id for warning in checks.check_channels(None)] == found
