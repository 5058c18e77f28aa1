"""Examples of events, webhooks and deliveries for the API's document."""

from leads.openapi_examples import CAR_ID, LEAD

CREATED = {
    "type": "lead.created",
    "timestamp": "2024-01-15T10:30:00Z",
    "data": {
        "eventId": "018d11dc-21a0-7b52-8a8f-4c9d2f6f1e07",
        "sequence": 41,
        "leadId": LEAD["id"],
        "carId": CAR_ID,
        "lead": LEAD,
        "changes": {
            "status": {"from": None, "to": "NEW"},
            "action": {"from": None, "to": "Follow up call"},
            "targetName": {"from": None, "to": None},
            "targetInfo": {"from": None, "to": None},
            "order": {"from": None, "to": 1},
        },
        "actor": {"type": "api_key", "name": "Website"},
    },
}
DELETED = {
    "type": "lead.deleted",
    "timestamp": "2024-01-16T14:20:00Z",
    "data": {
        "eventId": "018d17f2-6e6c-7d31-a1a6-6f0d3f3b2c11",
        "sequence": 42,
        "leadId": "018d0cb4-93d1-7e60-8b1f-6a2f9d3c5e78",
        "carId": CAR_ID,
        "lead": None,
        "changes": {
            "status": {"from": "COMPLETED", "to": None},
            "createdAt": {"from": "2024-01-10T09:00:00Z", "to": None},
            "updatedAt": {"from": "2024-01-12T16:45:00Z", "to": None},
        },
        "actor": {"type": "staff", "name": "Nadia Idrissi"},
    },
}
EVENTS = [CREATED, DELETED]


def _told(kind, changes, **data):
    """What is told of a later event of the lead, by a member of staff."""
    actor = {"type": "staff", "name": "Nadia Idrissi"}
    data = {**CREATED["data"], "sequence": 43, "changes": changes, "actor": actor, **data}
    return {"type": kind, "timestamp": LATER["updatedAt"], "data": data}


LATER = {**LEAD, "updatedAt": "2024-01-16T14:20:00Z"}
EVENTS_BY_KIND = {
    "lead.created": CREATED,
    "lead.changed": _told(
        "lead.changed", {"status": {"from": "NEW", "to": "COMPLETED"}}, lead={**LATER, "status": "COMPLETED"}
    ),
    "lead.moved": _told(
        "lead.moved",
        {"order": {"from": 1, "to": 2}},
        lead={**LATER, "order": 2},
        batch="018d17f2-6e6c-7d31-a1a6-6f0d3f3b2c12",
    ),
    "lead.archived": _told("lead.archived", {"archived": {"from": False, "to": True}}, lead=LATER),
    "lead.restored": _told("lead.restored", {"archived": {"from": True, "to": False}}, lead=LATER),
    "lead.deleted": DELETED,
}
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
