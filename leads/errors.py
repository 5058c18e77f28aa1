"""The errors that the page lists for leads."""

from steerleads.api.errors import ApiError, NotFound, ValidationFailed


class LeadNotFound(NotFound):
    code = "LEAD_NOT_FOUND"
    message = "There is no lead with this id."


class UnauthorizedLeadAccess(ApiError):
    status, code, type = 403, "UNAUTHORIZED_LEAD_ACCESS", "permission_error"
    message = "This lead belongs to another dealership than your API key."


class InvalidLeadStatus(ValidationFailed):
    code = "INVALID_LEAD_STATUS"
    message = "Invalid status value provided."


def lead_validation(details):
    """INVALID_LEAD_STATUS if the status is the only bad thing, else VALIDATION_ERROR with all of them."""
    only_status = all(detail["field"] == "status" for detail in details)
    return (InvalidLeadStatus if only_status else ValidationFailed)(details=details)
