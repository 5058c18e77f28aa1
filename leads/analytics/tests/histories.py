"""Histories of one lead for tests: events as a LeadEvent's columns, written as short as one speaks of them."""

from datetime import UTC, datetime, timedelta
from itertools import count

from leads.analytics.folding import Event, Story
from steerleads.db.ids import new_id

BEGAN = datetime(2026, 11, 2, 9, 0, 0, 250_000, tzinfo=UTC)
AT = int(BEGAN.timestamp())
KEY, SARA, COMMAND, IMPORT = ("api_key", "Website"), ("staff", "Sara Alami"), ("command", "nightly"), ("import", "Omar")
OWN = "own"  # as a batch: the event's own id


def event(lead_id, number, kind, actor, seconds, *, status=None, batch=None):
    """The event `seconds` after BEGAN."""
    id = new_id()
    changes = {"status": {"from": None, "to": status}} if status or kind == "deleted" else {}
    batch = id if batch == OWN else batch
    at = BEGAN + timedelta(seconds=seconds)
    return Event(id, CASA, lead_id, CAR, f"lead.{kind}", at, *actor, changes, batch, number)


def history(*steps):
    """Of (kind, actor, seconds[, {status, batch}]): the events of one lead."""
    lead_id, numbers = new_id(), count(1)
    return [event(lead_id, next(numbers), *step[:3], **(step[3] if len(step) > 3 else {})) for step in steps]


def told(events, *, story=None):
    story = story or Story()
    for each in events:
        story.tell(each)
    return story


CASA, CAR = new_id(), new_id()
