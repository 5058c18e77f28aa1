"""The `webhooks` of the API's document: the requests that receivers get, one of each kind, with headers and body."""

from leads.models import EventKind
from leads.outbox.openapi_examples import EVENTS_BY_KIND
from leads.webhooks.messages import TEST_KIND
from leads.webhooks.openapi_examples import TEST_MESSAGE

TAG = "Webhook requests"  # of its own: generators make one class of a tag, and one would overwrite the other
EVENT = {"$ref": "#/components/schemas/Event"}
TEST_EVENT = {
    "type": "object",
    "description": "What a test sends: a message like the others, about no lead.",
    "properties": {
        "type": {"type": "string", "enum": [TEST_KIND]},
        "timestamp": {"type": "string", "format": "date-time"},
        "data": {
            "type": "object",
            "properties": {
                "eventId": {"type": "string", "format": "uuid", "description": "The delivery's id."},
                **{name: {"type": "null"} for name in ("sequence", "leadId", "carId", "lead")},
                "changes": {"type": "object", "additionalProperties": False},
                "actor": {"type": "null"},
            },
            "required": ["eventId", "sequence", "leadId", "carId", "lead", "changes", "actor"],
        },
    },
    "required": ["type", "timestamp", "data"],
}
HEADERS = {
    # name: (what it is, its schema, an example)
    "webhook-id": (
        "The delivery's id, the same on every attempt: use it to tell repeats.",
        {"type": "string", "format": "uuid"},
        "018d1a10-77b2-7a15-8c3d-5b6a7c8d9e0f",
    ),
    "webhook-timestamp": ("When this attempt was made, in seconds since 1970.", {"type": "integer"}, 1705314600),
    "webhook-signature": (
        "`v1,` and the base64 HMAC-SHA256 of `{webhook-id}.{webhook-timestamp}.{body}` with the webhook's secret; two of "
        "them with a space between for 24 hours after the secret was rotated.",
        {"type": "string"},
        "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    ),
}
WORDS = {
    EventKind.CREATED: "A lead was created",
    EventKind.CHANGED: "Fields of a lead changed",
    EventKind.MOVED: "The order of a lead changed",
    EventKind.ARCHIVED: "A lead was archived",
    EventKind.RESTORED: "A lead was brought back from the archive",
    EventKind.DELETED: "A lead was deleted",
    EventKind.ASSIGNED: "A lead was given to a colleague, or to nobody",
    EventKind.DUE: "What is next for a lead, or until when, changed",
    EventKind.CONTACTED: "Somebody contacted a lead, or tried to",
    TEST_KIND: "Somebody tries the webhook",
}


def describe_webhooks(result, generator, request, public):
    """drf-spectacular's hook after it has written the document (its own setting for webhooks comes too late for parts)."""
    result["components"]["schemas"]["TestEvent"] = TEST_EVENT
    result["webhooks"] = {kind: {"post": _request(kind)} for kind in [*EventKind.values, TEST_KIND]}
    return result


def _request(kind):
    schema, example = (
        ({"$ref": "#/components/schemas/TestEvent"}, TEST_MESSAGE)
        if kind == TEST_KIND
        else (EVENT, EVENTS_BY_KIND[kind])
    )
    return {
        "operationId": f"on_{kind.replace('.', '_')}",
        "summary": WORDS[kind],
        "description": "A signed request to a webhook of yours. Answer 2xx within 15 seconds; what you answer is kept as "
        "the delivery's `lastAnswer`.",
        "tags": [TAG],
        "security": [],
        "parameters": [_header(name, *facts) for name, facts in HEADERS.items()],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schema, "examples": {kind: {"value": example}}}},
        },
        "responses": {
            "2XX": {"description": "You have it."},
            "410": {"description": "You want no more: the webhook is switched off."},
            "default": {"description": "A failure: it is tried again later."},
        },
    }


def _header(name, description, schema, example):
    return {
        "in": "header",
        "name": name,
        "required": True,
        "description": description,
        "schema": schema,
        "example": example,
    }
