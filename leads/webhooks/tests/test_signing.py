"""Signatures, held against the public library of Standard Webhooks, which receivers use."""

import base64
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from standardwebhooks import Webhook as Oracle
from standardwebhooks import WebhookVerificationError

from leads.outbox.models import Delivery
from leads.webhooks.models import Webhook
from leads.webhooks.sender import WebhookSender
from leads.webhooks.signing import new_secret, sign
from leads.webhooks.tests.receivers import receiver

pytestmark = pytest.mark.on_one_database

BODY = b'{"type":"lead.created","data":{"lead":{"targetName":"Sara"}}}'
MESSAGE = UUID("0190b0a0-0000-7000-8000-000000000001")
HEADERS = ["webhook-id", "webhook-timestamp", "webhook-signature"]
NEW, OLD = new_secret(), new_secret()


def now():
    return datetime.now(UTC)


def accepts(secret, headers, body=BODY):
    try:
        Oracle(secret).verify(body, headers, json_parse=False)
    except WebhookVerificationError:
        return False
    return True


def test_a_secret_is_32_random_bytes():
    assert NEW.startswith("whsec_") and NEW != OLD
    assert len(base64.b64decode(NEW.removeprefix("whsec_"), validate=True)) == 32


@pytest.mark.parametrize("body", [BODY, '{"targetName":"Élodie سارة"}'.encode(), b"{}"])
def test_the_public_library_accepts_it(body):
    headers = sign([NEW], MESSAGE, now(), body)
    assert list(headers) == HEADERS
    assert Oracle(NEW).verify(body, headers) == json.loads(body)


def test_the_example_of_the_standard_webhooks_library():
    secret, at = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", datetime.fromtimestamp(1614265330, UTC)
    assert sign([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}') == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_the_second_is_cut_not_rounded():
    at = datetime(2024, 1, 15, 10, 30, 0, 999_999, tzinfo=UTC)
    assert sign([NEW], MESSAGE, at, BODY)["webhook-timestamp"] == "1705314600"


def test_another_secret_is_refused():
    assert not accepts(OLD, sign([NEW], MESSAGE, now(), BODY))


@pytest.mark.parametrize("place", range(len(BODY)))
def test_one_byte_of_the_body_changed(place):
    headers = sign([NEW], MESSAGE, now(), BODY)
    changed = bytearray(BODY)
    changed[place] ^= 1
    assert not accepts(NEW, headers, bytes(changed))


@pytest.mark.parametrize("name", HEADERS)
def test_one_character_of_a_header_changed(name):
    headers = sign([NEW], MESSAGE, now(), BODY)
    # Past `v1,`, and of a time only the last figure: the library judges an old one without looking at signatures.
    places = {"webhook-timestamp": [-1], "webhook-signature": range(3, 40)}.get(name, range(len(headers[name])))
    for place in places:
        characters = list(headers[name])
        characters[place] = "1" if characters[place] != "1" else "2"
        assert not accepts(NEW, {**headers, name: "".join(characters)})


def test_during_a_rotation_both_secrets_are_accepted_and_the_new_one_comes_first():
    at = now()
    headers = sign([NEW, OLD], MESSAGE, at, BODY)
    assert accepts(NEW, headers) and accepts(OLD, headers)
    alone = sign([NEW], MESSAGE, at, BODY)["webhook-signature"]
    assert headers["webhook-signature"].split(" ")[0] == alone


@pytest.mark.parametrize(("seconds_left", "old_one_accepted"), [(60, True), (0, False), (-1, False)])
def test_a_webhook_is_sent_signed(settings, monkeypatch, seconds_left, old_one_accepted):
    at = now()
    with receiver() as crm:
        settings.WEBHOOK_ALLOW = [crm.origin]
        until = at + timedelta(seconds=seconds_left)
        webhook = Webhook(url=crm.url, secret=NEW, old_secret=OLD, old_secret_until=until)
        monkeypatch.setattr("leads.webhooks.sender.body_of", lambda delivery: BODY)
        assert WebhookSender().send(webhook, Delivery(id=MESSAGE), at).ok
    (request,) = crm.requests
    assert request.body == BODY and request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == str(MESSAGE)
    assert accepts(NEW, request.headers, request.body)
    assert accepts(OLD, request.headers, request.body) == old_one_accepted
