"""What is told of one event: the same in the events feed and in what is sent."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from leads.models import Lead, LeadEvent
from leads.outbox.serializers import Event
from leads.serializers import LeadSerializer
from steerleads.api import json
from steerleads.dealers.models import Dealership


def message(event: LeadEvent, lead: Collection[Any] | None) -> dict[str, Any]:
    """The Event object of a numbered LeadEvent; `lead` is a row of LeadSerializer's columns, or None if it is gone."""
    told = Event.of(event)
    told["data"]["lead"] = LeadSerializer.render(lead) if lead else None
    return told


def text_of(message: dict[str, Any]) -> str:
    return json.render(message).decode()


def lead_rows(dealership: Dealership | UUID, lead_ids: Collection[UUID]) -> dict[UUID, Any]:
    """{id: row of LeadSerializer's columns} of those leads that there still are."""
    rows = Lead.objects.of(dealership).filter(pk__in=lead_ids).values_list(*LeadSerializer.columns)
    return {row[0]: row for row in rows}
