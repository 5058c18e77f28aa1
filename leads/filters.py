"""The filters of the lead lists (contract 20, 21, 23)."""

import re
from datetime import UTC, datetime

from django import forms
from django.db import models

from leads.models import Status
from steerleads.api.filters import ChoicesFilter, FoldedFilter, ListFilterSet, SearchFilter, ValueFilter
from steerleads.db.ids import parse_id
from steerleads.db.text import shown

ZONE_AFTER_SPACE = re.compile(r" (?=\d\d:?\d\d$)")


class _IdField(forms.Field):
    def to_python(self, value):
        if not value:
            return None
        return parse_id(value) or _refuse(f"“{shown(value)}” is not a UUID.")


class _IdFilter(ValueFilter):
    field_class = _IdField
    value_field = models.UUIDField()


class _InstantField(forms.Field):
    """ISO 8601 in any letter case, in UTC if it names no zone. A `+` that arrived as a space is understood."""

    def to_python(self, value):
        if not value:
            return None
        try:
            spelled = value.upper()
            instant = datetime.fromisoformat(ZONE_AFTER_SPACE.sub("+", spelled) if "T" in spelled else spelled)
            return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
        except (ValueError, OverflowError):
            return _refuse(f"“{shown(value)}” is not a time like 2024-01-15T10:30:00Z.")


class _InstantFilter(ValueFilter):
    field_class = _InstantField
    value_field = models.DateTimeField()


def _with_status(leads, choices):
    return leads.with_status(*choices)


class LeadFilters(ListFilterSet):
    search = SearchFilter("search_text")
    status = ChoicesFilter(_with_status, options=Status.values)
    action = FoldedFilter("action_folded")
    targetName = FoldedFilter("target_name_folded")
    tag = FoldedFilter("tag_folded")
    carId = _IdFilter("car_id")
    updatedSince = _InstantFilter("updated_at", "gte")


def _refuse(message):
    raise forms.ValidationError(message, code="invalid")
