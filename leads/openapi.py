"""What the API's document says of the operations on leads, in the page's words where it has some."""

from cars.errors import CarNotFound
from leads.errors import InvalidLeadStatus, LeadNotFound, UnauthorizedLeadAccess
from leads.openapi_examples import (
    CHANGED,
    CHANGES,
    CREATED,
    HISTORY,
    LEAD,
    LEADS,
    NEW_ORDERS,
    ORDERED,
    TEST_DRIVE,
    USE_CASES,
)
from leads.openapi_objects import (
    HistoryEntry,
    LeadChanges,
    LeadDetail,
    NewLead,
    UpdatedLead,
    UpdatedOrder,
)
from leads.serializers import LeadSerializer, LeadStatus, LeadWithCarSerializer, NewOrder, NewOrders
from steerleads.api.errors import ValidationFailed
from steerleads.api.openapi import (
    ETAG,
    ID,
    IDEMPOTENCY_KEY,
    IF_MATCH,
    IF_NONE_MATCH,
    LIST_HEADERS,
    LOCATION,
    TEXT,
    Answer,
    Header,
    Operation,
    Parameter,
    Success,
    operations,
)

TAG = "Leads"

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
BAD_BODY = ValidationFailed("This field is required.", field="targetName", reason="required")
BAD_LIMIT = ValidationFailed("“limit” must be a whole number from 1 to 1000.", field="limit")
BAD_STATUS = InvalidLeadStatus("“new” is not allowed here. Did you mean NEW?", field="status", reason="invalid_choice")
NO_ACCESS = (UnauthorizedLeadAccess, LeadNotFound)
WHOLE = {"Lead": LEAD}


def _leads(description):
    return Answer(description, [LeadWithCarSerializer], {"Leads": LEADS}, LIST_HEADERS)


def _archive(id, summary, description):
    return Operation(
        id,
        TAG,
        summary,
        description,
        Answer("The lead as it now is.", LeadSerializer, WHOLE, (ETAG, ARCHIVED_HEADER)),
        parameters=(LEAD_ID, IF_MATCH, IDEMPOTENCY_KEY),
        errors=NO_ACCESS,
    )


documents = operations(
    list=Operation(
        "list_leads",
        TAG,
        "List All Leads",
        "Retrieve all leads with optional filtering and sorting.",
        _leads("Array of lead objects sorted by order (ascending by default)."),
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
        Answer(
            "The lead that was created.", LeadSerializer, {"Schedule test drive": CREATED}, (ETAG, LOCATION), status=201
        ),
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
        parameters=(CAR_ID,),
        errors=(CarNotFound, BAD_LIMIT, BAD_STATUS),
    ),
    list_of_status=Operation(
        "list_leads_by_status",
        TAG,
        "Get Leads by Status",
        "Filter leads by their current status. Same filtering and sorting options as `/leads`.",
        _leads("Array of lead objects matching the status."),
        parameters=(STATUS,),
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
        Answer("The lead is gone.", Success, {"Deleted": {"success": True, "message": "Lead deleted successfully"}}),
        parameters=(LEAD_ID, IF_MATCH),
        errors=NO_ACCESS,
    ),
    archive=_archive(
        "archive_lead",
        "Archive Lead",
        "Take a lead out of lists and board. It stays readable by id, and in lists with `archived=true` or `any`.",
    ),
    restore=_archive("restore_lead", "Restore Lead", "Bring an archived lead back into lists and board."),
)

history_documents = operations(
    list=Operation(
        "get_lead_history",
        TAG,
        "Get Lead History",
        "Everything that happened to a lead, newest first.",
        Answer("Array of history entries.", [HistoryEntry], {"History": HISTORY}, LIST_HEADERS),
        parameters=(LEAD_ID,),
        errors=(*NO_ACCESS, BAD_LIMIT),
    ),
)
