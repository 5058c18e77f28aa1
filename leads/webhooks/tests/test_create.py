"""POST /v1/webhooks: what may be sent, what is answered, and the secret that is shown this once."""

import base64

import pytest

from conftest import error_of, make_lead
from leads.webhooks import actions as webhook_actions
from leads.webhooks.models import Webhook
from leads.webhooks.tests.hooks import ALL_BUT_MOVED, KEYS, NO_WEBHOOK, URL, path_of
from steerleads.dealers.models import IdempotencyRecord


@pytest.fixture
def webhook(casa):
    return webhook_actions.create_webhook(casa, {"url": URL})


def test_create_answers_the_whole_webhook_with_its_secret(api):
    body = {"url": URL, "events": ["lead.created", "lead.moved"], "description": "Our CRM", "enabled": False}
    response = api.post("/webhooks", body)
    made = response.json()
    assert (response.status_code, response["Location"]) == (201, f"/v1/webhooks/{made['id']}")
    assert list(made) == [*KEYS, "secret"]
    assert {name: made[name] for name in body} == body
    assert len(base64.b64decode(made["secret"].removeprefix("whsec_"), validate=True)) == 32


def test_only_the_url_is_required(api):
    made = api.post("/webhooks", {"url": URL, "events": None, "description": None, "enabled": None}).json()
    assert (made["events"], made["description"], made["enabled"]) == (ALL_BUT_MOVED, None, True)
    assert (made["disabledReason"], made["failingSince"]) == (None, None)
    assert error_of(api.post("/webhooks", {})) == (400, "VALIDATION_ERROR", "url")


def test_the_secret_is_shown_once(api):
    made = api.post("/webhooks", {"url": URL}).json()
    for response in (
        api.get("/webhooks"),
        api.get(f"/webhooks/{made['id']}"),
        api.patch(f"/webhooks/{made['id']}", {"description": "CRM"}),
    ):
        assert "whsec_" not in response.content.decode()


BAD = [
    ("url", None),
    ("url", ""),
    ("url", 5),
    ("url", ["https://crm.example.com"]),
    ("url", "crm.example.com"),
    ("url", "http://crm.example.com/"),
    ("url", "ftp://crm.example.com/"),
    ("url", "https://127.0.0.1/"),
    ("url", "https://localhost/"),
    ("url", "https://user:password@crm.example.com/"),
    ("url", "https://crm.example.com/#x"),
    ("url", "https://crm.example.com/" + "x" * 2000),
    ("url", "https://crm.example.com/\u0000"),
    ("events", []),
    ("events", "lead.created"),
    ("events", {"lead.created": True}),
    ("events[0]", [None]),
    ("events[0]", [1]),
    ("events[0]", [["lead.created"]]),
    ("events[0]", ["LEAD.CREATED"]),
    ("events[1]", ["lead.created", "webhook.test"]),
    ("events[1]", ["lead.created", "lead.created"]),
    ("description", "x" * 201),
    ("description", "a\u0000b"),
    ("description", True),
    ("enabled", 1),
    ("enabled", "true"),
    ("enabled", []),
]


@pytest.mark.parametrize(("field", "value"), BAD)
def test_bad_fields_are_refused(api, webhook, field, value):
    fields = {field.partition("[")[0]: value}
    for response in (api.post("/webhooks", {"url": URL} | fields), api.patch(path_of(webhook), fields)):
        assert error_of(response) == (400, "VALIDATION_ERROR", field)


@pytest.mark.parametrize("field", ["events", "enabled"])
def test_null_counts_as_absent_in_a_new_webhook_only(api, webhook, field):
    assert api.post("/webhooks", {"url": URL, field: None}).status_code == 201
    assert error_of(api.patch(path_of(webhook), {field: None})) == (400, "VALIDATION_ERROR", field)


def test_a_url_of_2000_characters_fits(api):
    url = "https://crm.example.com/".ljust(2000, "x")
    assert api.post("/webhooks", {"url": url}).json()["url"] == url


def test_an_operator_may_allow_an_origin(api, settings):
    url = "http://127.0.0.1:8999/hook"
    assert error_of(api.post("/webhooks", {"url": url})) == (400, "VALIDATION_ERROR", "url")
    settings.WEBHOOK_ALLOW = ["http://127.0.0.1:8999"]
    assert api.post("/webhooks", {"url": url}).status_code == 201


def test_unknown_and_read_only_fields_are_ignored_and_named(api, webhook):
    body = api.get(path_of(webhook)).json() | {"secret": "whsec_mine", "name": "x"}
    for response in (api.post("/webhooks", body), api.patch(path_of(webhook), body)):
        named = response["X-Ignored-Fields"].split(",")
        assert named == ["id", "disabledReason", "failingSince", "createdAt", "updatedAt", "secret", "name"]


def test_a_webhook_is_told_of_what_comes_after_it(api, casa, civic):
    make_lead(civic), make_lead(civic)
    api.post("/webhooks", {"url": URL})
    make_lead(civic)
    assert Webhook.objects.get().after_sequence == 2
    assert [event["data"]["sequence"] for event in api.get("/events?after=2").json()] == [3]


def test_a_dealership_has_at_most_fifty(api, rival, casa):
    for _ in range(49):
        Webhook.objects.create(dealership=casa, url=URL, secret="x")
    assert api.post("/webhooks", {"url": URL}).status_code == 201
    refused = api.post("/webhooks", {"url": URL})
    assert error_of(refused) == (409, "TOO_MANY_WEBHOOKS", None)
    assert "at most 50" in refused.json()["error"]["message"]
    assert rival.post("/webhooks", {"url": URL}).status_code == 201


def test_a_retry_of_the_creation_learns_the_secret_too(api):
    first, again = (api.post("/webhooks", {"url": URL}, idempotency_key="1") for _ in range(2))
    assert (again.content, again["Idempotency-Replayed"]) == (first.content, "true")
    assert Webhook.objects.count() == 1


def test_the_kept_secret_goes_with_the_webhook(api):
    made = api.post("/webhooks", {"url": URL}, idempotency_key="1").json()
    api.delete(f"/webhooks/{made['id']}")
    assert error_of(api.post("/webhooks", {"url": URL}, idempotency_key="1")) == NO_WEBHOOK
    assert (IdempotencyRecord.objects.get().body, Webhook.objects.count()) == (None, 0)
