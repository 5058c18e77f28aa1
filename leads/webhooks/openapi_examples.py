"""Examples of webhooks and deliveries for the API's document."""

from leads.openapi_examples import LEAD

TEST_MESSAGE = {
    "type": "webhook.test",
    "timestamp": "2024-01-17T08:01:00Z",
    "data": {
        "eventId": "018d1a11-0a4c-7c58-9e21-7d8e9fa0b1c2",
        **dict.fromkeys(("sequence", "leadId", "carId", "lead")),
        "changes": {},
        "actor": None,
    },
}

NEW_WEBHOOK = {
    "url": "https://crm.casamotors.ma/hooks/leads",
    "events": ["lead.created", "lead.changed", "lead.deleted"],
    "description": "Our CRM",
}
WEBHOOK = {
    "id": "018d1a02-5c1e-7d44-9b7a-3f2e1d0c9b8a",
    **NEW_WEBHOOK,
    "enabled": True,
    "disabledReason": None,
    "failingSince": None,
    "createdAt": "2024-01-17T08:00:00Z",
    "updatedAt": "2024-01-17T08:00:00Z",
}
SECRET = {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwC5aC2n7Xv0E="}
SWITCHED_OFF = {**WEBHOOK, "enabled": False, "updatedAt": "2024-01-18T09:00:00Z"}
ROTATED = {
    **WEBHOOK,
    "updatedAt": "2024-01-18T09:00:00Z",
    **SECRET,
    "oldSecretUntil": "2024-01-19T09:00:00Z",
}

TRIED = {
    "id": "018d1a10-77b2-7a15-8c3d-5b6a7c8d9e0f",
    "eventId": "018d11dc-21a0-7b52-8a8f-4c9d2f6f1e07",
    "type": "lead.created",
    "leadId": LEAD["id"],
    "state": "pending",
    "attempts": 1,
    "createdAt": "2024-01-17T10:30:00Z",
    "lastAttemptAt": "2024-01-17T10:30:01Z",
    "lastAnswer": {"status": 500, "error": None, "body": "Internal Server Error", "milliseconds": 84},
    "nextAttemptAt": "2024-01-17T10:30:06Z",
}
REDELIVERED = {**TRIED, "attempts": 0, "nextAttemptAt": "2024-01-18T09:00:00Z"}
TEST = {
    "id": "018d1a11-0a4c-7c58-9e21-7d8e9fa0b1c2",
    "eventId": None,
    "type": "webhook.test",
    "leadId": None,
    "state": "pending",
    "attempts": 0,
    "createdAt": "2024-01-17T08:01:00Z",
    "lastAttemptAt": None,
    "lastAnswer": None,
    "nextAttemptAt": "2024-01-17T08:01:00Z",
}
