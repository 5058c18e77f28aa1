"""What a lead looks like on the wire: bodies in (declared serializers), objects out (plain functions over rows)."""

from leads.errors import lead_validation
from leads.models import Status
from steerleads.api.ids import parse_id
from steerleads.api.json import Number
from steerleads.api.serializers import (
    BodyField,
    BodySerializer,
    ChoiceField,
    IdField,
    ItemError,
    TextField,
    WholeNumberField,
)
from steerleads.api.text import shown

# The API's names and the model's, in the page's order.
WRITABLE = {
    "status": "status",
    "action": "action",
    "targetName": "target_name",
    "targetInfo": "target_info",
    "tag": "tag",
    "note": "note",
    "order": "order",
}
LEAD_COLUMNS = ("id", "car_id", *WRITABLE.values(), "created_at", "updated_at")
LEAD_KEYS = ("id", "carId", *WRITABLE, "createdAt", "updatedAt")
CAR_COLUMNS = ("car__make", "car__model", "car__overview_year", "car__location")

EVENT_COLUMNS = ("id", "kind", "at", "actor_type", "actor_name", "changes", "texts", "batch")
CHANGE_KEYS = (*WRITABLE, "archived", "createdAt", "updatedAt")

ITEM_KEYS = ("id", "order")
MOST_MOVED = 10_000


class LeadBody(BodySerializer):
    """The writable fields. `carId` may come along, as clients echo whole objects, but must be the lead's own."""

    failure = staticmethod(lead_validation)

    status = ChoiceField(Status.values, required=False)
    action = TextField(max_length=200)
    targetName = TextField(max_length=200)
    targetInfo = TextField(max_length=500)
    tag = TextField(max_length=100, required=False, allow_null=True)
    note = TextField(max_length=1000, multiline=True, required=False, allow_null=True)
    order = WholeNumberField(required=False)
    carId = IdField(required=False)


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


def lead_object(row):
    """The 11 keys of a lead, from LEAD_COLUMNS."""
    return dict(zip(LEAD_KEYS, row, strict=True))


def lead_with_car(row):
    """A lead as lists show it, from LEAD_COLUMNS + CAR_COLUMNS. Written out, it takes a third of two `zip`s."""
    # fmt: off
    (
        id, car_id, status, action, target_name, target_info, tag, note, order, created_at, updated_at,
        make, model, overview_year, location,
    ) = row
    # fmt: on
    return {
        "id": id,
        "carId": car_id,
        "status": status,
        "action": action,
        "targetName": target_name,
        "targetInfo": target_info,
        "tag": tag,
        "note": note,
        "order": order,
        "createdAt": created_at,
        "updatedAt": updated_at,
        "car": {"id": car_id, "make": make, "model": model, "overviewYear": overview_year, "location": location},
    }


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
