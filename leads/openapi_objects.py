"""What leads look like in the API's document: objects that are answered, bodies that are taken."""

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from leads.fields import BODY_FIELDS, FIELDS, Keeps
from leads.models import EventKind
from leads.serializers import (
    CHANGE_KEYS,
    MOST_MOVED,
    LeadBody,
    LeadCarSerializer,
    LeadSerializer,
    LeadStatus,
    Order,
    with_written,
)
from steerleads.api.openapi import Success, enum
from steerleads.dealers.actors import ActorType

LeadEventKind = enum("LeadEventKind", EventKind.values)
ActorKind = enum("ActorType", ActorType.values)


def _listed(fields):
    """“`tag` and `note`”"""
    *others, last = (f"`{field.name}`" for field in fields)
    return f"{', '.join(others)} and {last}"


class LeadDetail(LeadSerializer):
    """A lead, with its vehicle if `include=car` was sent."""

    car = LeadCarSerializer(required=False)


class UpdatedLead(serializers.Serializer):
    """The lead's id, the fields that were sent, and `updatedAt`. With `Prefer: return=representation`, all of it."""

    id = serializers.UUIDField()
    carId = serializers.UUIDField(required=False, help_text="Only with `Prefer: return=representation`.")
    createdAt = serializers.DateTimeField(required=False, help_text="Only with `Prefer: return=representation`.")
    updatedAt = serializers.DateTimeField()

    def get_fields(self):
        return with_written(super().get_fields(), required=False)


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

    words = {"status": "Lead status: `NEW` (default), `COMPLETED`, `NOT_NEEDED`"}
    carId = None
    # Without a `default`, which generated clients take for a promise that the field is there: the words say it.
    status = LeadStatus(required=False)
    order = Order(required=False, help_text="Display order for sorting (default: 0)")


class LeadChanges(LeadBody):
    __doc__ = (
        "All fields are optional. Only provided fields will be updated. `null` clears "
        f"{_listed(field for field in BODY_FIELDS if field.is_nullable)}."
    )

    partial_body = True
    words = {"status": "Lead status: `NEW`, `COMPLETED`, `NOT_NEEDED`"}
    carId = None
    status = LeadStatus()


class LeadOrder(serializers.Serializer):
    """A lead and its new order position."""

    id = serializers.UUIDField()
    order = Order()


class LeadOrdersExtension(OpenApiSerializerFieldExtension):
    target_class = "leads.serializers.LeadOrdersField"

    def map_serializer_field(self, auto_schema, direction):
        items = auto_schema.resolve_serializer(LeadOrder, direction).ref
        return {"type": "array", "items": items, "maxItems": MOST_MOVED}
