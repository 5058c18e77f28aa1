"""What webhooks and deliveries look like on the wire: bodies in (declared serializers), objects out (from rows)."""

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from rest_framework import serializers
from rest_framework.serializers import ValidationError

from leads.models import EventKind
from leads.outbox.models import Attempt, State, SwitchedOff
from leads.outbox.pauses import with_due
from leads.serializers import LeadEventKind
from leads.webhooks.addresses import LONGEST, RefusedURL, check_url
from leads.webhooks.messages import TEST_KIND
from steerleads.api.objects import ObjectSerializer
from steerleads.api.serializers import AllOptional, BodyField, BodySerializer, ItemError, TextField, enum

# The API's names and the model's.
WRITABLE = {"url": "url", "events": "kinds", "description": "description", "enabled": "is_on"}
DeliveryState = enum("DeliveryState", State.values)
DeliveryKind = enum("DeliveryKind", [*EventKind.values, TEST_KIND])
DisabledReason = enum("DisabledReason", SwitchedOff.values)


class UrlField(TextField):
    """A URL that a webhook may have."""

    schema = {"type": "string", "format": "uri", "maxLength": LONGEST}

    def __init__(self, **kwargs):
        super().__init__(max_length=LONGEST, **kwargs)

    def to_internal_value(self, value):
        value = super().to_internal_value(value)
        try:
            check_url(value)
        except RefusedURL as error:
            raise ValidationError(str(error), code="refused_url") from None
        return value


class KindsField(BodyField):
    """A list of event kinds, each once, as a list in the order of EventKind."""

    schema = {"type": "array", "items": LeadEventKind.reference(), "minItems": 1, "uniqueItems": True}

    default_error_messages = {
        "invalid": 'This field must be a list of event kinds like ["lead.created", "lead.changed"].',
        "empty": "This field must name at least one event kind. To hear nothing, send enabled: false.",
    }

    def to_internal_value(self, value):
        if not isinstance(value, list):
            self.fail("invalid")
        if not value:
            self.fail("empty")
        chosen, kind = [], LeadEventKind()
        for index, item in enumerate(value):
            try:
                chosen.append(kind.run_validation(item))
            except ValidationError as error:
                raise ItemError(f"[{index}]", str(error.detail[0]), error.detail[0].code) from None
            if chosen.count(chosen[-1]) > 1:
                raise ItemError(f"[{index}]", f"“{chosen[-1]}” is in the list twice.", "duplicate")
        return [each for each in EventKind.values if each in chosen]


class FlagField(BodyField):
    schema = {"type": "boolean"}
    default_error_messages = {"invalid": "This field must be true or false."}

    def to_internal_value(self, value):
        return value if isinstance(value, bool) else self.fail("invalid")


class WebhookBody(BodySerializer):
    """The writable fields."""

    url = UrlField(help_text="Where to send: `https://` and a public address. No user name, no fragment.")
    events = KindsField(
        required=False,
        help_text="Kinds of events to send, each once. Default: all but `lead.moved`, of which one reorder can make "
        "thousands.",
    )
    description = TextField(
        max_length=200, required=False, allow_null=True, help_text="For people (max 200 characters)"
    )
    enabled = FlagField(
        required=False, help_text="Default: `true`. `false`: it is told nothing, and misses what happens meanwhile."
    )


class NewWebhook(WebhookBody):
    """A webhook to be created. `null` for an optional field counts as absent."""


class WebhookChanges(AllOptional, WebhookBody):
    """All fields are optional. Only provided fields will be updated. `null` clears `description`."""


def columns_of(fields):
    """A body's fields by the model's names; there, no description is an empty one."""
    return {WRITABLE[name]: "" if value is None else value for name, value in fields.items()}


class WebhookSerializer(ObjectSerializer):
    """An address that is told of events by signed requests."""

    id = serializers.UUIDField()
    url = serializers.CharField()
    events = serializers.ListField(source="kinds", child=LeadEventKind())
    description = serializers.CharField(allow_null=True)
    enabled = serializers.BooleanField(source="is_on")
    disabledReason = DisabledReason(
        source="switched_off_why",
        allow_null=True,
        help_text="Why it was switched off by itself: `gone`: it answered 410; `failing`: for five days it only failed.",
    )
    failingSince = serializers.DateTimeField(
        source="failing_since",
        allow_null=True,
        help_text="When the first of its latest attempts failed; `null` if the latest succeeded.",
    )
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")

    @staticmethod
    def finish(webhook):
        return webhook | {name: webhook[name] or None for name in ("description", "disabledReason")}


class WebhookWithSecret(WebhookSerializer):
    """A webhook with its secret, which is shown this once."""

    secret = serializers.CharField(help_text="Verify signatures with it, as Standard Webhooks 1.0 says.")


class RotatedWebhook(WebhookWithSecret):
    """A webhook with its new secret, which is shown this once."""

    oldSecretUntil = serializers.DateTimeField(
        source="old_secret_until", help_text="Until then requests are signed with the old secret as well."
    )


class LastAnswer(serializers.Serializer):
    """How the newest attempt ended."""

    status = serializers.IntegerField(
        source="last_status", allow_null=True, help_text="HTTP status, or `null` if there was no answer."
    )
    error = serializers.CharField(
        source="last_error",
        allow_null=True,
        help_text="What went wrong otherwise, like `timeout`, `refused_address` or `switched_off`, for programs.",
    )
    body = serializers.CharField(
        source="last_answer",
        allow_null=True,
        help_text="The beginning of what was answered. `null` once it is forgotten, as with its lead.",
    )
    milliseconds = serializers.IntegerField(source="last_milliseconds", allow_null=True)


class DeliverySerializer(ObjectSerializer):
    """One event on its way to one webhook."""

    id = serializers.UUIDField(help_text="The `webhook-id` of its requests, the same on every attempt.")
    eventId = serializers.UUIDField(source="event_id", allow_null=True, help_text="`null` for a test.")
    type = DeliveryKind(source="kind")
    leadId = serializers.UUIDField(source="lead_id", allow_null=True)
    state = DeliveryState(
        help_text="`pending`: will be tried (again). `delivered`. `dead`: given up until somebody redelivers it. "
        "`dropped`: no longer needed."
    )
    attempts = serializers.IntegerField(
        help_text="Since it was created or redelivered, without those that the receiver asked to put off."
    )
    createdAt = serializers.DateTimeField(source="created_at")
    lastAttemptAt = serializers.DateTimeField(source="last_at", allow_null=True)
    lastAnswer = LastAnswer(source="*", allow_null=True)
    nextAttemptAt = serializers.DateTimeField(source="due_at", allow_null=True)

    @staticmethod
    def finish(delivery):
        """What was answered goes with the attempt when its lead is deleted; the status and the error stay."""
        answer = delivery["lastAnswer"]
        answer["error"] = answer["error"] or None
        if not delivery["lastAttemptAt"] and not answer["error"]:
            delivery["lastAnswer"] = None
        return delivery


def with_last_try(deliveries):
    """Deliveries with the three columns that their objects show beside their own: when a pause ends, the newest attempt's.

    Not joined: PostgreSQL would go through all deliveries of the webhook for one page.
    """
    newest = Attempt.objects.filter(delivery=OuterRef("pk")).order_by("-at", "-id")
    return with_due(deliveries, timezone.now()).annotate(
        last_answer=Subquery(newest.values("answer")[:1]), last_milliseconds=Subquery(newest.values("milliseconds")[:1])
    )
