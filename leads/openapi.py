"""What the API's document says of the operations on leads, in the page's words where it has some."""

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from cars.errors import CarNotFound
from leads.errors import InvalidLeadStatus, LeadNotFound, UnauthorizedLeadAccess
from leads.fields import LeadStatus
from leads.openapi_examples import (
    CAR,
    CHANGED,
    CHANGES,
    CREATED,
    HISTORY,
    LEAD,
    NEW_ORDERS,
    ORDERED,
    TEST_DRIVE,
    USE_CASES,
)
from leads.serializers import (
    MOST_MOVED,
    HistoryEntry,
    LeadChanges,
    LeadDetail,
    LeadOrder,
    LeadSerializer,
    ListedLead,
    NewLead,
    NewOrder,
    NewOrders,
    UpdatedLead,
    UpdatedOrder,
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

LEAD_ID = path_id("id", "Lead UUID")
CAR_ID = path_id("carId", "Vehicle UUID")
STATUS = OpenApiParameter(
    "status", LeadStatus.reference(), "path", description="Status: `NEW`, `COMPLETED`, `NOT_NEEDED`"
)
INCLUDE = OpenApiParameter(
    "include",
    str,
    enum=["car", "origin", "work", "car,origin", "car,work", "origin,work", "car,origin,work"],
    description="`car` adds the vehicle, `origin` from where the lead came: `null` for one that was typed by hand; "
    "`work` whose lead it is, and until when: the key needs `work:read` for it, too.",
)
INCLUDE_WORK = OpenApiParameter(
    "include",
    str,
    enum=["work", "car,work"],
    description="`work` adds whose lead it is, and until when. The key needs `work:read` for it, too.",
)
PREFER = OpenApiParameter(
    "Prefer",
    str,
    "header",
    description="`return=representation` answers the whole lead.",
    examples=[OpenApiExample("The whole lead", "return=representation")],
)
ARCHIVED = header("X-Archived", "There when the lead is archived: out of lists and board.", enum=["true"])
PREFERENCE_APPLIED = header("Preference-Applied", "Repeats the `Prefer` that was followed.")
BAD_BODY = ValidationFailed("This field is required.", field="targetName", reason="required")
BAD_STATUS = InvalidLeadStatus("“new” is not allowed here. Did you mean NEW?", field="status", reason="invalid_choice")
NO_ACCESS = (UnauthorizedLeadAccess, LeadNotFound)


def _leads(description):
    return {200: answer(ListedLead(many=True), description, {"Leads": {**LEAD, "car": CAR}})}


def _archive(operation_id, **words):
    return operation(
        operation_id,
        **words,
        parameters=[LEAD_ID, IF_MATCH, *IDEMPOTENT, ETAG, ARCHIVED],
        responses={200: answer(LeadSerializer, "The lead as it now is.", {"Lead": LEAD})},
        errors=NO_ACCESS,
    )


documents = operations(
    list=operation(
        "list_leads",
        summary="List All Leads",
        description="Retrieve all leads with optional filtering and sorting.",
        parameters=[INCLUDE_WORK, *LISTED],
        responses=_leads("Array of lead objects sorted by order (ascending by default)."),
        errors=[BAD_STATUS],
    ),
    retrieve=operation(
        "get_lead",
        summary="Get Lead by ID",
        description="Retrieve detailed information about a specific lead.",
        parameters=[LEAD_ID, INCLUDE, IF_NONE_MATCH, ETAG, ARCHIVED],
        responses={200: answer(LeadDetail, "The lead.", {"Lead": LEAD})},
        errors=NO_ACCESS,
    ),
    create=operation(
        "create_lead",
        summary="Create Lead for Vehicle",
        description="Create a new lead associated with a specific vehicle.",
        parameters=[CAR_ID, *IDEMPOTENT, ETAG, LOCATION],
        request=body(NewLead, {"Schedule test drive": TEST_DRIVE, **USE_CASES}),
        responses={201: answer(LeadSerializer, "The lead that was created.", {"Schedule test drive": CREATED})},
        errors=[CarNotFound, LeadNotFound, BAD_BODY, BAD_STATUS],
    ),
    partial_update=operation(
        "update_lead",
        summary="Update Lead",
        description="Update an existing lead's information. All fields are optional. Only provided fields will be "
        "updated.",
        parameters=[LEAD_ID, IF_MATCH, *IDEMPOTENT, PREFER, ETAG, ARCHIVED, PREFERENCE_APPLIED],
        request=body(LeadChanges, {"Complete a lead": CHANGES}),
        responses={
            200: answer(
                UpdatedLead,
                "The lead's id, the fields that were sent, and `updatedAt`.",
                {"Complete a lead": CHANGED},
            )
        },
        errors=[*NO_ACCESS, BAD_BODY, BAD_STATUS],
    ),
    list_of_car=operation(
        "list_car_leads",
        summary="Get Leads for Vehicle",
        description="Retrieve all leads associated with a specific vehicle. Same filtering and sorting options as "
        "`/leads`.",
        parameters=[CAR_ID, INCLUDE_WORK, *LISTED],
        responses=_leads("Array of lead objects sorted by order (ascending by default)."),
        errors=[CarNotFound, BAD_STATUS],
    ),
    list_of_status=operation(
        "list_leads_by_status",
        summary="Get Leads by Status",
        description="Filter leads by their current status. Same filtering and sorting options as `/leads`.",
        parameters=[STATUS, INCLUDE_WORK, *LISTED],
        responses=_leads("Array of lead objects matching the status."),
        errors=[BAD_STATUS],
    ),
    reorder=operation(
        "reorder_leads",
        summary="Reorder Leads",
        description="Bulk update lead order positions for a vehicle: all of them, or none if one is wrong.",
        parameters=[CAR_ID, *IDEMPOTENT],
        request=body(NewOrders, {"Reorder three leads": NEW_ORDERS}),
        responses={200: done("The leads are in their new order.", "Leads reordered successfully")},
        errors=[
            CarNotFound,
            LeadNotFound("There is no lead with the id at leadOrders[2].id."),
            ValidationFailed("This lead belongs to another vehicle.", field="leadOrders[0].id"),
        ],
    ),
    set_order=operation(
        "update_lead_order",
        summary="Update Lead Order",
        description="Update the order position of a single lead.",
        parameters=[LEAD_ID, IF_MATCH, *IDEMPOTENT, ETAG],
        request=body(NewOrder, {"Move a lead": {"order": 5}}),
        responses={200: answer(UpdatedOrder, "Where the lead is now.", {"Moved": ORDERED})},
        errors=[*NO_ACCESS, ValidationFailed("This field is required.", field="order", reason="required")],
    ),
    destroy=operation(
        "delete_lead",
        summary="Delete Lead",
        description="Permanently delete a lead, with everything that people typed into it.",
        parameters=[LEAD_ID, IF_MATCH],
        responses={200: done("The lead is gone.", "Lead deleted successfully")},
        errors=NO_ACCESS,
    ),
    archive=_archive(
        "archive_lead",
        summary="Archive Lead",
        description="Take a lead out of lists and board. It stays readable by id, and in lists with `archived=true` or "
        "`any`.",
    ),
    restore=_archive(
        "restore_lead",
        summary="Restore Lead",
        description="Bring an archived lead back into lists and board.",
    ),
)

history_documents = operations(
    list=operation(
        "get_lead_history",
        summary="Get Lead History",
        description="Everything that happened to a lead, newest first.",
        parameters=[LEAD_ID, *LISTED],
        responses={200: answer(HistoryEntry(many=True), "Array of history entries.", HISTORY)},
        errors=NO_ACCESS,
    ),
)


class LeadOrdersExtension(OpenApiSerializerFieldExtension):
    target_class = "leads.serializers.LeadOrdersField"
    priority = 1  # before that of all fields of bodies

    def map_serializer_field(self, auto_schema, direction):
        items = auto_schema.resolve_serializer(LeadOrder, direction).ref
        return {"type": "array", "items": items, "maxItems": MOST_MOVED}
