"""What events look like on the wire: in the feed, and as webhooks tell them (`message` makes them)."""

from rest_framework import serializers

from leads.serializers import Actor, Changes, LeadEventKind, LeadSerializer


class EventData(serializers.Serializer):
    """One event of one lead."""

    eventId = serializers.UUIDField(help_text="The same wherever this event is told.")
    sequence = serializers.IntegerField(
        min_value=1, help_text="Its number among the events of the dealership: 1, 2, 3, … without a gap."
    )
    leadId = serializers.UUIDField()
    carId = serializers.UUIDField(help_text="The vehicle that the lead is about.")
    lead = LeadSerializer(
        allow_null=True,
        help_text="The lead as it was when this was told, which can be later than the event. `null`: it is gone.",
    )
    changes = Changes()
    actor = Actor()
    batch = serializers.UUIDField(required=False, help_text="The same for all leads that one write moved.")


class Event(serializers.Serializer):
    """Something that happened to a lead, as the feed and webhooks tell it."""

    type = LeadEventKind()
    timestamp = serializers.DateTimeField(help_text="When it happened.")
    data = EventData()
