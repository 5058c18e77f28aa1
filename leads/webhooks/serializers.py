"""What webhooks and deliveries look like on the wire: bodies in (declared serializers), objects out (from rows)."""

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from rest_framework.serializers import ValidationError

from leads.models import EventKind
from leads.outbox.models import Attempt, State
from leads.outbox.pauses import with_due
from leads.webhooks.addresses import LONGEST, RefusedURL, check_url
from steerleads.api.openapi import enum
from steerleads.api.serializers import BodyField, BodySerializer, ChoiceField, ItemError, TextField

# The API's names and the model's.
WRITABLE = {"url": "url", "events": "kinds", "description": "description", "enabled": "is_on"}
WEBHOOK_COLUMNS = (
    *("id", *WRITABLE.values()),
    *("switched_off_why", "failing_since", "created_at", "updated_at"),
)
WEBHOOK_KEYS = ("id", *WRITABLE, "disabledReason", "failingSince", "createdAt", "updatedAt")
DELIVERY_COLUMNS = (
    *("id", "event_id", "kind", "lead_id", "state", "attempts", "created_at", "last_at"),
    *("last_status", "last_error", "last_answer", "last_milliseconds", "due_at"),
)
DeliveryState = enum("DeliveryState", State.values)


class UrlField(TextField):
    """A URL that a webhook may have."""

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

    default_error_messages = {
        "invalid": 'This field must be a list of event kinds like ["lead.created", "lead.changed"].',
        "empty": "This field must name at least one event kind. To hear nothing, send enabled: false.",
    }

    def to_internal_value(self, value):
        if not isinstance(value, list):
            self.fail("invalid")
        if not value:
            self.fail("empty")
        chosen, kind = [], ChoiceField(EventKind.values)
        for index, item in enumerate(value):
            try:
                chosen.append(kind.run_validation(item))
            except ValidationError as error:
                raise ItemError(f"[{index}]", str(error.detail[0]), error.detail[0].code) from None
            if chosen.count(chosen[-1]) > 1:
                raise ItemError(f"[{index}]", f"“{chosen[-1]}” is in the list twice.", "duplicate")
        return [each for each in EventKind.values if each in chosen]


class FlagField(BodyField):
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


def columns_of(fields):
    """A body's fields by the model's names; there, no description is an empty one."""
    return {WRITABLE[name]: "" if value is None else value for name, value in fields.items()}


def webhook_object(row):
    """The 9 keys of a webhook, from WEBHOOK_COLUMNS."""
    webhook = dict(zip(WEBHOOK_KEYS, row, strict=True))
    return webhook | {name: webhook[name] or None for name in ("description", "disabledReason")}


def webhook_row_of(webhook):
    return [getattr(webhook, column) for column in WEBHOOK_COLUMNS]


def with_last_try(deliveries):
    """Deliveries with the three of DELIVERY_COLUMNS that are not theirs: when a pause ends, and the newest attempt's.

    Not joined: PostgreSQL would go through all deliveries of the webhook for one page.
    """
    newest = Attempt.objects.filter(delivery=OuterRef("pk")).order_by("-at", "-id")
    return with_due(deliveries, timezone.now()).annotate(
        last_answer=Subquery(newest.values("answer")[:1]), last_milliseconds=Subquery(newest.values("milliseconds")[:1])
    )


def delivery_object(row):
    """The 10 keys of a delivery, from DELIVERY_COLUMNS.

    What was answered goes with the attempt when its lead is deleted; the status and the error stay.
    """
    id, event_id, kind, lead_id, state, attempts, created_at, last_at, status, error, answer, took, due_at = row
    last = {"status": status, "error": error or None, "body": answer, "milliseconds": took}
    return {
        "id": id,
        "eventId": event_id,
        "type": kind,
        "leadId": lead_id,
        "state": state,
        "attempts": attempts,
        "createdAt": created_at,
        "lastAttemptAt": last_at,
        "lastAnswer": last if last_at or error else None,
        "nextAttemptAt": due_at,
    }
