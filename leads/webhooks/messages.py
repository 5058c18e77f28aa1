"""The bytes that a webhook is sent."""

from datetime import UTC

from leads.outbox.messages import text_of
from leads.outbox.models import Delivery
from leads.outbox.payloads import payload_of

TEST_KIND = "webhook.test"


def body_of(delivery: Delivery) -> bytes:
    """What tells of the delivery's event, or, of a test, a message like the others, about nothing."""
    return payload_of(delivery) if delivery.event_id else text_of(_test_message(delivery)).encode()


def _test_message(delivery):
    data = dict.fromkeys(("sequence", "leadId", "carId", "lead")) | {"changes": {}, "actor": None}
    return {
        "type": TEST_KIND,
        "timestamp": delivery.created_at.astimezone(UTC),
        "data": {"eventId": delivery.pk, **data},
    }
