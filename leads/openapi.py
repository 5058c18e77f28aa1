"""What the API's document says of leads: the page's words and examples, and what contract and code add to them."""

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cars.errors import CarNotFound
from leads.errors import InvalidLeadStatus, LeadNotFound, UnauthorizedLeadAccess
from leads.models import EventKind, Status
from leads.serializers import CHANGE_KEYS, MOST_MOVED, LeadBody, OrderBody, ReorderBody
from steerleads.api.errors import ValidationFailed
from steerleads.api.filters import LONGEST_SEARCH
from steerleads.api.openapi import (
    ETAG,
    ID,
    IDEMPOTENCY_KEY,
    IF_MATCH,
    IF_NONE_MATCH,
    LIST_HEADERS,
    LOCATION,
    PAGING_PARAMETERS,
    SORT_ORDER,
    TEXT,
    Answer,
    Header,
    Operation,
    Parameter,
    Success,
    enum,
    operations,
)
from steerleads.dealers.actors import ActorType

TAG = "Leads"

# --- The page's examples -----------------------------------------------------------------------

LEAD = {
    "id": "550e8400-e29b-41d4-a716-446655440000",
    "carId": "car_uuid",
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
CAR = {"id": "car_uuid", "make": "Honda", "model": "Civic", "overviewYear": 2021, "location": "Casablanca"}
LEADS = [{**LEAD, "car": CAR}]
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
    "id": "550e8400-e29b-41d4-a716-446655440000",
    "carId": "car_uuid",
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
        {"id": "lead_id_1", "order": 1},
        {"id": "lead_id_2", "order": 2},
        {"id": "lead_id_3", "order": 3},
    ]
}
ORDERED = {
    "success": True,
    "message": "Lead order updated successfully",
    "id": "550e8400-e29b-41d4-a716-446655440000",
    "order": 5,
    "updatedAt": "2024-01-16T14:20:00Z",
}
HISTORY = [
    {
        "id": "018d17f2-6e6c-7d31-a1a6-6f0d3f3b2c11",
        "kind": "lead.changed",
        "at": "2024-01-16T14:20:00Z",
        "actor": {"type": "api_key", "name": "Website"},
        "changes": {
            "status": {"from": "NEW", "to": "COMPLETED"},
            "note": {"from": "Prefers weekend appointments", "to": "Test drive completed. Customer very interested."},
        },
    },
    {
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
]

# --- Objects -----------------------------------------------------------------------------------

LeadStatus = enum("LeadStatus", Status.values)
LeadEventKind = enum("LeadEventKind", EventKind.values)
ActorKind = enum("ActorType", ActorType.values)
LeadSort = enum("LeadSort", ["order", "status", "action", "targetName", "createdAt", "updatedAt"])
Archived = enum("ArchivedFilter", ["false", "true", "any"])

STATUS_WORDS = (
    "`NEW`: the lead is created and requires action. `COMPLETED`: the action has been completed successfully. "
    "`NOT_NEEDED`: the lead is no longer relevant or was cancelled."
)
WORDS = {
    "action": "Action description (max 200 characters)",
    "targetName": "Lead contact name (max 200 characters)",
    "targetInfo": "Contact information - phone or email (max 500 characters)",
    "tag": "Lead category tag (max 100 characters)",
    "note": "Additional notes (max 1000 characters)",
}


class Order(serializers.IntegerField):
    """A 32 bit integer."""

    def __init__(self, **field):
        super().__init__(min_value=-(2**31), max_value=2**31 - 1, **field)


class Lead(serializers.Serializer):
    """A lead: something to do for a customer about a vehicle."""

    id = serializers.UUIDField()
    carId = serializers.UUIDField(help_text="The vehicle that the lead is about.")
    status = LeadStatus(help_text=STATUS_WORDS)
    action = serializers.CharField()
    targetName = serializers.CharField()
    targetInfo = serializers.CharField()
    tag = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_null=True)
    order = Order(help_text="Lower numbers appear first.")
    createdAt = serializers.DateTimeField()
    updatedAt = serializers.DateTimeField()


class LeadCar(serializers.Serializer):
    """What a list of leads shows of a vehicle."""

    id = serializers.UUIDField()
    make = serializers.CharField()
    model = serializers.CharField()
    overviewYear = serializers.IntegerField(allow_null=True)
    location = serializers.CharField(allow_null=True)


class LeadWithCar(Lead):
    """A lead as lists show it, with its vehicle."""

    car = LeadCar()


class LeadDetail(Lead):
    """A lead, with its vehicle if `include=car` was sent."""

    car = LeadCar(required=False)


class UpdatedLead(serializers.Serializer):
    """The lead's id, the fields that were sent, and `updatedAt`. With `Prefer: return=representation`, all of it."""

    id = serializers.UUIDField()
    carId = serializers.UUIDField(required=False, help_text="Only with `Prefer: return=representation`.")
    status = LeadStatus(required=False)
    action = serializers.CharField(required=False)
    targetName = serializers.CharField(required=False)
    targetInfo = serializers.CharField(required=False)
    tag = serializers.CharField(required=False, allow_null=True)
    note = serializers.CharField(required=False, allow_null=True)
    order = Order(required=False)
    createdAt = serializers.DateTimeField(required=False, help_text="Only with `Prefer: return=representation`.")
    updatedAt = serializers.DateTimeField()


class UpdatedOrder(Success):
    """Where the lead is now."""

    id = serializers.UUIDField()
    order = Order()
    updatedAt = serializers.DateTimeField()


@extend_schema_field({"type": ["string", "integer", "boolean"]})
class FieldValue(serializers.Field):
    """What a field of a lead can hold."""


class Actor(serializers.Serializer):
    """Who did it: an API key, a member of staff or a command, by name."""

    type = ActorKind()
    name = serializers.CharField()


class Change(serializers.Serializer):
    """What a field held before and after. Both are null for `targetName` and `targetInfo`: only that they changed."""

    def get_fields(self):
        return {"from": FieldValue(allow_null=True), "to": FieldValue(allow_null=True)}


class Changes(serializers.Serializer):
    """The fields that changed."""

    def get_fields(self):
        return {name: Change(required=False) for name in CHANGE_KEYS}


class HistoryEntry(serializers.Serializer):
    """Something that happened to a lead."""

    id = serializers.UUIDField()
    kind = LeadEventKind()
    at = serializers.DateTimeField()
    actor = Actor()
    changes = Changes()
    batch = serializers.UUIDField(required=False, help_text="The same for all leads that one reorder moved.")


# --- Bodies ------------------------------------------------------------------------------------


class NewLead(LeadBody):
    """A lead to be created. `null` for an optional field counts as absent."""

    words = {
        **WORDS,
        "status": "Lead status: `NEW` (default), `COMPLETED`, `NOT_NEEDED`",
        "order": "Display order for sorting (default: 0)",
    }
    carId = None
    status = LeadStatus(default="NEW")
    order = Order(default=0)


class LeadChanges(LeadBody):
    """All fields are optional. Only provided fields will be updated. `null` clears `tag` and `note`."""

    partial_body = True
    words = {**WORDS, "status": "Lead status: `NEW`, `COMPLETED`, `NOT_NEEDED`", "order": "Display order for sorting"}
    carId = None
    status = LeadStatus()


class LeadOrder(serializers.Serializer):
    """A lead and its new order position."""

    id = serializers.UUIDField()
    order = Order()


class NewOrder(OrderBody):
    """An order position."""

    words = {"order": "The new order position. No other lead moves."}


class NewOrders(ReorderBody):
    """Order positions of leads of one vehicle. Leads that are not in the list stay where they are."""

    words = {"leadOrders": "Each lead once; at most 10,000."}


class LeadOrdersExtension(OpenApiSerializerFieldExtension):
    target_class = "leads.serializers.LeadOrdersField"

    def map_serializer_field(self, auto_schema, direction):
        items = auto_schema.resolve_serializer(LeadOrder, direction).ref
        return {"type": "array", "items": items, "maxItems": MOST_MOVED}


# --- Parameters, headers, errors ---------------------------------------------------------------

ARCHIVED_HEADER = Header(
    "X-Archived", "There when the lead is archived: out of lists and board.", {"type": "string", "enum": ["true"]}
)
PREFERENCE_APPLIED = Header("Preference-Applied", "Repeats the `Prefer` that was followed.", TEXT)
LEAD_ID = Parameter("id", "Lead UUID", ID, "path")
CAR_ID = Parameter("carId", "Vehicle UUID", ID, "path")
STATUS = Parameter("status", "Status: `NEW`, `COMPLETED`, `NOT_NEEDED`", LeadStatus, "path")
INCLUDE = Parameter("include", "`car` adds the vehicle.", {"type": "string", "enum": ["car"]})
PREFER = Parameter(
    "Prefer", "`return=representation` answers the whole lead.", TEXT, "header", example="return=representation"
)
FILTERS = (
    Parameter(
        "search",
        "Global search across action, targetName, tag. Every word must occur somewhere; capitals and accents do not "
        "matter.",
        {"type": "string", "maxLength": LONGEST_SEARCH},
    ),
    Parameter(
        "status", "Filter by status: `NEW`, `COMPLETED`, `NOT_NEEDED`. Several, or with commas, mean any.", [LeadStatus]
    ),
    Parameter("action", "Filter by action type", TEXT),
    Parameter("targetName", "Filter by target name", TEXT),
    Parameter("tag", "Filter by tag", TEXT),
    Parameter("carId", "Filter by associated vehicle ID", ID),
    Parameter(
        "updatedSince",
        "Leads updated at this time or later. UTC if it names no zone.",
        {"type": "string", "format": "date-time"},
        example="2024-01-15T10:30:00Z",
    ),
    Parameter(
        "archived", "`false`: without archived leads, `true`: only them, `any`: both.", Archived(default="false")
    ),
    Parameter(
        "sortBy",
        "Sort field: `order`, `status`, `action`, `targetName`, `createdAt`, `updatedAt`",
        LeadSort(default="order"),
    ),
    SORT_ORDER,
    *PAGING_PARAMETERS,
    IF_NONE_MATCH,
)
BAD_BODY = ValidationFailed("This field is required.", field="targetName", reason="required")
BAD_LIMIT = ValidationFailed("“limit” must be a whole number from 1 to 1000.", field="limit")
BAD_STATUS = InvalidLeadStatus(
    "“new” is not allowed here. Did you mean NEW?", field="status", reason="invalid_choice"
)
NO_ACCESS = (UnauthorizedLeadAccess, LeadNotFound)
WHOLE = {"Lead": LEAD}


def _leads(description):
    return Answer(description, [LeadWithCar], {"Leads": LEADS}, LIST_HEADERS)


def _archive(id, summary, description):
    return Operation(
        id,
        TAG,
        summary,
        description,
        Answer("The lead as it now is.", Lead, WHOLE, (ETAG, ARCHIVED_HEADER)),
        parameters=(LEAD_ID, IF_MATCH, IDEMPOTENCY_KEY),
        errors=NO_ACCESS,
    )


described = operations(
    list=Operation(
        "list_leads",
        TAG,
        "List All Leads",
        "Retrieve all leads with optional filtering and sorting.",
        _leads("Array of lead objects sorted by order (ascending by default)."),
        parameters=FILTERS,
        errors=(BAD_LIMIT, BAD_STATUS),
    ),
    retrieve=Operation(
        "get_lead",
        TAG,
        "Get Lead by ID",
        "Retrieve detailed information about a specific lead.",
        Answer("The lead.", LeadDetail, WHOLE, (ETAG, ARCHIVED_HEADER)),
        parameters=(LEAD_ID, INCLUDE, IF_NONE_MATCH),
        errors=NO_ACCESS,
    ),
    create=Operation(
        "create_lead",
        TAG,
        "Create Lead for Vehicle",
        "Create a new lead associated with a specific vehicle.",
        Answer("The lead that was created.", Lead, {"Schedule test drive": CREATED}, (ETAG, LOCATION), status=201),
        parameters=(CAR_ID, IDEMPOTENCY_KEY),
        body=NewLead,
        examples={"Schedule test drive": TEST_DRIVE, **USE_CASES},
        errors=(CarNotFound, LeadNotFound, BAD_BODY, BAD_STATUS),
    ),
    partial_update=Operation(
        "update_lead",
        TAG,
        "Update Lead",
        "Update an existing lead's information. All fields are optional. Only provided fields will be updated.",
        Answer(
            "The lead's id, the fields that were sent, and `updatedAt`.",
            UpdatedLead,
            {"Complete a lead": CHANGED},
            (ETAG, ARCHIVED_HEADER, PREFERENCE_APPLIED),
        ),
        parameters=(LEAD_ID, IF_MATCH, IDEMPOTENCY_KEY, PREFER),
        body=LeadChanges,
        examples={"Complete a lead": CHANGES},
        errors=(*NO_ACCESS, BAD_BODY, BAD_STATUS),
    ),
    list_of_car=Operation(
        "list_car_leads",
        TAG,
        "Get Leads for Vehicle",
        "Retrieve all leads associated with a specific vehicle. Same filtering and sorting options as `/leads`.",
        _leads("Array of lead objects sorted by order (ascending by default)."),
        parameters=(CAR_ID, *FILTERS),
        errors=(CarNotFound, BAD_LIMIT, BAD_STATUS),
    ),
    list_of_status=Operation(
        "list_leads_by_status",
        TAG,
        "Get Leads by Status",
        "Filter leads by their current status. Same filtering and sorting options as `/leads`.",
        _leads("Array of lead objects matching the status."),
        parameters=(STATUS, *FILTERS),
        errors=(BAD_LIMIT, BAD_STATUS),
    ),
    reorder=Operation(
        "reorder_leads",
        TAG,
        "Reorder Leads",
        "Bulk update lead order positions for a vehicle: all of them, or none if one is wrong.",
        Answer(
            "The leads are in their new order.",
            Success,
            {"Reordered": {"success": True, "message": "Leads reordered successfully"}},
        ),
        parameters=(CAR_ID, IDEMPOTENCY_KEY),
        body=NewOrders,
        examples={"Reorder three leads": NEW_ORDERS},
        errors=(
            CarNotFound,
            LeadNotFound("There is no lead with the id at leadOrders[2].id."),
            ValidationFailed("This lead belongs to another vehicle.", field="leadOrders[0].id"),
        ),
    ),
    set_order=Operation(
        "update_lead_order",
        TAG,
        "Update Lead Order",
        "Update the order position of a single lead.",
        Answer("Where the lead is now.", UpdatedOrder, {"Moved": ORDERED}, (ETAG,)),
        parameters=(LEAD_ID, IF_MATCH, IDEMPOTENCY_KEY),
        body=NewOrder,
        examples={"Move a lead": {"order": 5}},
        errors=(*NO_ACCESS, ValidationFailed("This field is required.", field="order", reason="required")),
    ),
    destroy=Operation(
        "delete_lead",
        TAG,
        "Delete Lead",
        "Permanently delete a lead, with everything that people typed into it.",
        Answer(
            "The lead is gone.", Success, {"Deleted": {"success": True, "message": "Lead deleted successfully"}}
        ),
        parameters=(LEAD_ID, IF_MATCH),
        errors=NO_ACCESS,
    ),
    history=Operation(
        "get_lead_history",
        TAG,
        "Get Lead History",
        "Everything that happened to a lead, newest first.",
        Answer("Array of history entries.", [HistoryEntry], {"History": HISTORY}, LIST_HEADERS),
        parameters=(LEAD_ID, *PAGING_PARAMETERS, IF_NONE_MATCH),
        errors=(*NO_ACCESS, BAD_LIMIT),
    ),
    archive=_archive(
        "archive_lead",
        "Archive Lead",
        "Take a lead out of lists and board. It stays readable by id, and in lists with `archived=true` or `any`.",
    ),
    restore=_archive("restore_lead", "Restore Lead", "Bring an archived lead back into lists and board."),
)
