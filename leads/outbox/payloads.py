"""The bytes that tell of an event, stored when it is told, so that every retry sends the same."""

from datetime import datetime

from django.db import transaction

from leads.models import Lead, LeadEvent
from leads.outbox.messages import lead_rows, message, text_of
from leads.outbox.models import Delivery, SentPayload
from steerleads.dealers.models import Dealership


def keep_payloads(dealership: Dealership, events: list[LeadEvent], now: datetime) -> None:
    """Store the bytes that tell of these events. Those of a lead that is gone can be made at any time."""
    lead_ids = {event.lead_id for event in events}
    # Locked, so that no lead is deleted between being read and its words being stored.
    leads = Lead.objects.of(dealership).filter(pk__in=lead_ids).order_by("pk")
    list(leads.select_for_update(no_key=True).values_list("pk"))
    rows = lead_rows(dealership, lead_ids)
    SentPayload.objects.bulk_create(
        SentPayload(
            dealership=dealership,
            event_id=event.pk,
            lead_id=event.lead_id,
            text=text_of(message(event, rows[event.lead_id])),
            created_at=now,
        )
        for event in events
        if event.lead_id in rows
    )


def payload_of(delivery: Delivery) -> bytes:
    """The bytes that tell of a delivery's event: what was stored when it was told, or what can be said of it now."""
    stored = SentPayload.objects.of(delivery.dealership_id).filter(event_id=delivery.event_id).first()
    return (stored.text if stored else _made_anew(delivery)).encode()


def _made_anew(delivery):
    """What is sent again long after the event, or of a lead that is gone. The former is kept for the retries."""
    leads = Lead.objects.of(delivery.dealership_id).filter(pk=delivery.lead_id)
    if not leads.exists():
        return _text_now(delivery)
    with transaction.atomic():
        # Locked, so that the lead is not deleted between being read and its words being stored.
        if not leads.select_for_update(no_key=True).values_list("pk").first():
            return _text_now(delivery)
        of_event = {"dealership_id": delivery.dealership_id, "event_id": delivery.event_id}
        made = {"lead_id": delivery.lead_id, "text": _text_now(delivery)}
        return SentPayload.objects.get_or_create(**of_event, defaults=made)[0].text


def _text_now(delivery):
    event = LeadEvent.objects.of(delivery.dealership_id).get(pk=delivery.event_id)
    lead = lead_rows(delivery.dealership_id, [event.lead_id]).get(event.lead_id)
    return text_of(message(event, lead))
