"""What a lead looks like on the wire: the bodies that are taken, and the objects that are answered."""

from copy import deepcopy

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from leads.errors import lead_validation
from leads.fields import BODY_FIELDS, COLUMNS, FIELDS, Keeps, LeadStatus
from leads.models import EventKind
from leads.work.serializers import PlanSerializer
from steerleads.api.json import Number
from steerleads.api.objects import ObjectSerializer
from steerleads.api.openapi import Success
from steerleads.api.serializers import (
    AllOptional,
    BodyField,
    BodySerializer,
    IdField,
    ItemError,
    WholeNumberField,
    enum,
)
from steerleads.db.ids import parse_id
from steerleads.db.text import shown
from steerleads.dealers.actors import ActorType

# What the changes of events may name: a lead's fields, and what events of work tell of.
CHANGE_KEYS = (*COLUMNS, "createdAt", "updatedAt", "assignee", "dueAt", "dueOn", "nextStep", "via", "outcome")

ITEM_KEYS = ("id", "order")
MOST_MOVED = 10_000


STATUS_WORDS = (
    "`NEW`: the lead is created and requires action. `COMPLETED`: the action has been completed successfully. "
    "`NOT_NEEDED`: the lead is no longer relevant or was cancelled."
)
LeadEventKind = enum("LeadEventKind", EventKind.values)
ActorKind = enum("ActorType", ActorType.values)


def with_written(declared, *, required=True, **further):
    """These fields of a serializer, and behind `carId` those that clients write. `further` has arguments by field."""
    written = {
        field.name: (serializers.CharField if field.is_text else type(field.body))(
            required=required, allow_null=field.is_nullable, **_source(field), **further.get(field.name, {})
        )
        for field in BODY_FIELDS
    }
    ids = {name: declared.pop(name) for name in ("id", "carId")}
    return ids | written | declared


def _source(field):
    return {} if field.column == field.name else {"source": field.column}


def _listed(fields):
    """“`tag` and `note`”"""
    *others, last = (f"`{field.name}`" for field in fields)
    return f"{', '.join(others)} and {last}"


# --- Objects -----------------------------------------------------------------------------------


class LeadSerializer(ObjectSerializer):
    """A lead: something to do for a customer about a vehicle."""

    id = serializers.UUIDField()
    carId = serializers.UUIDField(source="car_id", help_text="The vehicle that the lead is about.")
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")

    def get_fields(self):
        words = {"status": {"help_text": STATUS_WORDS}, "order": {"help_text": "Lower numbers appear first."}}
        return with_written(super().get_fields(), **words)


class LeadCarSerializer(serializers.Serializer):
    """What a list of leads shows of a vehicle."""

    id = serializers.UUIDField()
    make = serializers.CharField()
    model = serializers.CharField()
    overviewYear = serializers.IntegerField(source="overview_year", allow_null=True)
    location = serializers.CharField(allow_null=True)


class LeadWithCarSerializer(LeadSerializer):
    """A lead as lists show it, with its vehicle."""

    car = LeadCarSerializer()


class OriginSerializer(ObjectSerializer):
    """From where a lead came that an import or a message of another system brought."""

    source = serializers.CharField(help_text="The name of the import's or the inbox's source.")
    externalId = serializers.CharField(
        source="external_id", allow_null=True, help_text="What the source calls the lead, if it says so."
    )
    receivedAt = serializers.DateTimeField(source="received_at")


INCLUDED = ("car", "origin", "work")  # what may be asked for beside one lead
ORIGIN_COLUMNS = tuple(f"origin__{column}" for column in OriginSerializer.columns)


def origin_object(values):
    """The object of a lead's origin, from its ORIGIN_COLUMNS; None for a lead that has none."""
    return None if all(value is None for value in values) else OriginSerializer.render(values)


class LeadDetail(LeadSerializer):
    """A lead, with its vehicle, its origin and its work if `include` asked for them."""

    car = LeadCarSerializer(required=False)
    origin = OriginSerializer(required=False, allow_null=True)
    work = PlanSerializer(required=False)


class ListedLead(LeadSerializer):
    """A lead as lists show it: with its vehicle, and its work if `include` asked for it."""

    car = LeadCarSerializer()
    work = PlanSerializer(required=False)


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
    order = WholeNumberField()
    updatedAt = serializers.DateTimeField()


# --- Bodies ------------------------------------------------------------------------------------


@extend_schema_serializer(exclude_fields=["carId"])
class LeadBody(BodySerializer):
    """The writable fields. `carId` may come along, as clients echo whole objects, but must be the lead's own."""

    failure = staticmethod(lead_validation)

    carId = IdField(required=False)

    def get_fields(self):
        return {field.name: deepcopy(field.body) for field in BODY_FIELDS} | super().get_fields()


class NewLead(LeadBody):
    """A lead to be created. `null` for an optional field counts as absent."""

    # Without a `default`, which generated clients take for a promise that the field is there: the words say it.
    status = LeadStatus(required=False, help_text="Lead status: `NEW` (default), `COMPLETED`, `NOT_NEEDED`")
    order = WholeNumberField(required=False, help_text="Display order for sorting (default: 0)")


class LeadChanges(AllOptional, LeadBody):
    __doc__ = (
        "All fields are optional. Only provided fields will be updated. `null` clears "
        f"{_listed(field for field in BODY_FIELDS if field.is_nullable)}."
    )


class NewOrder(BodySerializer):
    """An order position."""

    order = WholeNumberField(help_text="The new order position. No other lead moves.")


class LeadOrder(serializers.Serializer):
    """A lead and its new order position."""

    id = serializers.UUIDField()
    order = WholeNumberField()


class LeadOrdersField(BodyField):
    """[{id, order}, …] as a dict of id to order, in the order given."""

    default_error_messages = {"invalid": 'This field must be a list of objects like {{"id": …, "order": 1}}.'}

    def to_internal_value(self, value):
        if not isinstance(value, list):
            self.fail("invalid")
        if len(value) > MOST_MOVED:
            raise ItemError(f"[{MOST_MOVED}]", f"At most {MOST_MOVED} leads can be reordered at once.", "max_length")
        orders, number = {}, WholeNumberField()
        for index, item in enumerate(value):
            lead_id, order = self._read(f"[{index}]", item, number)
            if lead_id in orders:
                raise ItemError(f"[{index}].id", f"The lead {lead_id} is in the list twice.", "duplicate")
            orders[lead_id] = order
        return orders

    def ignored_in(self, value):
        return [
            f"leadOrders[{index}].{name}" for index, item in enumerate(value) for name in item if name not in ITEM_KEYS
        ]

    def _read(self, path, item, number):
        if not isinstance(item, dict):
            raise ItemError(path, 'Each item must be an object like {"id": …, "order": 1}.', "invalid")
        for name in ITEM_KEYS:
            if item.get(name) is None:
                raise ItemError(f"{path}.{name}", "This field is required.", "required")
        lead_id = parse_id(item["id"]) if not isinstance(item["id"], Number) else None
        if lead_id is None:
            raise ItemError(f"{path}.id", f"“{shown(item['id'])}” is not the UUID of a lead.", "invalid")
        try:
            order = number.run_validation(item["order"])
        except Exception as error:
            raise ItemError(f"{path}.order", str(error.detail[0]), "invalid") from None
        return lead_id, order


class NewOrders(BodySerializer):
    """Order positions of leads of one vehicle. Leads that are not in the list stay where they are."""

    leadOrders = LeadOrdersField(help_text="Each lead once; at most 10,000.")


# --- History -----------------------------------------------------------------------------------


class Actor(serializers.Serializer):
    """Who did it: an API key, a member of staff or a command, by name."""

    type = ActorKind(source="actor_type")
    name = serializers.CharField(source="actor_name")


@extend_schema_field({"type": ["string", "integer", "boolean"]})
class FieldValue(serializers.Field):
    """What a field of a lead can hold."""


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


@extend_schema_field(Changes)
class ChangesField(serializers.Field):
    """A column of an event, by the names of fields."""


class HistoryEntry(ObjectSerializer):
    """Something that happened to a lead."""

    id = serializers.UUIDField()
    kind = LeadEventKind()
    at = serializers.DateTimeField()
    actor = Actor(source="*")
    changes = ChangesField()
    batch = serializers.UUIDField(
        required=False,
        help_text="The same for all leads that one reorder moved, one import wrote, or one act of staff changed.",
    )
    further = ("texts",)

    @staticmethod
    def finish(entry, texts):
        """`batch` is there only where several leads were moved or changed together."""
        entry["changes"] = all_changes(entry["changes"], texts)
        if not entry["batch"]:
            del entry["batch"]
        return entry


def all_changes(changes, texts):
    """What an event's two columns tell of, in the order of a lead's keys."""
    both = {**(changes or {}), **(texts or {})}
    return {name: both[name] for name in CHANGE_KEYS if name in both}
