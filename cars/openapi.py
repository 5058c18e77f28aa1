"""What the API's document says of vehicles."""

from cars.errors import CarHasLeads, CarNotFound, DuplicateVehicle
from cars.serializers import CarBody, VehicleSerializer, VehicleStatus
from steerleads.api.errors import ValidationFailed
from steerleads.api.openapi import (
    ETAG,
    ID,
    IDEMPOTENCY_KEY,
    IF_MATCH,
    IF_NONE_MATCH,
    LIST_HEADERS,
    LOCATION,
    Answer,
    Operation,
    Parameter,
    Success,
    operations,
)

TAG = "Vehicles"

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

# --- Objects and bodies ------------------------------------------------------------------------


class NewVehicle(CarBody):
    """A vehicle to be created. `null` or an empty text for an optional field counts as absent."""

    words = {"status": "`LOADING` (default), `INSPECTED`, `SOLD`"}
    status = VehicleStatus(required=False)


class VehicleChanges(CarBody):
    """All fields are optional. Only provided fields will be updated. `null` clears those that may be unset."""

    partial_body = True
    words = {"status": "`LOADING`, `INSPECTED`, `SOLD`"}
    status = VehicleStatus()


# --- Parameters and errors ---------------------------------------------------------------------

VEHICLE_ID = Parameter("id", "Vehicle UUID", ID, "path")
BAD_BODY = ValidationFailed("This field is required.", field="make", reason="required")
TAKEN = DuplicateVehicle("vin", "2HGFE2F59MH500001")


documents = operations(
    list=Operation(
        "list_vehicles",
        TAG,
        "List All Vehicles",
        "Retrieve all vehicles with optional filtering and sorting.",
        Answer("Array of vehicles, oldest first by default.", [VehicleSerializer], {"Vehicles": [CIVIC]}, LIST_HEADERS),
        errors=(ValidationFailed("“limit” must be a whole number from 1 to 1000.", field="limit"),),
    ),
    create=Operation(
        "create_vehicle",
        TAG,
        "Create Vehicle",
        "Create a new vehicle.",
        Answer("The vehicle that was created.", VehicleSerializer, {"Vehicle": CIVIC}, (ETAG, LOCATION), status=201),
        parameters=(IDEMPOTENCY_KEY,),
        body=NewVehicle,
        examples={"Vehicle": NEW_CIVIC},
        errors=(BAD_BODY, TAKEN),
    ),
    retrieve=Operation(
        "get_vehicle",
        TAG,
        "Get Vehicle by ID",
        "Retrieve detailed information about a specific vehicle.",
        Answer("The vehicle.", VehicleSerializer, {"Vehicle": CIVIC}, (ETAG,)),
        parameters=(VEHICLE_ID, IF_NONE_MATCH),
        errors=(CarNotFound,),
    ),
    partial_update=Operation(
        "update_vehicle",
        TAG,
        "Update Vehicle",
        "Update an existing vehicle's information. All fields are optional. Only provided fields will be updated.",
        Answer("The vehicle as it now is.", VehicleSerializer, {"Sold": SOLD}, (ETAG,)),
        parameters=(VEHICLE_ID, IF_MATCH, IDEMPOTENCY_KEY),
        body=VehicleChanges,
        examples={"Sold": {"status": "SOLD"}},
        errors=(CarNotFound, BAD_BODY, TAKEN),
    ),
    destroy=Operation(
        "delete_vehicle",
        TAG,
        "Delete Vehicle",
        "Permanently delete a vehicle that has no leads.",
        Answer(
            "The vehicle is gone.",
            Success,
            {"Deleted": {"success": True, "message": "Vehicle deleted successfully"}},
        ),
        parameters=(VEHICLE_ID, IF_MATCH),
        errors=(CarNotFound, CarHasLeads),
    ),
)
