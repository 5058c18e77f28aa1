"""What somebody of the staff may do with work (contract W12): their own is everybody's to plan, all is a manager's."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from leads.work.models import Work
from steerleads.api.errors import ApiError


class NotYours(ApiError):
    status, code, type = 403, "NOT_YOURS", "permission_error"


GIVEN_AWAY = _("Only a manager may give a lead to a colleague.")


def check_may_plan(me: UUID | None, work: Work | None, changes: Mapping[str, Any], *, manages: bool) -> None:
    """Whether a colleague (`me`, the id of a membership) may write these changes of `plan_work`. Raises NotYours.

    `work` is what the lead has of it now. Who manages may all. The others take a lead that nobody has, release their
    own, and plan their own.
    """
    if manages:
        return
    has_it = work.assignee if work else None
    gets_it = changes.get("assignee", has_it)
    if has_it not in (None, me):
        raise NotYours(_("A colleague has this lead. Only a manager may change whose it is, or what is planned."))
    if gets_it not in (None, me):
        raise NotYours(GIVEN_AWAY)
    if changes.keys() - {"assignee"} and me not in (has_it, gets_it):
        raise NotYours(_("Claim this lead before you plan it."))
