"""The errors of work."""

from django.utils.translation import gettext_lazy as _

from steerleads.api.errors import ApiError, ValidationFailed


class InvalidAssignee(ValidationFailed):
    code = "INVALID_ASSIGNEE"
    message = "This is nobody who works here. GET /v1/staff has the ids of those who do."

    def __init__(self) -> None:
        super().__init__(field="assignee")


class AlreadyAssigned(ApiError):
    status, code, type = 409, "ALREADY_ASSIGNED", "conflict"

    def __init__(self, name: str):
        super().__init__(_("%(name)s has this lead already.") % {"name": name})


class NobodysKey(ValidationFailed):
    message = (
        "This key acts for nobody, so it can claim nothing. Make one that acts for a person "
        "(create_api_key … --person EMAIL), or PATCH the lead's work with an assignee."
    )

    def __init__(self) -> None:
        super().__init__(field="assignee")
