"""What events look like on the wire: in the feed, and as webhooks tell them."""

from datetime import UTC

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from leads.serializers import Actor, ChangesField, LeadEventKind, LeadSerializer, all_changes
from steerleads.api.objects import ObjectSerializer


@extend_schema_field(LeadSerializer)
class LeadField(serializers.Field):
    """The lead of an event, which is no part of it: `message` puts in its place what there is of it."""


class EventData(serializers.Serializer):
    """One event of one lead."""

    eventId = serializers.UUIDField(source="id", help_text="The same wherever this event is told.")
    sequence = serializers.IntegerField(
        min_value=1, help_text="Its number among the events of the dealership: 1, 2, 3, … without a gap."
    )
    leadId = serializers.UUIDField(source="lead_id")
    carId = serializers.UUIDField(source="car_id", help_text="The vehicle that the lead is about.")
    lead = LeadField(
        source="lead_id",
        allow_null=True,
        help_text="The lead as it was when this was told, which can be later than the event. `null`: it is gone.",
    )
    changes = ChangesField()
    actor = Actor(source="*")
    batch = serializers.UUIDField(required=False, help_text="The same for all leads that one act moved or changed.")


class Event(ObjectSerializer):
    """Something that happened to a lead, as the feed and webhooks tell it."""

    type = LeadEventKind(source="kind")
    timestamp = serializers.DateTimeField(source="at", help_text="When it happened.")
    data = EventData(source="*")
    further = ("texts",)

    @staticmethod
    def finish(event, texts):
        """`batch` is there only where several leads were moved or changed together."""
        event["timestamp"], data = event["timestamp"].astimezone(UTC), event["data"]
        data["changes"] = all_changes(data["changes"], texts)
        if not data["batch"]:
            del data["batch"]
        return event
