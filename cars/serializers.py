"""What a vehicle looks like on the wire."""

from rest_framework import serializers

from cars.models import Car
from steerleads.api.objects import ObjectSerializer
from steerleads.api.serializers import (
    AllOptional,
    BodySerializer,
    MoneyField,
    TextField,
    VinField,
    WholeNumberField,
    enum,
)

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
VehicleStatus = enum("VehicleStatus", Car.Status.values)


class VehicleSerializer(ObjectSerializer):
    """A vehicle of the dealership."""

    id = serializers.UUIDField()
    make = serializers.CharField()
    model = serializers.CharField()
    overviewYear = serializers.IntegerField(source="overview_year", allow_null=True)
    vin = serializers.CharField(allow_null=True)
    stockNumber = serializers.CharField(source="stock_number", allow_null=True)
    price = serializers.FloatField(allow_null=True)
    km = serializers.IntegerField(allow_null=True)
    location = serializers.CharField(allow_null=True)
    status = VehicleStatus()
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")


class CarBody(BodySerializer):
    make = TextField(max_length=100, help_text="Make (max 100 characters)")
    model = TextField(max_length=100, help_text="Model (max 100 characters)")
    overviewYear = WholeNumberField(least=1886, most=2100, required=False, allow_null=True, help_text="Model year")
    vin = VinField(
        required=False,
        allow_null=True,
        help_text="VIN: 17 letters and digits, without I, O and Q. Unique within the dealership.",
    )
    stockNumber = TextField(
        max_length=50,
        required=False,
        allow_null=True,
        help_text="Stock number (max 50 characters). Unique within the dealership.",
    )
    price = MoneyField(required=False, allow_null=True, help_text="Price, with at most 2 decimals")
    km = WholeNumberField(least=0, required=False, allow_null=True, help_text="Kilometres driven")
    location = TextField(
        max_length=100, required=False, allow_null=True, help_text="Where the vehicle stands (max 100 characters)"
    )
    status = VehicleStatus(required=False, help_text="`LOADING`, `INSPECTED`, `SOLD`")


class NewVehicle(CarBody):
    """A vehicle to be created. `null` or an empty text for an optional field counts as absent."""

    # Without a `default`, which generated clients take for a promise that the field is there: the words say it.
    status = VehicleStatus(required=False, help_text="`LOADING` (default), `INSPECTED`, `SOLD`")


class VehicleChanges(AllOptional, CarBody):
    """All fields are optional. Only provided fields will be updated. `null` clears those that may be unset."""


class StaffCarBody(CarBody):
    plate = TextField(max_length=30, required=False, allow_null=True)
