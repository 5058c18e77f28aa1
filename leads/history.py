"""Writes LeadEvents, in the transaction of the verb that calls."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone

from leads.fields import FIELDS, Keeps, LeadField
from leads.models import EventKind, Lead, LeadEvent
from steerleads.db.ids import new_id
from steerleads.db.saving import insert
from steerleads.dealers.actors import Actor, ActorType
from steerleads.dealers.models import Dealership

# The columns that events tell of: what a new lead had before.
NOTHING = {field.column: None for field in FIELDS}

# What people do to a lead, or for it (contract A5).
HUMAN_KINDS = frozenset(
    {EventKind.CHANGED, EventKind.ARCHIVED, EventKind.RESTORED, EventKind.DELETED, EventKind.CONTACTED}
)

# Who asks for an answer by making a lead (contract A6).
ASKING = frozenset({ActorType.API_KEY})


def human() -> Q:
    """Of events: those by which somebody of the staff took care of that lead alone."""
    is_alone = Q(batch=None) | Q(batch=F("id"))
    return Q(actor_type=ActorType.STAFF, kind__in=sorted(HUMAN_KINDS)) & is_alone


def time_after(leads: Iterable[Lead], *, now: datetime | None = None) -> datetime:
    """When something that is done to these leads (locked) happens: later than all that was done to them before.

    Clocks of several machines differ, and some are set back; the numbers of a lead's events follow their times.
    """
    latest = max((lead.updated_at for lead in leads), default=None)
    now = now or timezone.now()
    return now if latest is None else max(now, latest + timedelta(microseconds=1))


def record(lead: Lead, kind: str, before: Mapping[str, Any], *, actor: Actor, batch: UUID | None = None) -> None:
    """Insert the event of a change that is written already; `before` has the old values of what changed.

    Its time is the lead's `updated_at`: a verb that changes no column takes `event_of` and `time_after` instead.
    """
    insert(change_event(lead, kind, before, actor=actor, batch=batch))


def change_event(
    lead: Lead, kind: str, before: Mapping[str, Any], *, actor: Actor, batch: UUID | None = None
) -> LeadEvent:
    """The same, unsaved."""
    values: dict[str, Any] = {}
    texts: dict[str, Any] = {}
    for field in FIELDS:
        if field.column in before and (change := _change(lead, field, before[field.column])):
            (texts if field.keeps is Keeps.TEXT else values)[field.name] = change
    return event_of(lead, kind, lead.updated_at, actor, values, texts or None, batch)


def tombstone(lead: Lead, now: datetime, *, actor: Actor, batch: UUID | None = None) -> LeadEvent:
    """The unsaved event of a deletion: id, car, status and times."""
    gone = {"status": lead.status, "createdAt": iso(lead.created_at), "updatedAt": iso(lead.updated_at)}
    changes = {name: {"from": value, "to": None} for name, value in gone.items()}
    return event_of(lead, EventKind.DELETED, now, actor, changes, batch=batch)


def event_of(
    lead: Lead,
    kind: str,
    at: datetime,
    actor: Actor,
    changes: Mapping[str, Any],
    texts: Mapping[str, Any] | None = None,
    batch: UUID | None = None,
) -> LeadEvent:
    """An unsaved event; `changes` and `texts` are {field: {"from": …, "to": …}} in the API's names."""
    return LeadEvent(
        dealership_id=lead.dealership_id,
        lead_id=lead.pk,
        car_id=lead.car_id,
        kind=kind,
        at=at,
        actor_type=actor.type,
        actor_name=actor.name,
        actor_id=actor.user_id,
        changes=changes,
        texts=texts,
        batch=batch,
    )


def batch_of(lead_ids: Iterable[UUID]) -> UUID | None:
    """The `batch` of what is done to these leads in one act; None for a single one, through whichever call.

    So it can be told for ever whether somebody took care of a lead by itself: a deletion empties all else that events say.
    """
    return new_id() if len(set(lead_ids)) > 1 else None


def erase_texts(dealership: Dealership, lead_ids: Iterable[UUID]) -> None:
    """Take out of the events of these leads everything that a person typed."""
    LeadEvent.objects.of(dealership).filter(lead_id__in=lead_ids, texts__isnull=False).update(texts=None)


def iso(at: datetime) -> str:
    """As the API writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _change(lead: Lead, field: LeadField, old: Any) -> dict[str, Any] | None:
    """{from, to}, or None where a new lead has nothing."""
    if field.keeps is Keeps.CHANGE:
        return {"from": None, "to": None}
    new = getattr(lead, field.column)
    return None if old == new else {"from": old, "to": new}
