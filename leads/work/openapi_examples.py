"""Examples of work for the API's document."""

from leads.openapi_examples import LEAD

SARA = {"id": "018d0a52-61c8-7f0e-8a3b-5d2c9e7f1b64", "name": "Sara Alami"}
PLAN = {
    "assignee": SARA,
    "assignedAt": "2024-01-15T10:35:00Z",
    "nextStep": "Call back with an offer",
    "dueAt": "2024-01-17T15:00:00Z",
    "dueOn": None,
    "respondBy": "2024-01-15T11:00:00Z",
    "respondedAt": "2024-01-15T10:52:00Z",
    "state": "planned",
}
WORK = {"leadId": LEAD["id"], **PLAN}
CHANGES = {"assignee": SARA["id"], "nextStep": "Call back with an offer", "dueAt": "2024-01-17T15:00:00Z"}
ON_A_DAY = {"dueOn": "2024-01-17"}
CLAIMED = {**WORK, "nextStep": None, "dueAt": None, "state": "none"}
NEW_CONTACT = {"via": "call", "outcome": "reached", "note": "Comes on Saturday"}
CONTACT = {
    "id": "018d12a4-0f35-7c1e-9b60-4e8d7a2c5f13",
    "kind": "lead.contacted",
    "at": "2024-01-15T10:52:00Z",
    "actor": {"type": "api_key", "name": "Telephone"},
    "changes": {
        "note": {"from": None, "to": "Comes on Saturday"},
        "via": {"from": None, "to": "call"},
        "outcome": {"from": None, "to": "reached"},
    },
}
STAFF = {
    "Salesperson": {**SARA, "role": "salesperson", "isAvailable": True, "isActive": True},
    "Has left": {
        "id": "018c7e11-9d02-7b44-8f1a-6c3e5a9b2d70",
        "name": "Omar Tazi",
        "role": "salesperson",
        "isAvailable": False,
        "isActive": False,
    },
}
