"""What work looks like on the wire: the object, the bodies that change it, contacts, and the staff."""

import re
from datetime import UTC, date, datetime
from typing import Any

from rest_framework import serializers

from leads.work.due import State
from leads.work.models import LONGEST_STEP
from steerleads.api.serializers import AllOptional, BodyField, BodySerializer, IdField, TextField, enum
from steerleads.db.text import shown
from steerleads.dealers.models import Role

DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
FIRST_DAY, LAST_DAY = date(1000, 1, 1), date(8999, 12, 31)  # as in the periods of figures

WorkState = enum("WorkState", [state.value for state in State])
ContactVia = enum("ContactVia", ["call", "whatsapp", "email", "visit", "other"])
ContactOutcome = enum("ContactOutcome", ["reached", "no_answer"])
StaffRole = enum("StaffRole", Role.values)

# --- Objects -------------------------------------------------------------------------------------


class AssigneeSerializer(serializers.Serializer):
    """A colleague, as `GET /v1/staff` has all of them."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class PlanSerializer(serializers.Serializer):
    """Whose lead it is, what is next, and until when."""

    assignee = AssigneeSerializer(allow_null=True, help_text="Who has the lead: `null` is nobody.")
    assignedAt = serializers.DateTimeField(allow_null=True)
    nextStep = serializers.CharField(allow_null=True)
    dueAt = serializers.DateTimeField(allow_null=True, help_text="When it is due, if that is a moment.")
    dueOn = serializers.DateField(allow_null=True, help_text="When it is due, if that is a local day, all of it.")
    respondBy = serializers.DateTimeField(
        allow_null=True,
        help_text="When the dealership's target for the first answer is used up: open time since the lead came in.",
    )
    respondedAt = serializers.DateTimeField(
        allow_null=True, help_text="When somebody of the staff did something about the lead for the first time."
    )
    state = WorkState(
        help_text="`overdue`: the moment, or the local day, is over. `today`: it is on this local day. `planned`: "
        "later. `none`: it is not due."
    )


class WorkSerializer(PlanSerializer):
    """What is to be done about a lead."""

    leadId = serializers.UUIDField()

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        return {"leadId": fields.pop("leadId"), **fields}


class StaffSerializer(serializers.Serializer):
    """Somebody who works at the dealership, or did."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    role = StaffRole()
    isAvailable = serializers.BooleanField(
        help_text="Whether new leads are dealt to them now: they are active, have it switched on, and are within their own hours, "
        "if they have some."
    )
    isActive = serializers.BooleanField(
        help_text="`false`: they have left. They stay here for as long as a lead or its history names them."
    )


# --- Bodies --------------------------------------------------------------------------------------


class InstantField(BodyField):
    """A time as ISO 8601 has it, cut to whole seconds, in UTC if it names no zone."""

    schema = {"type": "string", "format": "date-time"}
    default_error_messages = {
        "invalid": "“{text}” is not a time like 2026-12-01T14:00:00Z, from the year 1000 to 8999."
    }

    def to_internal_value(self, value: Any) -> Any:
        try:
            # A date alone is none: what is due on a day is `dueOn`.
            at = datetime.fromisoformat(value.upper() if "T" in value.upper() else "")
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        except (AttributeError, TypeError, ValueError, OverflowError):
            self.fail("invalid", text=shown(str(value)))
        if not FIRST_DAY < at.date() < LAST_DAY:
            self.fail("invalid", text=shown(value))
        return at.replace(microsecond=0)


class DayField(BodyField):
    """A date of the dealership's own calendar."""

    schema = {"type": "string", "format": "date"}
    default_error_messages = {"invalid": "“{text}” is not a date like 2026-12-01, from the year 1000 to 8999."}

    def to_internal_value(self, value: Any) -> Any:
        try:
            day = date.fromisoformat(value) if DAY.fullmatch(value) else None  # weeks are ISO 8601, too
        except (TypeError, ValueError):
            day = None
        if day is None or not FIRST_DAY <= day <= LAST_DAY:
            self.fail("invalid", text=shown(str(value)))
        return day


class WorkChanges(AllOptional, BodySerializer):
    """All fields are optional, and `null` clears each. `dueAt` takes the place of `dueOn`, and the other way round."""

    assignee = IdField(allow_null=True, help_text="The id of a colleague, from `GET /v1/staff`.")
    nextStep = TextField(max_length=LONGEST_STEP, allow_null=True, help_text="What is to be done next.")
    dueAt = InstantField(allow_null=True, help_text="Due at this moment. UTC if it names no zone.")
    dueOn = DayField(allow_null=True, help_text="Due on this local day: overdue once it has ended.")


class NewContact(BodySerializer):
    """A contact with the lead's person, or the attempt."""

    via = ContactVia(help_text="`call`, `whatsapp`, `email`, `visit`, `other`")
    outcome = ContactOutcome(help_text="`reached`, `no_answer`")
    note = TextField(max_length=1000, multiline=True, required=False, allow_null=True, help_text="What was said.")
