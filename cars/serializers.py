"""What a vehicle looks like on the wire."""

from rest_framework import serializers

from cars.models import Car
from steerleads.api.objects import ObjectSerializer
from steerleads.api.openapi import enum
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
