"""What can be wrong with a vehicle, beside its fields."""

from django.utils.translation import gettext_lazy as _

from steerleads.api.errors import ApiError, NotFound


class CarNotFound(NotFound):
    code = "CAR_NOT_FOUND"
    message = _("There is no vehicle with this id in your dealership.")


class DuplicateVehicle(ApiError):
    status, code, type = 409, "DUPLICATE_VEHICLE", "conflict"
    message = _("Another vehicle of your dealership has this VIN or stock number.")
    taken = {
        "vin": _("Another vehicle of your dealership has the VIN {value}."),
        "stockNumber": _("Another vehicle of your dealership has the stock number {value}."),
    }

    def __init__(self, field, value):
        super().__init__(self.taken[field].format(value=value))
        self.details = [{"field": field, "code": "unique", "message": self.message}]


class CarHasLeads(ApiError):
    status, code, type = 409, "CAR_HAS_LEADS", "conflict"
    message = _("This vehicle has leads, archived ones included. Delete them first.")
