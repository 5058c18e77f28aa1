"""What the API's document says of vehicles."""

from cars.errors import CarHasLeads, CarNotFound, DuplicateVehicle
from cars.serializers import NewVehicle, VehicleChanges, VehicleSerializer
from steerleads.api.errors import ValidationFailed
from steerleads.api.openapi import (
    ETAG,
    IDEMPOTENT,
    IF_MATCH,
    IF_NONE_MATCH,
    LISTED,
    LOCATION,
    answer,
    body,
    done,
    operation,
    operations,
    path_id,
)

# --- Examples ----------------------------------------------------------------------------------

NEW_CIVIC = {
    "make": "Honda",
    "model": "Civic",
    "overviewYear": 2021,
    "vin": "2HGFE2F59MH500001",
    "stockNumber": "C-1042",
    "price": 215000,
    "km": 38500,
    "location": "Casablanca",
    "status": "INSPECTED",
}
CIVIC = {
    "id": "0194f5d2-8b1e-7c3a-9d54-2f6a1b7c8e90",
    **NEW_CIVIC,
    "createdAt": "2024-01-10T09:00:00Z",
    "updatedAt": "2024-01-10T09:00:00Z",
}
SOLD = {**CIVIC, "status": "SOLD", "updatedAt": "2024-02-02T16:45:00Z"}

# --- Parameters and errors ---------------------------------------------------------------------

VEHICLE_ID = path_id("id", "Vehicle UUID")
BAD_BODY = ValidationFailed("This field is required.", field="make", reason="required")
TAKEN = DuplicateVehicle("vin", "2HGFE2F59MH500001")


documents = operations(
    list=operation(
        "list_vehicles",
        summary="List All Vehicles",
        description="Retrieve all vehicles with optional filtering and sorting.",
        parameters=LISTED,
        responses={
            200: answer(
                VehicleSerializer(many=True),
                "Array of vehicles, oldest first by default.",
                {"Vehicles": CIVIC},
            )
        },
    ),
    create=operation(
        "create_vehicle",
        summary="Create Vehicle",
        description="Create a new vehicle.",
        parameters=[*IDEMPOTENT, ETAG, LOCATION],
        request=body(NewVehicle, {"Vehicle": NEW_CIVIC}),
        responses={201: answer(VehicleSerializer, "The vehicle that was created.", {"Vehicle": CIVIC})},
        errors=[BAD_BODY, TAKEN],
    ),
    retrieve=operation(
        "get_vehicle",
        summary="Get Vehicle by ID",
        description="Retrieve detailed information about a specific vehicle.",
        parameters=[VEHICLE_ID, IF_NONE_MATCH, ETAG],
        responses={200: answer(VehicleSerializer, "The vehicle.", {"Vehicle": CIVIC})},
        errors=[CarNotFound],
    ),
    partial_update=operation(
        "update_vehicle",
        summary="Update Vehicle",
        description="Update an existing vehicle's information. All fields are optional. Only provided fields will be "
        "updated.",
        parameters=[VEHICLE_ID, IF_MATCH, *IDEMPOTENT, ETAG],
        request=body(VehicleChanges, {"Sold": {"status": "SOLD"}}),
        responses={200: answer(VehicleSerializer, "The vehicle as it now is.", {"Sold": SOLD})},
        errors=[CarNotFound, BAD_BODY, TAKEN],
    ),
    destroy=operation(
        "delete_vehicle",
        summary="Delete Vehicle",
        description="Permanently delete a vehicle that has no leads.",
        parameters=[VEHICLE_ID, IF_MATCH],
        responses={200: done("The vehicle is gone.", "Vehicle deleted successfully")},
        errors=[CarNotFound, CarHasLeads],
    ),
)
