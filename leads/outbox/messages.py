"""What is told of one event: the same in the events feed and in what is sent."""

from collections.abc import Collection
from datetime import UTC
from typing import Any
from uuid import UUID

from leads.models import Lead, LeadEvent
from leads.serializers import LeadSerializer, all_changes
from steerleads.api import json
from steerleads.dealers.models import Dealership


def message(event: LeadEvent, lead: Collection[Any] | None) -> dict[str, Any]:
    """{type, timestamp, data} of a numbered LeadEvent; `lead` is a row of LeadSerializer's columns, or None if it is gone."""
    data = {
        "eventId": event.pk,
        "sequence": event.sequence,
        "leadId": event.lead_id,
        "carId": event.car_id,
        "lead": LeadSerializer.render(lead) if lead else None,
        "changes": all_changes(event.changes, event.texts),
        "actor": {"type": event.actor_type, "name": event.actor_name},
    }
    if event.batch:
        data["batch"] = event.batch
    return {"type": event.kind, "timestamp": event.at.astimezone(UTC), "data": data}


def text_of(message: dict[str, Any]) -> str:
    return json.render(message).decode()


def lead_rows(dealership: Dealership | UUID, lead_ids: Collection[UUID]) -> dict[UUID, Any]:
    """{id: row of LeadSerializer's columns} of those leads that there still are."""
    rows = Lead.objects.of(dealership).filter(pk__in=lead_ids).values_list(*LeadSerializer.columns)
    return {row[0]: row for row in rows}
