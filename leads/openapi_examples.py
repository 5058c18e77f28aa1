"""The page's examples for the API's document, letter for letter but for its placeholders of ids, and ours beside them.

`car_uuid` and `lead_id_1` are no UUIDs, as the document says that ids are: tools refuse such an example.
"""

CAR_ID = "0194f5d2-8b1e-7c3a-9d54-2f6a1b7c8e90"
LEAD = {
    "id": "550e8400-e29b-41d4-a716-446655440000",
    "carId": CAR_ID,
    "status": "NEW",
    "action": "Follow up call",
    "targetName": "John Smith",
    "targetInfo": "+212-600-123456",
    "tag": "Hot Lead",
    "note": "Customer interested in financing options",
    "order": 1,
    "createdAt": "2024-01-15T10:30:00Z",
    "updatedAt": "2024-01-15T10:30:00Z",
}
CAR = {"id": CAR_ID, "make": "Honda", "model": "Civic", "overviewYear": 2021, "location": "Casablanca"}
TEST_DRIVE = {
    "action": "Schedule test drive",
    "targetName": "Jane Doe",
    "targetInfo": "jane.doe@email.com",
    "tag": "Test Drive",
    "note": "Prefers weekend appointments",
    "status": "NEW",
    "order": 1,
}
CREATED = {
    "id": LEAD["id"],
    "carId": CAR_ID,
    "status": "NEW",
    "action": "Schedule test drive",
    "targetName": "Jane Doe",
    "targetInfo": "jane.doe@email.com",
    "tag": "Test Drive",
    "note": "Prefers weekend appointments",
    "order": 1,
    "createdAt": "2024-01-15T10:30:00Z",
    "updatedAt": "2024-01-15T10:30:00Z",
}
USE_CASES = {
    "Track test drive requests": {
        "action": "Schedule test drive",
        "targetName": "Ahmed Benali",
        "targetInfo": "+212-600-123456",
        "tag": "Test Drive",
        "note": "Prefers Saturday morning",
    },
    "Follow-up call tracking": {
        "action": "Follow-up call",
        "targetName": "Sara Alami",
        "targetInfo": "sara.alami@email.com",
        "tag": "Hot Lead",
        "note": "Interested in financing. Call back Tuesday",
    },
    "Document review": {
        "action": "Prepare sales documents",
        "targetName": "Legal Department",
        "targetInfo": "legal@dealership.com",
        "tag": "Documentation",
    },
}
CHANGES = {"status": "COMPLETED", "note": "Test drive completed. Customer very interested."}
CHANGED = {
    "id": "550e8400-e29b-41d4-a716-446655440000",
    "status": "COMPLETED",
    "note": "Test drive completed. Customer very interested.",
    "updatedAt": "2024-01-16T14:20:00Z",
}
NEW_ORDERS = {
    "leadOrders": [
        {"id": LEAD["id"], "order": 1},
        {"id": "018d11d0-3c5e-7a41-9f02-7b8c9d0e1f2a", "order": 2},
        {"id": "018d11d0-58b7-7d13-8e64-0a1b2c3d4e5f", "order": 3},
    ]
}
ORDERED = {
    "success": True,
    "message": "Lead order updated successfully",
    "id": "550e8400-e29b-41d4-a716-446655440000",
    "order": 5,
    "updatedAt": "2024-01-16T14:20:00Z",
}
HISTORY = {
    "Changed": {
        "id": "018d17f2-6e6c-7d31-a1a6-6f0d3f3b2c11",
        "kind": "lead.changed",
        "at": "2024-01-16T14:20:00Z",
        "actor": {"type": "api_key", "name": "Website"},
        "changes": {
            "status": {"from": "NEW", "to": "COMPLETED"},
            "note": {"from": "Prefers weekend appointments", "to": "Test drive completed. Customer very interested."},
        },
    },
    "Created": {
        "id": "018d11dc-21a0-7b52-8a8f-4c9d2f6f1e07",
        "kind": "lead.created",
        "at": "2024-01-15T10:30:00Z",
        "actor": {"type": "staff", "name": "Nadia Idrissi"},
        "changes": {
            "status": {"from": None, "to": "NEW"},
            "action": {"from": None, "to": "Schedule test drive"},
            "targetName": {"from": None, "to": None},
            "targetInfo": {"from": None, "to": None},
            "order": {"from": None, "to": 1},
        },
    },
}
