"""/v1/webhooks: who is told, and of what."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from conftest import ApiClient, error_of
from leads.outbox import actions
from leads.outbox.models import Attempt, Delivery
from leads.webhooks import actions as webhook_actions
from leads.webhooks.models import Webhook
from leads.webhooks.tests.hooks import ALL_BUT_MOVED, KEYS, NO_WEBHOOK, URL, path_of
from steerleads.dealers.keys import find_key


@pytest.fixture
def webhook(casa):
    return webhook_actions.create_webhook(casa, {"url": URL})


# --- Read ----------------------------------------------------------------------------------------


def test_the_list_is_in_the_order_of_creation_and_paged(api, casa):
    made = [api.post("/webhooks", {"url": f"{URL}/{number}"}).json() for number in range(3)]
    assert [webhook["id"] for webhook in api.get("/webhooks").json()] == [each["id"] for each in made]
    page = api.get("/webhooks?limit=2&count=true")
    assert (len(page.json()), page["X-Total-Count"]) == (2, "3")
    rest = api.get(page["Link"].split(">")[0].removeprefix("</v1"))
    assert [webhook["url"] for webhook in rest.json()] == [f"{URL}/2"]


def test_one_webhook_looks_as_in_the_list(api, webhook):
    response = api.get(path_of(webhook))
    assert list(response.json()) == KEYS
    assert api.get("/webhooks").json() == [response.json()]
    assert api.get(path_of(webhook), if_none_match=response["ETag"]).status_code == 304


@pytest.mark.parametrize(
    "fared",
    [
        {"failing_since": timezone.now()},
        {"is_on": False, "switched_off_why": "gone"},
        {"is_on": False, "switched_off_why": "failing", "switched_off_at": timezone.now()},
    ],
)
def test_its_etag_tells_how_it_fares_which_the_worker_writes(api, webhook, fared):
    before = api.get(path_of(webhook))["ETag"]
    Webhook.objects.update(**fared)
    response = api.get(path_of(webhook), if_none_match=before)
    assert response.status_code == 200
    assert response.json()["disabledReason"] == fared.get("switched_off_why")
    assert (response.json()["failingSince"] is None) == ("failing_since" not in fared)
    assert api.patch(path_of(webhook), {"description": "CRM"}, if_match=before).status_code == 200


# --- Update --------------------------------------------------------------------------------------


def test_update_writes_what_was_sent_and_answers_all_of_it(api, webhook):
    body = {"url": f"{URL}/new", "events": ["lead.moved"], "description": "CRM", "enabled": False}
    for name, value in body.items():
        response = api.patch(path_of(webhook), {name: value})
        assert (response.status_code, list(response.json()), response.json()[name]) == (200, KEYS, value)
    assert {name: api.get(path_of(webhook)).json()[name] for name in body} == body


@pytest.mark.parametrize("body", [{}, {"url": f" {URL} "}, {"events": ALL_BUT_MOVED[::-1]}, {"description": ""}])
def test_nothing_changed_leaves_it_as_it_is(api, webhook, body):
    tag = api.get(path_of(webhook))["ETag"]
    assert api.patch(path_of(webhook), body)["ETag"] == tag


def test_null_clears_the_description(api, casa):
    webhook = webhook_actions.create_webhook(casa, {"url": URL, "description": "CRM"})
    assert api.patch(path_of(webhook), {"description": None}).json()["description"] is None


def test_a_stale_tag_writes_nothing(api, webhook):
    tag = api.get(path_of(webhook))["ETag"]
    assert api.patch(path_of(webhook), {"description": "CRM"}, if_match=tag).status_code == 200
    for response in (
        api.patch(path_of(webhook), {"description": "x"}, if_match=tag),
        api.delete(path_of(webhook), if_match=tag),
    ):
        assert error_of(response) == (412, "PRECONDITION_FAILED", None)
    assert Webhook.objects.get().description == "CRM"


def test_switching_on_again_forgets_why_it_was_off_and_takes_up_what_waits(api, webhook):
    later = timezone.now() + timedelta(hours=5)
    Delivery.objects.create(dealership=webhook.dealership, destination=webhook, kind="lead.created", next_at=later)
    Webhook.objects.update(
        is_on=False, switched_off_at=timezone.now(), switched_off_why="failing", failing_since=timezone.now()
    )
    found = api.patch(path_of(webhook), {"enabled": True}).json()
    assert (found["enabled"], found["disabledReason"], found["failingSince"]) == (True, None, None)
    assert Webhook.objects.get().switched_off_at is None
    assert Delivery.objects.get().next_at <= timezone.now()


def test_another_url_is_tried_at_once_and_begins_with_a_clean_record(api, webhook):
    later = timezone.now() + timedelta(hours=5)
    Delivery.objects.create(dealership=webhook.dealership, destination=webhook, kind="lead.created", next_at=later)
    Webhook.objects.update(failing_since=timezone.now())
    assert api.patch(path_of(webhook), {"url": f"{URL}/2"}).json()["failingSince"] is None
    assert Delivery.objects.get().next_at <= timezone.now()


def test_another_description_leaves_what_waits_waiting(api, webhook):
    later = timezone.now() + timedelta(hours=5)
    Delivery.objects.create(dealership=webhook.dealership, destination=webhook, kind="lead.created", next_at=later)
    Webhook.objects.update(failing_since=timezone.now())
    assert api.patch(path_of(webhook), {"description": "CRM", "enabled": True}).json()["failingSince"] is not None
    assert Delivery.objects.get().next_at == later


# --- Rotate and delete ---------------------------------------------------------------------------


def test_rotating_shows_the_new_secret_and_until_when_the_old_one_signs(api, webhook):
    response = api.post(f"{path_of(webhook)}/rotate")
    found, now = response.json(), timezone.now()
    assert (response.status_code, list(found)) == (200, [*KEYS, "secret", "oldSecretUntil"])
    rotated = Webhook.objects.get()
    assert rotated.secrets_at(now) == [found["secret"], webhook.secret]
    assert rotated.secrets_at(now + timedelta(hours=23, minutes=59)) == [found["secret"], webhook.secret]
    assert rotated.secrets_at(now + timedelta(hours=24)) == [found["secret"]]
    assert found["oldSecretUntil"] == rotated.old_secret_until.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_retry_of_the_rotation_rotates_once(api, webhook):
    first, again = (api.post(f"{path_of(webhook)}/rotate", idempotency_key="1") for _ in range(2))
    assert first.content == again.content
    assert Webhook.objects.get().old_secret == webhook.secret


def test_delete_takes_deliveries_and_attempts_along(api, webhook, lead):
    other = webhook_actions.create_webhook(webhook.dealership, {"url": URL})
    for each in (webhook, other):
        delivery = actions.send_test(each)
        Attempt.objects.create(dealership=each.dealership, delivery=delivery, at=timezone.now(), milliseconds=5)
    response = api.delete(path_of(webhook))
    assert response.content == b'{"success":true,"message":"Webhook deleted successfully"}'
    assert error_of(api.delete(path_of(webhook))) == NO_WEBHOOK
    assert [each.destination_id for each in Delivery.objects.all()] == [other.pk]
    assert (Attempt.objects.count(), Webhook.objects.count()) == (1, 1)


# --- Whose ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("id", ["550e8400-e29b-41d4-a716-446655440000", "x", "foreign"])
@pytest.mark.parametrize(
    ("method", "rest"),
    [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/rotate"),
        ("POST", "/test"),
        ("GET", "/deliveries"),
        ("POST", "/deliveries/x/redeliver"),
    ],
)
def test_what_is_not_ours_is_not_found(api, atlas, id, method, rest):
    id = webhook_actions.create_webhook(atlas, {"url": URL}).pk if id == "foreign" else id
    body = {} if method == "PATCH" else None
    assert error_of(api.send(method, f"/webhooks/{id}{rest}", body)) == NO_WEBHOOK
    assert Delivery.objects.count() == 0


def test_a_bad_body_is_told_before_an_unknown_id(api):
    assert error_of(api.patch("/webhooks/x", {"enabled": 1})) == (400, "VALIDATION_ERROR", "enabled")
    assert error_of(api.get("/webhooks/x/deliveries?state=lost")) == (400, "VALIDATION_ERROR", "state")


@pytest.mark.parametrize(("method", "path"), [("GET", "/webhooks"), ("POST", "/webhooks"), ("PUT", "/webhooks")])
def test_it_takes_a_scope_of_its_own(casa, method, path):
    four = ["leads:read", "leads:write", "vehicles:read", "vehicles:write"]
    response = ApiClient(casa, scopes=four).send(method, path)
    assert error_of(response) == (403, "INSUFFICIENT_SCOPE", None)
    assert "webhooks:manage" in response.json()["error"]["message"]
    assert ApiClient(casa, scopes=["webhooks:manage"]).get("/webhooks").status_code == 200


def test_a_key_has_the_scope_only_if_it_was_asked_for(casa):
    def scopes(*options):
        out = StringIO()
        call_command("create_api_key", "Casa Motors", "--name", "CRM", *options, stdout=out, stderr=StringIO())
        return find_key(out.getvalue().strip()).scopes

    assert "webhooks:manage" not in scopes()
    assert scopes("--scopes", "leads:read,webhooks:manage") == ["leads:read", "webhooks:manage"]
