"""The filters of lists by whose lead it is, and until when (contract W6)."""

from datetime import UTC, tzinfo
from typing import Any, NoReturn
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from leads.work.due import DUE, Clock
from steerleads.api.filters import ListFilter
from steerleads.api.serializers import ChoiceField, enum
from steerleads.db.ids import parse_id
from steerleads.db.text import shown
from steerleads.dealers.models import Dealership

NOBODY = "none"
ME = "me"  # whoever reads, in an address of a page; a key is nobody
DueChoice: type[ChoiceField] = enum("DueFilter", DUE)


class AssigneeField(forms.Field):
    """A colleague's id, or `none`."""

    def to_python(self, value: str | None) -> UUID | str | None:
        if not value or value == NOBODY:
            return value or None
        return parse_id(value) or _refuse(value)


class AssigneeFilter(ListFilter):
    """By who has the lead. An id of nobody finds nothing."""

    field_class = AssigneeField
    is_compiled = False  # nobody is no value

    def filter(self, qs: QuerySet, value: UUID | str | None) -> QuerySet:
        if value is None:
            return qs
        return qs.filter(work__assignee=None if value == NOBODY else value)


class DueField(forms.ChoiceField):
    def to_python(self, value: str | None) -> str | None:
        return value or None


class DueFilter(ListFilter):
    """By when it is due, on the clocks of the dealership whose leads they are."""

    field_class = DueField
    described_as = DueChoice
    is_compiled = False  # by this moment

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, choices=[(name, name) for name in DUE], **kwargs)

    def filter(self, qs: QuerySet, value: str | None) -> QuerySet:
        return qs if value is None else qs.filter(self._condition(qs, value))

    def _condition(self, qs: QuerySet, value: str) -> Q:
        return DUE[value](Clock(_zone_of(qs), timezone.now()))


def _zone_of(leads: QuerySet) -> tzinfo:
    """The time zone of the dealership whose leads they are; of no lead, any."""
    dealership = Dealership.objects.filter(pk__in=leads.order_by().values("dealership")[:1]).first()
    return dealership.tz if dealership else UTC


def _refuse(value: str) -> NoReturn:
    means = "“me” means nothing for a key. " if value == "me" else ""
    wrong = f"“{shown(value)}” is not the id of a colleague. {means}Use an id from GET /v1/staff, or none."
    raise forms.ValidationError(wrong, code="invalid")
