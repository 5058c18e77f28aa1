"""What a vehicle looks like on the wire."""

from cars.models import Car
from steerleads.api.serializers import BodySerializer, ChoiceField, MoneyField, TextField, VinField, WholeNumberField

WRITABLE = {
    "make": "make",
    "model": "model",
    "overviewYear": "overview_year",
    "vin": "vin",
    "stockNumber": "stock_number",
    "price": "price",
    "km": "km",
    "location": "location",
    "status": "status",
}
# What staff keep beside it, in forms and sheets; the API's vehicles have no plate.
KEPT_BY_STAFF = {**WRITABLE, "plate": "plate"}
CAR_COLUMNS = ("id", *WRITABLE.values(), "created_at", "updated_at")
CAR_KEYS = ("id", *WRITABLE, "createdAt", "updatedAt")


class CarBody(BodySerializer):
    make = TextField(max_length=100)
    model = TextField(max_length=100)
    overviewYear = WholeNumberField(least=1886, most=2100, required=False, allow_null=True)
    vin = VinField(required=False, allow_null=True)
    stockNumber = TextField(max_length=50, required=False, allow_null=True)
    price = MoneyField(required=False, allow_null=True)
    km = WholeNumberField(least=0, required=False, allow_null=True)
    location = TextField(max_length=100, required=False, allow_null=True)
    status = ChoiceField(Car.Status.values, required=False)


class StaffCarBody(CarBody):
    plate = TextField(max_length=30, required=False, allow_null=True)


def car_object(row):
    """The 12 keys of a vehicle, from CAR_COLUMNS."""
    return dict(zip(CAR_KEYS, row, strict=True))


def row_of(car):
    return [getattr(car, column) for column in CAR_COLUMNS]
