"""What the API's document says of webhooks."""

from leads.errors import LeadNotFound
from leads.outbox.errors import DeliveryNotFound, NotRedeliverable
from leads.webhooks.errors import TooManyWebhooks, WebhookNotFound
from leads.webhooks.openapi_examples import (
    NEW_WEBHOOK,
    REDELIVERED,
    ROTATED,
    SECRET,
    SWITCHED_OFF,
    TEST,
    TRIED,
    WEBHOOK,
)
from leads.webhooks.openapi_objects import (
    Delivery,
    NewWebhook,
    RotatedWebhook,
    Webhook,
    WebhookChanges,
    WebhookWithSecret,
)
from steerleads.api.errors import ValidationFailed
from steerleads.api.openapi import (
    ETAG,
    ID,
    IDEMPOTENCY_KEY,
    IF_MATCH,
    IF_NONE_MATCH,
    LIST_HEADERS,
    LOCATION,
    Answer,
    Header,
    Operation,
    Parameter,
    Success,
    operations,
)

HOOKS = "Webhooks"

PAUSED = Header(
    "X-Paused-Until",
    "There while nothing is sent, as the receiver cannot take anything now: when that ends.",
    {"type": "string", "format": "date-time"},
)
WEBHOOK_ID = Parameter("id", "Webhook UUID", ID, "path")
DELIVERY_ID = Parameter("deliveryId", "Delivery UUID", ID, "path")
BAD_LIMIT = ValidationFailed("“limit” must be a whole number from 1 to 1000.", field="limit")
BAD_URL = ValidationFailed("The URL must begin with https://.", field="url", reason="refused_url")

WEBHOOK_WORDS = """Be told of events by requests to a URL of yours, from now on. Each is a POST of an `Event` as \
`GET /v1/events` has them, signed as [Standard Webhooks 1.0](https://www.standardwebhooks.com) says: `webhook-id` (the \
delivery's id, the same on every attempt: use it to tell repeats), `webhook-timestamp` and `webhook-signature`, which \
libraries verify with the `secret`. It is shown this once.

Answer 2xx within 15 seconds: the head of the answer, whole; the body is not waited for. Everything else, redirects \
too, is a failure, and is tried again after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h (give or take 20 %); then it \
is a dead letter until somebody redelivers it. A 410 switches the webhook off at once; so do five days of nothing but failures.

A refusal with `Retry-After` (seconds or a date), a 429, 502, 503 or 504, and no answer at all pause the webhook: \
nothing is sent until the time is over (a day at most; without `Retry-After` from a second to five minutes, longer each \
time), then one event, and if that is taken the rest. A 429, and what comes with `Retry-After`, costs no attempt until \
an event has been put off for five days. A test goes at once.

Events come at least once, one at a time, \
and a retry can come after newer ones: `sequence` tells the order. When a lead is deleted, what is still to be told \
of it comes with `lead: null`. At most 50 webhooks."""


documents = operations(
    list=Operation(
        "list_webhooks",
        HOOKS,
        "List Webhooks",
        "Retrieve all webhooks of the dealership.",
        Answer("Array of webhooks, oldest first.", [Webhook], {"Webhooks": [WEBHOOK]}, LIST_HEADERS),
        errors=(BAD_LIMIT,),
    ),
    create=Operation(
        "create_webhook",
        HOOKS,
        "Create Webhook",
        WEBHOOK_WORDS,
        Answer(
            "The webhook that was created, with its secret.",
            WebhookWithSecret,
            {"Webhook": {**WEBHOOK, **SECRET}},
            (ETAG, LOCATION),
            status=201,
        ),
        parameters=(IDEMPOTENCY_KEY,),
        body=NewWebhook,
        examples={"Webhook": NEW_WEBHOOK},
        errors=(BAD_URL, TooManyWebhooks, WebhookNotFound),
    ),
    retrieve=Operation(
        "get_webhook",
        HOOKS,
        "Get Webhook by ID",
        "Retrieve a webhook, and how it fares.",
        Answer("The webhook.", Webhook, {"Webhook": WEBHOOK}, (ETAG, PAUSED)),
        parameters=(WEBHOOK_ID, IF_NONE_MATCH),
        errors=(WebhookNotFound,),
    ),
    partial_update=Operation(
        "update_webhook",
        HOOKS,
        "Update Webhook",
        "Update a webhook. All fields are optional. Only provided fields will be updated. When it is switched on again, "
        "or gets another URL, what waits for its next attempt is tried at once.",
        Answer("The webhook as it now is.", Webhook, {"Switched off": SWITCHED_OFF}, (ETAG, PAUSED)),
        parameters=(WEBHOOK_ID, IF_MATCH, IDEMPOTENCY_KEY),
        body=WebhookChanges,
        examples={"Switch off": {"enabled": False}},
        errors=(WebhookNotFound, BAD_URL),
    ),
    destroy=Operation(
        "delete_webhook",
        HOOKS,
        "Delete Webhook",
        "Delete a webhook with its deliveries. What was not delivered yet is not sent any more.",
        Answer(
            "The webhook is gone.", Success, {"Deleted": {"success": True, "message": "Webhook deleted successfully"}}
        ),
        parameters=(WEBHOOK_ID, IF_MATCH),
        errors=(WebhookNotFound,),
    ),
    rotate=Operation(
        "rotate_webhook_secret",
        HOOKS,
        "Rotate Webhook Secret",
        "Give a webhook a new secret, which is shown this once. For 24 hours requests carry two signatures, of the new "
        "and of the old secret, so that you can change over without losing any. Rotating again within them ends the "
        "older one at once.",
        Answer("The webhook with its new secret.", RotatedWebhook, {"Rotated": ROTATED}, (ETAG, PAUSED)),
        parameters=(WEBHOOK_ID, IDEMPOTENCY_KEY),
        errors=(WebhookNotFound,),
    ),
)

delivery_documents = operations(
    test=Operation(
        "test_webhook",
        HOOKS,
        "Test Webhook",
        "Send a `webhook.test`: a signed request like the others, about no lead. It shows among the deliveries. A pause "
        "does not hold it up, and ends if it is taken. If the "
        "webhook is switched off, it waits until it is on, for 30 days.",
        Answer("The delivery, which will be sent.", Delivery, {"Test": TEST}, status=202),
        parameters=(WEBHOOK_ID, IDEMPOTENCY_KEY),
        errors=(WebhookNotFound,),
    ),
    list=Operation(
        "list_webhook_deliveries",
        HOOKS,
        "List Deliveries",
        "What was, is and will be sent to a webhook, newest first. Kept for 30 days. Always in pages.",
        Answer("Array of deliveries.", [Delivery], {"Deliveries": [TRIED]}, LIST_HEADERS),
        parameters=(WEBHOOK_ID,),
        errors=(WebhookNotFound, BAD_LIMIT),
    ),
    redeliver=Operation(
        "redeliver_webhook_delivery",
        HOOKS,
        "Redeliver",
        "Send once more what was delivered or has become a dead letter: the same event under the same `webhook-id`, "
        "with all its retries before it.",
        Answer("The delivery, which will be sent.", Delivery, {"Redelivered": REDELIVERED}, status=202),
        parameters=(WEBHOOK_ID, DELIVERY_ID, IDEMPOTENCY_KEY),
        errors=(WebhookNotFound, DeliveryNotFound, NotRedeliverable, LeadNotFound),
    ),
)
