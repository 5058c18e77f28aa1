"""What became of each delivery of a webhook; tests and redeliveries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conftest import error_of, make_car, make_lead
from leads.models import LeadEvent
from leads.notifications.errors import RuleNotFound
from leads.notifications.models import Rule
from leads.outbox import actions
from leads.outbox.errors import DeliveryNotFound, NotRedeliverable
from leads.outbox.models import Attempt, Delivery, State
from leads.webhooks import actions as webhook_actions
from leads.webhooks.errors import WebhookNotFound

URL = "https://crm.example.com/hooks"
KEYS = [
    "id",
    "eventId",
    "type",
    "leadId",
    "state",
    "attempts",
    "createdAt",
    "lastAttemptAt",
    "lastAnswer",
    "nextAttemptAt",
]
NO_DELIVERY = (404, "DELIVERY_NOT_FOUND", None)
NOW = timezone.now()


@pytest.fixture
def webhook(casa):
    return webhook_actions.create_webhook(casa, {"url": URL})


@pytest.fixture
def deliveries(webhook):
    return f"/webhooks/{webhook.pk}/deliveries"


@pytest.fixture
def rule(casa):
    return Rule.objects.create(dealership=casa, trigger="created", to="amina@casa.example")


def make_delivery(webhook, lead=None, **fields):
    """A delivery of the lead's creation."""
    if lead:
        event = LeadEvent.objects.of(lead.dealership).filter(lead_id=lead.pk).first()
        fields = {"event_id": event.pk, "lead_id": lead.pk, **fields}
    fields = {"kind": "lead.created", "next_at": NOW, **fields}
    return Delivery.objects.create(dealership=webhook.dealership, destination=webhook, **fields)


def note_attempt(delivery, lead=None, **fields):
    """An attempt, and what the delivery says of it."""
    fields = {"at": NOW, "status": 500, "error": "", "milliseconds": 84, "answer": "Oops", **fields}
    Attempt.objects.create(dealership_id=delivery.dealership_id, delivery=delivery, lead=lead, **fields)
    last = {"last_at": fields["at"], "last_status": fields["status"], "last_error": fields["error"]}
    Delivery.objects.filter(pk=delivery.pk).update(**last)


# --- The list ------------------------------------------------------------------------------------


def test_a_delivery_that_was_not_tried_yet(api, webhook, deliveries, lead):
    delivery = make_delivery(webhook, lead)
    [found] = api.get(deliveries).json()
    assert list(found) == KEYS
    assert (found["id"], found["eventId"], found["leadId"]) == (
        str(delivery.pk),
        str(delivery.event_id),
        str(lead.pk),
    )
    assert (found["type"], found["state"], found["attempts"]) == ("lead.created", "pending", 0)
    assert (found["lastAttemptAt"], found["lastAnswer"]) == (None, None)
    assert found["nextAttemptAt"] == NOW.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_the_last_answer_is_that_of_the_newest_attempt(api, webhook, deliveries, lead):
    delivery = make_delivery(webhook, lead)
    for number, status in enumerate([None, 503, 200]):
        at = NOW + timedelta(minutes=number)
        note_attempt(delivery, lead, at=at, status=status, answer=f"answer {number}", milliseconds=number)
    [found] = api.get(deliveries).json()
    assert found["lastAnswer"] == {"status": 200, "error": None, "body": "answer 2", "milliseconds": 2}
    assert found["lastAttemptAt"] == at.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_where_there_was_no_answer_the_error_says_why(api, webhook, deliveries):
    note_attempt(make_delivery(webhook), status=None, error="timeout", answer="")
    [found] = api.get(deliveries).json()
    assert found["lastAnswer"] == {"status": None, "error": "timeout", "body": "", "milliseconds": 84}


def test_what_was_given_up_untried_says_why(api, webhook, deliveries):
    make_delivery(webhook, state=State.DEAD, next_at=None, last_error="switched_off")
    [found] = api.get(deliveries).json()
    assert found["lastAnswer"] == {"status": None, "error": "switched_off", "body": None, "milliseconds": None}


def test_a_deleted_lead_takes_what_was_answered_about_it(api, webhook, deliveries, lead):
    note_attempt(make_delivery(webhook, lead), lead, answer="Sara Alami is unknown")
    api.delete(f"/leads/{lead.pk}")
    response = api.get(deliveries)
    assert response.json()[0]["lastAnswer"] == {"status": 500, "error": None, "body": None, "milliseconds": None}
    assert "Sara" not in response.content.decode()


def test_newest_first_and_paged(api, webhook, deliveries):
    made = [str(make_delivery(webhook, created_at=NOW + timedelta(seconds=n)).pk) for n in range(3)]
    page = api.get(f"{deliveries}?limit=2&count=true")
    assert ([each["id"] for each in page.json()], page["X-Total-Count"]) == ([made[2], made[1]], "3")
    rest = api.get(page["Link"].split(">")[0].removeprefix("</v1"))
    assert [each["id"] for each in rest.json()] == [made[0]]


def test_attempts_make_no_page_longer_and_no_total_larger(api, webhook, deliveries):
    for _ in range(3):
        delivery = make_delivery(webhook)
        for _ in range(4):  # at the same instant, too
            note_attempt(delivery)
    page = api.get(f"{deliveries}?limit=2&count=true")
    assert (len(page.json()), page["X-Total-Count"]) == (2, "3")


def test_it_comes_in_pages_also_unasked(api, webhook, deliveries):
    Delivery.objects.bulk_create(
        Delivery(dealership=webhook.dealership, destination=webhook, kind="lead.created") for _ in range(101)
    )
    first = api.get(deliveries)
    assert len(first.json()) == 100
    rest = api.get(first["Link"].split(">")[0].removeprefix("</v1"))
    assert len({each["id"] for each in first.json() + rest.json()}) == 101


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["dead", "delivered", "dropped", "pending"]),
        ("state=dead", ["dead"]),
        ("state=dead&state=pending", ["dead", "pending"]),
        ("state=dead,delivered", ["dead", "delivered"]),
        ("state=", ["dead", "delivered", "dropped", "pending"]),
    ],
)
def test_by_state(api, webhook, deliveries, query, found):
    for state in State:
        make_delivery(webhook, state=state)
    assert sorted(each["state"] for each in api.get(f"{deliveries}?{query}").json()) == found


def test_only_of_this_webhook(api, webhook, deliveries, rule):
    make_delivery(webhook_actions.create_webhook(webhook.dealership, {"url": URL}))
    actions.send_test(rule)
    assert api.get(deliveries).json() == []


@pytest.mark.parametrize("query", ["state=lost", "state=DEAD", "limit=0", "cursor=x", "count=yes"])
def test_bad_queries(api, deliveries, query):
    assert error_of(api.get(f"{deliveries}?{query}")) == (400, "VALIDATION_ERROR", query.partition("=")[0])


def test_twenty_deliveries_take_as_many_statements_as_one(api, webhook, deliveries, lead):
    def statements():
        with CaptureQueriesContext(connection) as context:
            api.get(deliveries)
        return len(context)

    api.get(deliveries)
    note_attempt(make_delivery(webhook, lead), lead)
    one = statements()
    for _ in range(19):
        note_attempt(make_delivery(webhook))
    assert (one, statements()) == (2, 2)  # the webhook, its deliveries


# --- Tests ---------------------------------------------------------------------------------------


def test_a_test_is_a_delivery_about_nothing_due_at_once(api, webhook, deliveries):
    response = api.post(f"/webhooks/{webhook.pk}/test")
    found = response.json()
    assert (response.status_code, list(found)) == (202, KEYS)
    assert (found["type"], found["eventId"], found["leadId"], found["state"]) == ("webhook.test", None, None, "pending")
    assert Delivery.objects.get().next_at <= timezone.now()
    assert api.get(deliveries).json() == [found]


def test_a_retry_of_a_test_sends_one(api, webhook):
    first, again = (api.post(f"/webhooks/{webhook.pk}/test", idempotency_key="1") for _ in range(2))
    assert first.content == again.content
    assert Delivery.objects.count() == 1


def test_a_rule_can_be_tested_too(rule):
    delivery = actions.send_test(rule)
    assert (delivery.kind, delivery.destination.specific, delivery.state) == ("rule.test", rule, "pending")


def test_what_was_deleted_meanwhile_cannot_be_tested(webhook, rule):
    for destination, failure in ((webhook, WebhookNotFound), (rule, RuleNotFound)):
        type(destination).objects.filter(pk=destination.pk).delete()
        with pytest.raises(failure):
            actions.send_test(destination)


# --- Redeliveries --------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["delivered", "dead"])
def test_what_is_over_can_be_sent_again_under_the_same_id(api, webhook, deliveries, lead, state):
    delivery = make_delivery(webhook, lead, state=state, attempts=8, next_at=None)
    note_attempt(delivery, lead)
    response = api.post(f"{deliveries}/{delivery.pk}/redeliver")
    found = response.json()
    assert (response.status_code, list(found), found["id"]) == (202, KEYS, str(delivery.pk))
    assert (found["state"], found["attempts"], found["lastAnswer"]["body"]) == ("pending", 0, "Oops")
    assert Delivery.objects.get().next_at <= timezone.now()


@pytest.mark.parametrize("state", ["pending", "dropped"])
def test_what_is_under_way_or_no_longer_needed_cannot(api, webhook, deliveries, state):
    delivery = make_delivery(webhook, state=state, attempts=3)
    assert error_of(api.post(f"{deliveries}/{delivery.pk}/redeliver")) == (409, "NOT_REDELIVERABLE", None)
    assert Delivery.objects.get().attempts == 3


@pytest.mark.parametrize("id", ["550e8400-e29b-41d4-a716-446655440000", "x", "foreign", "of another webhook"])
def test_an_unknown_delivery_is_not_found(api, casa, atlas, deliveries, id):
    others = {"foreign": atlas, "of another webhook": casa}
    if id in others:
        id = make_delivery(webhook_actions.create_webhook(others[id], {"url": URL}), state=State.DEAD).pk
    assert error_of(api.post(f"{deliveries}/{id}/redeliver")) == NO_DELIVERY
    assert not Delivery.objects.filter(state=State.PENDING).exists()


def test_two_that_redeliver_at_once_send_one(webhook):
    delivery = make_delivery(webhook, state=State.DEAD)
    actions.redeliver(delivery)
    with pytest.raises(NotRedeliverable):
        actions.redeliver(delivery)
    Delivery.objects.all().delete()
    with pytest.raises(DeliveryNotFound):
        actions.redeliver(delivery)


def test_what_is_kept_of_a_redelivery_goes_with_its_lead(api, webhook, deliveries, lead):
    path = f"{deliveries}/{make_delivery(webhook, lead, state=State.DEAD).pk}/redeliver"
    assert api.post(path, idempotency_key="1").status_code == 202
    assert api.post(path, idempotency_key="1")["Idempotency-Replayed"] == "true"
    api.delete(f"/leads/{lead.pk}")
    assert error_of(api.post(path, idempotency_key="1")) == (404, "LEAD_NOT_FOUND", None)


def test_another_dealership_sees_no_delivery(api, rival, atlas, webhook, deliveries):
    make_delivery(webhook, make_lead(make_car(webhook.dealership)))
    theirs = webhook_actions.create_webhook(atlas, {"url": URL})
    assert rival.get(f"/webhooks/{theirs.pk}/deliveries").json() == []
    assert error_of(rival.get(deliveries)) == (404, "WEBHOOK_NOT_FOUND", None)
