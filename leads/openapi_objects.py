"""What leads look like in the API's document: objects that are answered, bodies that are taken."""

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from leads.fields import BODY_FIELDS, FIELDS, SORTS, TEXT_FIELDS, Keeps, Status
from leads.models import EventKind
from leads.serializers import CHANGE_KEYS, MOST_MOVED, LeadBody, OrderBody, ReorderBody
from steerleads.api.openapi import Success, enum
from steerleads.api.serializers import ChoiceField, TextField, WholeNumberField
from steerleads.dealers.actors import ActorType

LeadStatus = enum("LeadStatus", Status.values)
LeadEventKind = enum("LeadEventKind", EventKind.values)
ActorKind = enum("ActorType", ActorType.values)
LeadSort = enum("LeadSort", SORTS)
Archived = enum("ArchivedFilter", ["false", "true", "any"])

STATUS_WORDS = (
    "`NEW`: the lead is created and requires action. `COMPLETED`: the action has been completed successfully. "
    "`NOT_NEEDED`: the lead is no longer relevant or was cancelled."
)
WORDS = {field.name: f"{field.body.help_text} (max {field.body.max_length} characters)" for field in TEXT_FIELDS}


class Order(serializers.IntegerField):
    """A 32 bit integer."""

    def __init__(self, **field):
        super().__init__(min_value=-(2**31), max_value=2**31 - 1, **field)


# What the document calls the values of a body's field.
SHOWN_AS = {ChoiceField: LeadStatus, TextField: serializers.CharField, WholeNumberField: Order}


def _with_written(declared, *, required=True, **further):
    """These fields of a serializer, and behind `carId` those that clients write. `further` has arguments by field."""
    written = {
        field.name: SHOWN_AS[type(field.body)](
            required=required, allow_null=field.is_nullable, **further.get(field.name, {})
        )
        for field in BODY_FIELDS
    }
    ids = {name: declared.pop(name) for name in ("id", "carId")}
    return ids | written | declared


def _listed(fields):
    """“`tag` and `note`”"""
    *others, last = (f"`{field.name}`" for field in fields)
    return f"{', '.join(others)} and {last}"


class Lead(serializers.Serializer):
    """A lead: something to do for a customer about a vehicle."""

    id = serializers.UUIDField()
    carId = serializers.UUIDField(help_text="The vehicle that the lead is about.")
    createdAt = serializers.DateTimeField()
    updatedAt = serializers.DateTimeField()

    def get_fields(self):
        words = {"status": {"help_text": STATUS_WORDS}, "order": {"help_text": "Lower numbers appear first."}}
        return _with_written(super().get_fields(), **words)


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
    createdAt = serializers.DateTimeField(required=False, help_text="Only with `Prefer: return=representation`.")
    updatedAt = serializers.DateTimeField()

    def get_fields(self):
        return _with_written(super().get_fields(), required=False)


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
    __doc__ = (
        "What a field held before and after. Both are null for "
        f"{_listed(field for field in FIELDS if field.keeps is Keeps.CHANGE)}: only that they changed."
    )

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
    __doc__ = (
        "All fields are optional. Only provided fields will be updated. `null` clears "
        f"{_listed(field for field in BODY_FIELDS if field.is_nullable)}."
    )

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
