"""What the API's document says of work."""

from leads.errors import LeadNotFound, UnauthorizedLeadAccess
from leads.serializers import HistoryEntry
from leads.work.errors import AlreadyAssigned, InvalidAssignee, NobodysKey
from leads.work.openapi_examples import (
    CHANGES,
    CLAIMED,
    CONTACT,
    NEW_CONTACT,
    ON_A_DAY,
    STAFF,
    WORK,
)
from leads.work.rights import GIVEN_AWAY, NotYours
from leads.work.serializers import NewContact, StaffSerializer, WorkChanges, WorkSerializer
from steerleads.api.errors import ValidationFailed
from steerleads.api.openapi import (
    ETAG,
    IDEMPOTENT,
    IF_MATCH,
    IF_NONE_MATCH,
    answer,
    body,
    operation,
    operations,
    path_id,
)

LEAD_ID = path_id("id", "Lead UUID")
NO_ACCESS = (UnauthorizedLeadAccess, LeadNotFound)
BOTH = ValidationFailed("Say dueAt or dueOn, not both: a lead is due at a moment or on a day.", field="dueOn")
NO_OUTCOME = ValidationFailed("This field is required.", field="outcome", reason="required")


documents = operations(
    retrieve=operation(
        "get_lead_work",
        summary="Get Work of Lead",
        description="Whose lead it is, what is next, and until when. A lead that nobody has and that is not due has "
        "nulls. The lead itself does not change by its work, and the other way round.",
        parameters=[LEAD_ID, IF_NONE_MATCH, ETAG],
        responses={200: answer(WorkSerializer, "The work.", {"Work": WORK})},
        errors=NO_ACCESS,
    ),
    partial_update=operation(
        "update_lead_work",
        summary="Assign or Plan Lead",
        description="Give a lead to a colleague, or to nobody; say what is next, and until when. Only provided fields "
        "will be updated.",
        parameters=[LEAD_ID, IF_MATCH, *IDEMPOTENT, ETAG],
        request=body(WorkChanges, {"Assign and plan": CHANGES, "Due on a day": ON_A_DAY}),
        responses={200: answer(WorkSerializer, "The work as it now is.", {"Work": WORK})},
        errors=[*NO_ACCESS, BOTH, InvalidAssignee, NotYours(GIVEN_AWAY)],
    ),
    claim=operation(
        "claim_lead",
        summary="Claim Lead",
        description="Take a lead that nobody has, for the person whom the key acts for "
        "(`create_api_key … --person EMAIL`). Of several who claim it at once one gets it.",
        parameters=[LEAD_ID, *IDEMPOTENT, ETAG],
        responses={200: answer(WorkSerializer, "The work as it now is.", {"Claimed": CLAIMED})},
        errors=[*NO_ACCESS, NobodysKey, InvalidAssignee, AlreadyAssigned("Sara Alami")],
    ),
    contact=operation(
        "add_lead_contact",
        summary="Record Contact",
        description="Record that somebody contacted the lead's person, or tried to. It stands in the lead's history; the "
        "note goes with the lead.",
        parameters=[LEAD_ID, *IDEMPOTENT],
        request=body(NewContact, {"Reached by phone": NEW_CONTACT}),
        responses={201: answer(HistoryEntry, "The entry of the lead's history.", {"Contact": CONTACT})},
        errors=[*NO_ACCESS, NO_OUTCOME],
    ),
)

staff_documents = operations(
    list=operation(
        "list_staff",
        summary="List Staff",
        description="Who works at the dealership, by name, and behind them who has left and is named still.",
        parameters=[IF_NONE_MATCH, ETAG],
        responses={200: answer(StaffSerializer(many=True), "Array of colleagues.", STAFF)},
    ),
)
