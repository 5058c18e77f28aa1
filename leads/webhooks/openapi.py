"""What the API's document says of webhooks."""

from drf_spectacular.types import OpenApiTypes

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
from leads.webhooks.serializers import (
    DeliverySerializer,
    NewWebhook,
    RotatedWebhook,
    WebhookChanges,
    WebhookSerializer,
    WebhookWithSecret,
)
from steerleads.api.errors import ValidationFailed
from steerleads.api.openapi import (
    ETAG,
    IDEMPOTENT,
    IF_MATCH,
    IF_NONE_MATCH,
    LISTED,
    LOCATION,
    answer,
    body,
    done,
    header,
    operation,
    operations,
    path_id,
)

PAUSED = header(
    "X-Paused-Until",
    "There while nothing is sent, as the receiver cannot take anything now: when that ends.",
    OpenApiTypes.DATETIME,
)
WEBHOOK_ID = path_id("id", "Webhook UUID")
DELIVERY_ID = path_id("deliveryId", "Delivery UUID")
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
    list=operation(
        "list_webhooks",
        summary="List Webhooks",
        description="Retrieve all webhooks of the dealership.",
        parameters=LISTED,
        responses={
            200: answer(WebhookSerializer(many=True), "Array of webhooks, oldest first.", {"Webhooks": WEBHOOK})
        },
    ),
    create=operation(
        "create_webhook",
        summary="Create Webhook",
        description=WEBHOOK_WORDS,
        parameters=[*IDEMPOTENT, ETAG, LOCATION],
        request=body(NewWebhook, {"Webhook": NEW_WEBHOOK}),
        responses={
            201: answer(
                WebhookWithSecret,
                "The webhook that was created, with its secret.",
                {"Webhook": {**WEBHOOK, **SECRET}},
            )
        },
        errors=[BAD_URL, TooManyWebhooks, WebhookNotFound],
    ),
    retrieve=operation(
        "get_webhook",
        summary="Get Webhook by ID",
        description="Retrieve a webhook, and how it fares.",
        parameters=[WEBHOOK_ID, IF_NONE_MATCH, ETAG, PAUSED],
        responses={200: answer(WebhookSerializer, "The webhook.", {"Webhook": WEBHOOK})},
        errors=[WebhookNotFound],
    ),
    partial_update=operation(
        "update_webhook",
        summary="Update Webhook",
        description="Update a webhook. All fields are optional. Only provided fields will be updated. When it is switched "
        "on again, or gets another URL, what waits for its next attempt is tried at once.",
        parameters=[WEBHOOK_ID, IF_MATCH, *IDEMPOTENT, ETAG, PAUSED],
        request=body(WebhookChanges, {"Switch off": {"enabled": False}}),
        responses={200: answer(WebhookSerializer, "The webhook as it now is.", {"Switched off": SWITCHED_OFF})},
        errors=[WebhookNotFound, BAD_URL],
    ),
    destroy=operation(
        "delete_webhook",
        summary="Delete Webhook",
        description="Delete a webhook with its deliveries. What was not delivered yet is not sent any more.",
        parameters=[WEBHOOK_ID, IF_MATCH],
        responses={200: done("The webhook is gone.", "Webhook deleted successfully")},
        errors=[WebhookNotFound],
    ),
    rotate=operation(
        "rotate_webhook_secret",
        summary="Rotate Webhook Secret",
        description="Give a webhook a new secret, which is shown this once. For 24 hours requests carry two signatures, "
        "of the new and of the old secret, so that you can change over without losing any. Rotating again within them "
        "ends the older one at once.",
        parameters=[WEBHOOK_ID, *IDEMPOTENT, ETAG, PAUSED],
        responses={200: answer(RotatedWebhook, "The webhook with its new secret.", {"Rotated": ROTATED})},
        errors=[WebhookNotFound],
    ),
)

delivery_documents = operations(
    test=operation(
        "test_webhook",
        summary="Test Webhook",
        description="Send a `webhook.test`: a signed request like the others, about no lead. It shows among the "
        "deliveries. A pause does not hold it up, and ends if it is taken. If the webhook is switched off, it waits "
        "until it is on, for 30 days.",
        parameters=[WEBHOOK_ID, *IDEMPOTENT],
        responses={202: answer(DeliverySerializer, "The delivery, which will be sent.", {"Test": TEST})},
        errors=[WebhookNotFound],
    ),
    list=operation(
        "list_webhook_deliveries",
        summary="List Deliveries",
        description="What was, is and will be sent to a webhook, newest first. Kept for 30 days. Always in pages.",
        parameters=[WEBHOOK_ID, *LISTED],
        responses={200: answer(DeliverySerializer(many=True), "Array of deliveries.", {"Deliveries": TRIED})},
        errors=[WebhookNotFound],
    ),
    redeliver=operation(
        "redeliver_webhook_delivery",
        summary="Redeliver",
        description="Send once more what was delivered or has become a dead letter: the same event under the same "
        "`webhook-id`, with all its retries before it.",
        parameters=[WEBHOOK_ID, DELIVERY_ID, *IDEMPOTENT],
        responses={202: answer(DeliverySerializer, "The delivery, which will be sent.", {"Redelivered": REDELIVERED})},
        errors=[WebhookNotFound, DeliveryNotFound, NotRedeliverable, LeadNotFound],
    ),
)
