"""A lead's history as the side panel tells it: what people did with it, and on which day of the week."""

from django.utils.dateformat import format as dateformat
from django.utils.timezone import localtime

from leads import timeline
from leads.models import EventKind
from steerleads.dealers.actors import ActorType

LINES = 20
# The number that a lead is sorted by says nothing to people; that it was archived is said by the line's kind.
LEFT_OUT = ("order", "archived")


def history_of(lead, tz, *, now):
    """The newest lines of leads/timeline.py, each with `when`; without what only made room for other leads."""
    events = timeline.events_of(lead).filter(made_room=False)[:LINES]
    return [_told(line, localtime(now, tz)) for line in timeline.lines(events, tz)]


def when_in_words(at, now):
    """`Tuesday 14:05` within a week, before that with the date. Both times are in the dealership's time zone."""
    days = (now.date() - at.date()).days
    return dateformat(at, "l H:i" if days < 7 else "l j F Y H:i")


def _told(line, now):
    is_new = line["kind"] == EventKind.CREATED.label
    left_out = [timeline.LABELS[name] for name in LEFT_OUT]
    return {
        **line,
        "when": when_in_words(line["at"], now),
        "door": "" if line["door"] == ActorType.STAFF.label else line["door"],
        "changes": [] if is_new else [change for change in line["changes"] if change["label"] not in left_out],
    }
