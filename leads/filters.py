"""The filters of the lead lists (contract 20, 21, 23)."""

import re
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from django import forms
from django.db.models import F
from rest_framework import serializers

from leads.fields import FOLDED_FIELDS, LeadStatus
from leads.models import Lead, LeadQuerySet
from leads.work.filters import AssigneeFilter, DueFilter
from steerleads.api.filters import (
    ChoicesFilter,
    FoldedFilter,
    ListFilter,
    ListFilterSet,
    QueryForm,
    SearchFilter,
    YesNoField,
)
from steerleads.api.serializers import enum
from steerleads.db.ids import parse_id
from steerleads.db.text import normalise, shown

ZONE_AFTER_SPACE = re.compile(r" (?=\d\d:?\d\d$)")
ARCHIVED = {"false": [False], "true": [True], "any": [False, True]}


class IdField(forms.Field):
    def to_python(self, value: str | None) -> UUID | None:
        if not value:
            return None
        return parse_id(value) or _refuse(f"“{shown(value)}” is not a UUID.")


class InstantField(forms.Field):
    """ISO 8601 in any letter case, in UTC if it names no zone. A `+` that arrived as a space is understood."""

    def to_python(self, value: str | None) -> datetime | None:
        if not value:
            return None
        try:
            spelled = value.upper()
            instant = datetime.fromisoformat(ZONE_AFTER_SPACE.sub("+", spelled) if "T" in spelled else spelled)
            return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
        except (ValueError, OverflowError):
            return _refuse(f"“{shown(value)}” is not a time like 2024-01-15T10:30:00Z.")


class ExternalIdField(forms.CharField):
    """An id of another system, letter for letter as it was taken. A blank one is None."""

    def clean(self, value: str | None) -> str | None:
        return normalise(super().clean(value)) or None


class IdFilter(ListFilter):
    field_class = IdField
    described_as = serializers.UUIDField


class InstantFilter(ListFilter):
    field_class = InstantField
    described_as = serializers.DateTimeField


class OriginFilter(ListFilter):
    """By what a lead's source calls it."""

    field_class = ExternalIdField

    def filter(self, qs: LeadQuerySet, value: str | None) -> LeadQuerySet:
        # The dealership is said of both: the database finds an origin by its index then.
        return qs.filter(origin__dealership=F("dealership"), origin__external_id=value) if value else qs


class StatusFilter(ChoicesFilter):
    def filter(self, qs: LeadQuerySet, value: list[str]) -> LeadQuerySet:
        return qs.with_status(*value) if value else qs


class ArchivedFilter(ListFilter):
    """Archived leads are out of lists unless somebody asks for them."""

    field_class = YesNoField
    described_as = partial(enum("ArchivedFilter", ARCHIVED), default="false")

    def filter(self, qs: LeadQuerySet, value: str) -> LeadQuerySet:
        return qs.with_archived(*ARCHIVED[value])


class LeadFilterForm(QueryForm):
    field_order = ["archived"]  # the order in which errors are listed; the others follow


class LeadFilters(ListFilterSet):
    search = SearchFilter(
        "search_text",
        help_text=f"Global search across {', '.join(field.name for field in FOLDED_FIELDS)}. Every word must occur "
        "somewhere; capitals and accents do not matter.",
    )
    status = StatusFilter(
        enum=LeadStatus,
        help_text="Filter by status: `NEW`, `COMPLETED`, `NOT_NEEDED`. Several, or with commas, mean any.",
    )
    action = FoldedFilter("action_folded", help_text="Filter by action type")
    targetName = FoldedFilter("target_name_folded", help_text="Filter by target name")
    tag = FoldedFilter("tag_folded", help_text="Filter by tag")
    carId = IdFilter("car_id", help_text="Filter by associated vehicle ID")
    externalId = OriginFilter(help_text="Filter by the id that the lead has where it came from, letter for letter")
    updatedSince = InstantFilter(
        "updated_at",
        "gte",
        help_text="Leads updated at this time or later. UTC if it names no zone.",
        example="2024-01-15T10:30:00Z",
    )
    assignee = AssigneeFilter(
        help_text="Filter by who has the lead: an id of `GET /v1/staff`, or `none`. The key needs `work:read`, too."
    )
    due = DueFilter(
        help_text="Filter by when it is due: `overdue`, `today`, `week` (today and the six local days after it, without "
        "those that are overdue), `none`. The key needs `work:read`, too."
    )
    archived = ArchivedFilter(
        choices=[(name, name) for name in ARCHIVED],
        parameter="archived",
        help_text="`false`: without archived leads, `true`: only them, `any`: both.",
    )

    class Meta:
        model, fields, form = Lead, [], LeadFilterForm


def _refuse(message):
    raise forms.ValidationError(message, code="invalid")
