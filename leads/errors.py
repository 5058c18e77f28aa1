"""The errors that the page lists for leads, and those of the board and of what brings leads in."""

from django.utils.translation import gettext_lazy as _

from steerleads.api.errors import ApiError, NotFound, ValidationFailed


class LeadNotFound(NotFound):
    code = "LEAD_NOT_FOUND"
    message = _("There is no lead with this id.")


class UnauthorizedLeadAccess(ApiError):
    status, code, type = 403, "UNAUTHORIZED_LEAD_ACCESS", "permission_error"
    message = "This lead belongs to another dealership than your API key."


class InvalidLeadStatus(ValidationFailed):
    code = "INVALID_LEAD_STATUS"
    message = "Invalid status value provided."


class DuplicateOrigin(ApiError):
    status, code, type = 409, "DUPLICATE_ORIGIN", "conflict"
    message = "There is a lead of this source with this id already."


class LeadChangedMeanwhile(ApiError):
    """Somebody else (or the same person elsewhere) did something to a lead that the one who writes now did not see.

    `actor_name` and `kind` (an EventKind) are those of what happened last.
    """

    status, code, type = 409, "LEAD_CHANGED", "conflict"
    message = _("This lead was changed since you saw it. Look at it and try again.")

    def __init__(self, actor_name, kind):
        super().__init__()
        self.actor_name, self.kind = actor_name, kind


class LeadMovedMeanwhile(LeadChangedMeanwhile):
    """The same, and it lies elsewhere now."""

    code = "LEAD_MOVED"
    message = _("This lead was moved or archived since you saw it. Look where it is now and try again.")


class ColumnBusy(ApiError):
    status, code, type = 409, "COLUMN_BUSY", "conflict"
    message = _("The leads around this place are being changed by others just now. Try again in a moment.")


def lead_validation(details):
    """INVALID_LEAD_STATUS if the status is the only bad thing, else VALIDATION_ERROR with all of them."""
    only_status = all(detail["field"] == "status" for detail in details)
    return (InvalidLeadStatus if only_status else ValidationFailed)(details=details)
