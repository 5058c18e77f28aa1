"""The events of work, told after everything that has happened to their lead."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from leads.history import event_of, iso
from leads.models import EventKind, Lead, LeadEvent
from leads.work.models import Work
from steerleads.db.saving import insert
from steerleads.dealers.actors import Actor
from steerleads.dealers.models import Dealership

MOMENT = timedelta(microseconds=1)
Changes = dict[str, dict[str, Any]]


class Told(NamedTuple):
    """What an event tells: its kind, what may stay for ever, and what people typed."""

    kind: str
    values: Changes
    texts: Changes | None = None


def time_after_all(dealership: Dealership, lead_ids: Sequence[UUID]) -> datetime:
    """When something that is done to these leads (locked) happens: later than all their events, whatever clocks say."""
    events = LeadEvent.objects.of(dealership).filter(lead_id__in=lead_ids)
    latest, now = events.aggregate(latest=Max("at"))["latest"], timezone.now()
    return now if latest is None else max(now, latest + MOMENT)


def tell(lead: Lead, at: datetime, told: Sequence[Told], *, actor: Actor, batch: UUID | None = None) -> list[LeadEvent]:
    """Insert these events of one lead, one behind the other from that time on."""
    events = [
        event_of(lead, each.kind, at + number * MOMENT, actor, each.values, each.texts, batch)
        for number, each in enumerate(told)
    ]
    for event in events:
        insert(event)
    return events


def changes_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> Changes:
    """{field: {from, to}} of what differs, as events have it."""
    return {
        name: {"from": _kept(before[name]), "to": _kept(after[name])} for name in after if before[name] != after[name]
    }


def plan_of(work: Work) -> dict[str, Any]:
    """What `lead.due` tells of, by the API's names."""
    return {"dueAt": work.due_at, "dueOn": work.due_on, "nextStep": work.next_step}


def of_plan(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Told]:
    """The event of another plan, if it is another."""
    values = changes_of(before, after)
    texts = {name: values.pop(name) for name in ("nextStep",) if name in values}
    return [Told(EventKind.DUE, values, texts or None)] if values or texts else []


def _kept(value):
    if isinstance(value, datetime):
        return iso(value)
    return value.isoformat() if isinstance(value, date) else value
