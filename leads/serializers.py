"""What a lead looks like on the wire: the bodies that are taken, and the objects that are answered."""

from copy import deepcopy

from rest_framework import serializers

from leads.errors import lead_validation
from leads.fields import BODY_FIELDS, COLUMNS, Status
from steerleads.api.json import Number
from steerleads.api.objects import ObjectSerializer
from steerleads.api.openapi import enum
from steerleads.api.serializers import (
    BodyField,
    BodySerializer,
    ChoiceField,
    IdField,
    ItemError,
    TextField,
    WholeNumberField,
)
from steerleads.db.ids import parse_id
from steerleads.db.text import shown

EVENT_COLUMNS = ("id", "kind", "at", "actor_type", "actor_name", "changes", "texts", "batch")
CHANGE_KEYS = (*COLUMNS, "createdAt", "updatedAt")

ITEM_KEYS = ("id", "order")
MOST_MOVED = 10_000


STATUS_WORDS = (
    "`NEW`: the lead is created and requires action. `COMPLETED`: the action has been completed successfully. "
    "`NOT_NEEDED`: the lead is no longer relevant or was cancelled."
)
LeadStatus = enum("LeadStatus", Status.values)


class Order(serializers.IntegerField):
    """A 32 bit integer."""

    def __init__(self, **field):
        super().__init__(min_value=-(2**31), max_value=2**31 - 1, **field)


# What the document calls the values of a body's field.
SHOWN_AS = {ChoiceField: LeadStatus, TextField: serializers.CharField, WholeNumberField: Order}


def with_written(declared, *, required=True, **further):
    """These fields of a serializer, and behind `carId` those that clients write. `further` has arguments by field."""
    written = {
        field.name: SHOWN_AS[type(field.body)](
            required=required, allow_null=field.is_nullable, **_source(field), **further.get(field.name, {})
        )
        for field in BODY_FIELDS
    }
    ids = {name: declared.pop(name) for name in ("id", "carId")}
    return ids | written | declared


def _source(field):
    return {} if field.column == field.name else {"source": field.column}


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


# --- Bodies ------------------------------------------------------------------------------------


class LeadBody(BodySerializer):
    """The writable fields. `carId` may come along, as clients echo whole objects, but must be the lead's own."""

    failure = staticmethod(lead_validation)

    carId = IdField(required=False)

    def get_fields(self):
        return {field.name: deepcopy(field.body) for field in BODY_FIELDS} | super().get_fields()


class NewOrder(BodySerializer):
    """An order position."""

    order = WholeNumberField(help_text="The new order position. No other lead moves.")


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


def event_object(row):
    """An entry of a lead's history, from EVENT_COLUMNS. `batch` is there only where several leads moved together."""
    id, kind, at, actor_type, actor_name, changes, texts, batch = row
    both = {**(changes or {}), **(texts or {})}
    event = {
        "id": id,
        "kind": kind,
        "at": at,
        "actor": {"type": actor_type, "name": actor_name},
        "changes": {name: both[name] for name in CHANGE_KEYS if name in both},
    }
    return event | {"batch": batch} if batch else event
