"""What webhooks and deliveries look like in the API's document."""

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers

from leads.models import EventKind
from leads.openapi_objects import LeadEventKind
from leads.outbox.models import SwitchedOff
from leads.webhooks.addresses import LONGEST
from leads.webhooks.messages import TEST_KIND
from leads.webhooks.serializers import DeliveryState, WebhookBody
from steerleads.api.openapi import enum

DisabledReason = enum("DisabledReason", SwitchedOff.values)
DeliveryKind = enum("DeliveryKind", [*EventKind.values, TEST_KIND])


class Webhook(serializers.Serializer):
    """An address that is told of events by signed requests."""

    id = serializers.UUIDField()
    url = serializers.CharField()
    events = serializers.ListField(child=LeadEventKind())
    description = serializers.CharField(allow_null=True)
    enabled = serializers.BooleanField()
    disabledReason = DisabledReason(
        allow_null=True,
        help_text="Why it was switched off by itself: `gone`: it answered 410; `failing`: for five days it only failed.",
    )
    failingSince = serializers.DateTimeField(
        allow_null=True, help_text="When the first of its latest attempts failed; `null` if the latest succeeded."
    )
    createdAt = serializers.DateTimeField()
    updatedAt = serializers.DateTimeField()


class WebhookWithSecret(Webhook):
    """A webhook with its secret, which is shown this once."""

    secret = serializers.CharField(help_text="Verify signatures with it, as Standard Webhooks 1.0 says.")


class RotatedWebhook(WebhookWithSecret):
    """A webhook with its new secret, which is shown this once."""

    oldSecretUntil = serializers.DateTimeField(help_text="Until then requests are signed with the old secret as well.")


class NewWebhook(WebhookBody):
    """A webhook to be created. `null` for an optional field counts as absent."""


class WebhookChanges(NewWebhook):
    """All fields are optional. Only provided fields will be updated. `null` clears `description`."""

    partial_body = True


class UrlExtension(OpenApiSerializerFieldExtension):
    target_class = "leads.webhooks.serializers.UrlField"

    def map_serializer_field(self, auto_schema, direction):
        return {"type": "string", "format": "uri", "maxLength": LONGEST}


class KindsExtension(OpenApiSerializerFieldExtension):
    target_class = "leads.webhooks.serializers.KindsField"

    def map_serializer_field(self, auto_schema, direction):
        items = auto_schema._map_serializer_field(LeadEventKind(), direction)
        return {"type": "array", "items": items, "minItems": 1, "uniqueItems": True}


class FlagExtension(OpenApiSerializerFieldExtension):
    target_class = "leads.webhooks.serializers.FlagField"

    def map_serializer_field(self, auto_schema, direction):
        return {"type": "boolean"}


# --- Deliveries --------------------------------------------------------------------------------


class LastAnswer(serializers.Serializer):
    """How the newest attempt ended."""

    status = serializers.IntegerField(allow_null=True, help_text="HTTP status, or `null` if there was no answer.")
    error = serializers.CharField(
        allow_null=True,
        help_text="What went wrong otherwise, like `timeout`, `refused_address` or `switched_off`, for programs.",
    )
    body = serializers.CharField(
        allow_null=True, help_text="The beginning of what was answered. `null` once it is forgotten, as with its lead."
    )
    milliseconds = serializers.IntegerField(allow_null=True)


class Delivery(serializers.Serializer):
    """One event on its way to one webhook."""

    id = serializers.UUIDField(help_text="The `webhook-id` of its requests, the same on every attempt.")
    eventId = serializers.UUIDField(allow_null=True, help_text="`null` for a test.")
    type = DeliveryKind()
    leadId = serializers.UUIDField(allow_null=True)
    state = DeliveryState(
        help_text="`pending`: will be tried (again). `delivered`. `dead`: given up until somebody redelivers it. "
        "`dropped`: no longer needed."
    )
    attempts = serializers.IntegerField(
        help_text="Since it was created or redelivered, without those that the receiver asked to put off."
    )
    createdAt = serializers.DateTimeField()
    lastAttemptAt = serializers.DateTimeField(allow_null=True)
    lastAnswer = LastAnswer(allow_null=True)
    nextAttemptAt = serializers.DateTimeField(allow_null=True)
