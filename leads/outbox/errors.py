"""What can be wrong with deliveries."""

from django.utils.translation import gettext_lazy as _

from steerleads.api.errors import ApiError, NotFound


class DeliveryNotFound(NotFound):
    code = "DELIVERY_NOT_FOUND"
    message = _("There is no delivery with this id.")


class NotRedeliverable(ApiError):
    status, code, type = 409, "NOT_REDELIVERABLE", "conflict"
    message = _("Only what was delivered or became a dead letter can be sent again.")
