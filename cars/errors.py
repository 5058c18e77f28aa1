"""What can be wrong with a vehicle, beside its fields."""

from steerleads.api.errors import ApiError, NotFound


class CarNotFound(NotFound):
    code = "CAR_NOT_FOUND"
    message = "There is no vehicle with this id in your dealership."


class DuplicateVehicle(ApiError):
    status, code, type = 409, "DUPLICATE_VEHICLE", "conflict"
    message = "Another vehicle of your dealership has this VIN or stock number."

    def __init__(self, field, value):
        label = {"vin": "VIN", "stockNumber": "stock number"}[field]
        super().__init__(f"Another vehicle of your dealership has the {label} {value}.")
        self.details = [{"field": field, "code": "unique", "message": self.message}]


class CarHasLeads(ApiError):
    status, code, type = 409, "CAR_HAS_LEADS", "conflict"
    message = "This vehicle has leads, archived ones included. Delete them first."
