"""What is told of one event: the same in the events feed and in webhooks."""

from datetime import UTC

from leads.models import Lead
from leads.serializers import CHANGE_KEYS, LeadSerializer
from steerleads.api import json

TEST_KIND = "webhook.test"


def message(event, lead):
    """{type, timestamp, data} of a numbered LeadEvent; `lead` is a row of LeadSerializer's columns, or None if it is gone."""
    both = {**event.changes, **(event.texts or {})}
    data = {
        "eventId": event.pk,
        "sequence": event.sequence,
        "leadId": event.lead_id,
        "carId": event.car_id,
        "lead": LeadSerializer.render(lead) if lead else None,
        "changes": {name: both[name] for name in CHANGE_KEYS if name in both},
        "actor": {"type": event.actor_type, "name": event.actor_name},
    }
    if event.batch:
        data["batch"] = event.batch
    return {"type": event.kind, "timestamp": event.at.astimezone(UTC), "data": data}


def test_message(delivery):
    """What a test sends: a message like the others, about nothing."""
    data = dict.fromkeys(("sequence", "leadId", "carId", "lead")) | {"changes": {}, "actor": None}
    return {
        "type": TEST_KIND,
        "timestamp": delivery.created_at.astimezone(UTC),
        "data": {"eventId": delivery.pk, **data},
    }


def text_of(told):
    return json.render(told).decode()


def lead_rows(dealership, lead_ids):
    """{id: row of LeadSerializer's columns} of those leads that there still are."""
    rows = Lead.objects.of(dealership).filter(pk__in=lead_ids).values_list(*LeadSerializer.columns)
    return {row[0]: row for row in rows}
