"""What leads look like in the API's document: objects that are answered, bodies that are taken."""

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from leads.models import EventKind, Status
from leads.serializers import CHANGE_KEYS, MOST_MOVED, LeadBody, OrderBody, ReorderBody
from steerleads.api.openapi import Success, enum
from steerleads.dealers.actors import ActorType

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
    # Without a `default`, which generated clients take for a promise that the field is there: the words say it.
    status = LeadStatus(required=False)
    order = Order(required=False)


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
