"""What a lead looks like on the wire: bodies in (declared serializers), objects out (plain functions over rows)."""

from copy import deepcopy

from leads.errors import lead_validation
from leads.fields import BODY_FIELDS, COLUMNS, WRITABLE
from steerleads.api.json import Number
from steerleads.api.objects import object_of
from steerleads.api.serializers import BodyField, BodySerializer, IdField, ItemError, WholeNumberField
from steerleads.db.ids import parse_id
from steerleads.db.text import shown

LEAD = {"id": "id", "carId": "car_id", **WRITABLE, "createdAt": "created_at", "updatedAt": "updated_at"}
CAR = {"make": "car__make", "model": "car__model", "overviewYear": "car__overview_year", "location": "car__location"}
LEAD_COLUMNS, CAR_COLUMNS = tuple(LEAD.values()), tuple(CAR.values())

# The object of a lead from LEAD_COLUMNS, and a lead as lists show it, from LEAD_COLUMNS + CAR_COLUMNS.
lead_object = object_of(LEAD, LEAD_COLUMNS)
lead_with_car = object_of({**LEAD, "car": {"id": "car_id", **CAR}}, LEAD_COLUMNS + CAR_COLUMNS)

EVENT_COLUMNS = ("id", "kind", "at", "actor_type", "actor_name", "changes", "texts", "batch")
CHANGE_KEYS = (*COLUMNS, "createdAt", "updatedAt")

ITEM_KEYS = ("id", "order")
MOST_MOVED = 10_000


class LeadBody(BodySerializer):
    """The writable fields. `carId` may come along, as clients echo whole objects, but must be the lead's own."""

    failure = staticmethod(lead_validation)

    carId = IdField(required=False)

    def get_fields(self):
        return {field.name: deepcopy(field.body) for field in BODY_FIELDS} | super().get_fields()


class OrderBody(BodySerializer):
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

    def _read(self, place, item, number):
        if not isinstance(item, dict):
            raise ItemError(place, 'Each item must be an object like {"id": …, "order": 1}.', "invalid")
        for name in ITEM_KEYS:
            if item.get(name) is None:
                raise ItemError(f"{place}.{name}", "This field is required.", "required")
        lead_id = parse_id(item["id"]) if not isinstance(item["id"], Number) else None
        if lead_id is None:
            raise ItemError(f"{place}.id", f"“{shown(item['id'])}” is not the UUID of a lead.", "invalid")
        try:
            order = number.run_validation(item["order"])
        except Exception as error:
            raise ItemError(f"{place}.order", str(error.detail[0]), "invalid") from None
        return lead_id, order


class ReorderBody(BodySerializer):
    leadOrders = LeadOrdersField()


def row_of(lead):
    return [getattr(lead, column) for column in LEAD_COLUMNS]


def car_row_of(car):
    return [car.make, car.model, car.overview_year, car.location]


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
