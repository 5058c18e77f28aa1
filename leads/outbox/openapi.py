"""What the API's document says of the events feed."""

from drf_spectacular.utils import OpenApiParameter

from leads.outbox.openapi_examples import CREATED, DELETED
from leads.outbox.serializers import Event
from steerleads.api.errors import ValidationFailed
from steerleads.api.openapi import (
    ETAG,
    IF_NONE_MATCH,
    LINK,
    PAGE_LIMIT,
    answer,
    header,
    operation,
    operations,
)

SEQUENCE = {"type": "integer", "minimum": 0}
NEXT_AFTER = header("X-Next-After", "Where to go on: `after` of the next request.", SEQUENCE)
AFTER = OpenApiParameter(
    "after", {**SEQUENCE, "default": 0}, description="The `sequence` of the last event that you have."
)
BEYOND = ValidationFailed(
    "There is no event 90 yet: the last one is 42. If a backup was restored, begin again at 0.", field="after"
)

FEED_WORDS = """Every event of the dealership's leads, once each, in the order of `sequence`. It is the way to keep \
another system in step:

1. Begin with `after=0`: what there is today comes as events, too.
2. For each event write `lead` under its `leadId`; if `lead` is `null`, the lead is gone: delete yours. `lead` is the \
lead as it is now, so an older event brings the newer state, and applying an event twice does no harm.
3. Store `X-Next-After` with your own data, in the same transaction, and send it as `after` next time. While there is \
more, `Link` has the next page (`rel="next"`); else ask again later: an `ETag` sent as `If-None-Match` makes that \
cheap.

No event is skipped, also when its transaction commits late. `lead.deleted` is a tombstone: it tells that a lead is \
gone, not what was in it, and what people typed disappears from the lead's earlier events. Where a backup was \
restored, numbers begin again behind the backup's last one, and events may come again or differ: an `after` that lies \
beyond the last event is refused, and you begin again at 0. Archived leads' events are included (`changes` has \
`archived`), as are `lead.moved`."""


documents = operations(
    list=operation(
        "list_events",
        summary="List Events",
        description=FEED_WORDS,
        parameters=[AFTER, PAGE_LIMIT, IF_NONE_MATCH, ETAG, LINK, NEXT_AFTER],
        responses={
            200: answer(Event(many=True), "Array of events, oldest first.", {"Created": CREATED, "Deleted": DELETED})
        },
        errors=[BEYOND],
    ),
)
