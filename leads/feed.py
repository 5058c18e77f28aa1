"""The events of a dealership in the order in which others learn of them: `Feed` numbers them once they are committed.

Transactions commit in another order than they begin, so a number taken at the INSERT could appear behind a reader's
back. Whoever looks first (a reader of the feed, or the worker) numbers what he sees, under the feed's lock.
"""

from django.db import connection, transaction
from django.db.models import QuerySet

from leads.models import Feed, LeadEvent
from steerleads.dealers.models import Dealership

BATCH = 1000
NUMBER = """
    UPDATE {events} SET sequence = numbered.sequence
    FROM (
        SELECT id, %s + row_number() OVER (ORDER BY at, id) AS sequence FROM {events}
        WHERE dealership_id = %s AND sequence IS NULL ORDER BY at, id LIMIT %s
    ) AS numbered
    WHERE {events}.id = numbered.id"""


def number_events(dealership: Dealership) -> None:
    """Give every event that is committed by now its `sequence`: 1, 2, 3, … without a gap."""
    while number_some(dealership):
        pass


def number_some(dealership: Dealership, *, wait: bool = True) -> bool:
    """Number the next BATCH; whether there were any. Without `wait`, it is left to whoever holds the feed.

    In a transaction that locks no leads: who deletes a lead holds it, and then wants its events.
    """
    if not LeadEvent.objects.of(dealership).filter(sequence=None).exists():
        return False
    with transaction.atomic():
        feed = locked_feed(dealership, wait=wait)
        if feed and (count := _number(dealership, feed.last)):
            feed.last += count
            feed.save(update_fields=["last"])
    return feed is not None


def locked_feed(dealership: Dealership, *, wait: bool = True) -> Feed | None:
    """The dealership's Feed, locked until the transaction ends. Without `wait`, None if somebody else holds it."""
    Feed.objects.get_or_create(dealership=dealership)
    return Feed.objects.select_for_update(skip_locked=not wait).filter(dealership=dealership).first()


def events_after(dealership: Dealership, sequence: int) -> QuerySet[LeadEvent]:
    """Numbered events behind that one, in order."""
    return LeadEvent.objects.of(dealership).filter(sequence__gt=sequence).order_by("sequence")


def _number(dealership: Dealership, last: int) -> int:
    quote = connection.ops.quote_name
    owner = dealership.pk if connection.features.has_native_uuid_field else dealership.pk.hex
    with connection.cursor() as cursor:
        cursor.execute(NUMBER.format(events=quote(LeadEvent._meta.db_table)), [last, owner, BATCH])
        return cursor.rowcount
