"""What others did to a lead since a person saw it: it is told to who would move the lead or take something back.

A write raises a lead's row version by one and leaves one event, so the events since a version are the newest ones.
A kind of event that leaves the version as it is must be left out in `_events_of`, or later ones are taken for others.
"""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from leads.errors import LeadChangedMeanwhile, LeadMovedMeanwhile
from leads.models import KINDS_OF_WORK, EventKind, LeadEvent


@dataclass(frozen=True)
class Seen:
    """The row `version` of a lead that a person saw, and the later ones that are, they say, `mine`: their own writes."""

    version: int
    mine: frozenset[int] = frozenset()


def made_room():
    """Of an event: whether its lead only made room for another, whose event is the batch."""
    others = LeadEvent.objects.of(OuterRef("dealership")).exclude(lead_id=OuterRef("lead_id"))
    return Exists(others.filter(pk=OuterRef("batch")))


def check_unmoved(lead, seen, *, actor):
    """Raise LeadMovedMeanwhile if a lead (locked) is archived, or was moved since it was `Seen` (or None)."""
    if lead.archived:
        archived = _events_of(lead).filter(kind=EventKind.ARCHIVED).first()
        raise LeadMovedMeanwhile(archived["actor_name"] if archived else "", EventKind.ARCHIVED)
    for event in _since(lead, seen, actor) if seen else []:
        if event["kind"] != EventKind.CHANGED or event["changes"].keys() & {"status", "order"}:
            raise LeadMovedMeanwhile(event["actor_name"], event["kind"])


def check_unchanged(lead, seen, *, actor):
    """Raise LeadChangedMeanwhile if anything was done to a lead since it was `Seen`."""
    for event in _since(lead, seen, actor):
        raise LeadChangedMeanwhile(event["actor_name"], event["kind"])


def _since(lead, seen, actor):
    """The events since then, the newest first, without those of the person, and without making room for other leads."""
    for back, event in enumerate(_events_of(lead)[: max(lead.version - seen.version, 0)]):
        # A write that changed nothing leaves the version, which may be a colleague's.
        is_own = lead.version - back in seen.mine and _is_by(actor, event)
        if not is_own and not event["made_room"]:
            yield event


def _events_of(lead):
    events = LeadEvent.objects.of(lead.dealership_id).filter(lead_id=lead.pk).order_by("-at", "-id")
    events = events.exclude(kind__in=KINDS_OF_WORK)
    events = events.annotate(made_room=made_room())
    return events.values("kind", "changes", "actor_type", "actor_name", "actor_id", "made_room")


def _is_by(actor, event):
    """Of two colleagues of one name, who did it: as far as the history knows, which has ids since a while only."""
    is_called_so = (event["actor_type"], event["actor_name"]) == (actor.type, actor.name)
    return is_called_so and event["actor_id"] in (None, actor.user_id)
