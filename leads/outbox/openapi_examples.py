"""Examples of events for the API's document."""

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


def _event(kind, changes, **data):
    """A later event of the lead, by a member of staff."""
    actor = {"type": "staff", "name": "Nadia Idrissi"}
    data = {**CREATED["data"], "sequence": 43, "changes": changes, "actor": actor, **data}
    return {"type": kind, "timestamp": LATER["updatedAt"], "data": data}


LATER = {**LEAD, "updatedAt": "2024-01-16T14:20:00Z"}
EVENTS_BY_KIND = {
    "lead.created": CREATED,
    "lead.changed": _event(
        "lead.changed", {"status": {"from": "NEW", "to": "COMPLETED"}}, lead={**LATER, "status": "COMPLETED"}
    ),
    "lead.moved": _event(
        "lead.moved",
        {"order": {"from": 1, "to": 2}},
        lead={**LATER, "order": 2},
        batch="018d17f2-6e6c-7d31-a1a6-6f0d3f3b2c12",
    ),
    "lead.archived": _event("lead.archived", {"archived": {"from": False, "to": True}}, lead=LATER),
    "lead.restored": _event("lead.restored", {"archived": {"from": True, "to": False}}, lead=LATER),
    "lead.deleted": DELETED,
    "lead.assigned": _event("lead.assigned", {"assignee": {"from": None, "to": "Sara Alami"}}),
    "lead.due": _event(
        "lead.due",
        {
            "dueAt": {"from": None, "to": "2024-01-17T15:00:00Z"},
            "nextStep": {"from": None, "to": "Call back with an offer"},
        },
    ),
    "lead.contacted": _event(
        "lead.contacted",
        {
            "via": {"from": None, "to": "call"},
            "outcome": {"from": None, "to": "reached"},
            "note": {"from": None, "to": "Comes on Saturday"},
        },
    ),
}
