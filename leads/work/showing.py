"""How work is shown: read beside its lead, and completed by what follows from hours, clocks and history at that moment."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from leads.history import human
from leads.models import LeadEvent
from leads.work.due import Clock
from leads.work.people import names_of
from steerleads.api import etags, json
from steerleads.api.sizes import ANY_ID
from steerleads.dealers.actors import FORMER_COLLEAGUE
from steerleads.dealers.hours.calendar import Calendar
from steerleads.dealers.models import Dealership

# What a row of leads `with_response` needs for its work to be shown.
PLAN_COLUMNS = (
    *("id", "created_at", "responded_at", "work__assignee", "work__assigned_at"),
    *("work__next_step", "work__due", "work__due_on"),
)


def with_response(leads: QuerySet) -> QuerySet:
    """Leads with `responded_at`: when somebody of the staff took care of each for the first time."""
    events = LeadEvent.objects.of(OuterRef("dealership")).filter(human(), lead_id=OuterRef("pk"))
    return leads.annotate(responded_at=Subquery(events.order_by("at").values("at")[:1]))


class Shown:
    """Makes objects of a dealership's work as it stands at one moment.

    When the first answer is due is reckoned here and kept nowhere: it follows from the lead and the hours, for every lead
    from its first second, also after the hours have changed.
    """

    def __init__(self, dealership: Dealership, now: datetime):
        self.dealership = dealership
        self.clock = Clock(dealership.tz, now)

    def plan(self, row: Sequence) -> dict[str, Any]:
        """The object of a row of PLAN_COLUMNS, without the lead's id."""
        _id, created_at, responded_at, assignee, assigned_at, next_step, due, due_on = row
        return {
            "assignee": {"id": assignee, "name": self.name_of(assignee)} if assignee else None,
            "assignedAt": assigned_at,
            "nextStep": next_step,
            "dueAt": None if due_on else due,
            "dueOn": due_on,
            "respondBy": self.respond_by(created_at),
            "respondedAt": responded_at,
            "state": self.clock.state(due, due_on).value,
        }

    def work(self, row: Sequence) -> dict[str, Any]:
        return {"leadId": row[0], **self.plan(row)}

    def respond_by(self, created_at: datetime) -> datetime | None:
        """When the target for the first answer to a lead is used up; None if that is not within ten years."""
        second = self._calendar.after(int(created_at.timestamp() // 1), self._calendar.target_seconds)
        return None if second is None else datetime.fromtimestamp(second, UTC)

    @cached_property
    def late_since(self) -> int:
        """A lead that was created until that second has its target used up by now: one look for all of them."""
        before = self._calendar.before(int(self.clock.now.timestamp() // 1), self._calendar.target_seconds)
        return -1 if before is None else before

    @cached_property
    def _calendar(self) -> Calendar:
        return Calendar.of(self.dealership)

    def name_of(self, colleague_id: UUID) -> str:
        return self._names.get(colleague_id, FORMER_COLLEAGUE)

    @cached_property
    def _names(self) -> dict[UUID, str]:
        names = names_of(self.dealership)
        # The longest stands for any where the bytes of a long answer are reckoned.
        return {ANY_ID: max(names.values(), key=lambda name: len(json.render(name)), default=""), **names}


def etag_of(version: int | None, plan: Mapping[str, Any]) -> str:
    """The version of a Work (None: there is none), and behind a dot what its object has beside: some changes by itself."""
    beside = [plan[name] for name in ("assignee", "respondBy", "respondedAt", "state")]
    return f"{version or 0}.{etags.of_bytes(json.render(beside))[:8]}"
