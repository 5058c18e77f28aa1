"""Writes LeadEvents, in the transaction of the verb that calls."""

from datetime import UTC, timedelta

from django.utils import timezone

from leads.models import EventKind, LeadEvent
from steerleads.api.writing import insert

# Model fields that events tell of, by the API's names, in the page's order.
RECORDED = {
    "status": "status",
    "action": "action",
    "target_name": "targetName",
    "target_info": "targetInfo",
    "tag": "tag",
    "note": "note",
    "order": "order",
    "archived": "archived",
}
TEXTS = {"action", "tag", "note"}  # erased with the lead
UNTOLD = {"target_name", "target_info"}  # only that they changed


def time_after(leads, *, now=None):
    """When something that is done to these leads (locked) happens: later than all that was done to them before.

    Clocks of several machines differ, and some are set back; the numbers of a lead's events follow their times.
    """
    latest = max((lead.updated_at for lead in leads), default=None)
    now = now or timezone.now()
    return now if latest is None else max(now, latest + timedelta(microseconds=1))


def record(lead, kind, before, *, actor):
    """Insert the event of a change that is written already; `before` has the old values of what changed."""
    insert(change_event(lead, kind, before, actor=actor))


def change_event(lead, kind, before, *, actor, batch=None):
    """The same, unsaved."""
    changes = {name: _change(lead, name, before[name]) for name in RECORDED if name in before}
    facts = {RECORDED[name]: change for name, change in changes.items() if change and name not in TEXTS}
    texts = {RECORDED[name]: change for name, change in changes.items() if change and name in TEXTS}
    return event_of(lead, kind, lead.updated_at, actor, facts, texts or None, batch)


def tombstone(lead, now, *, actor):
    """The unsaved event of a deletion: id, car, status and times."""
    gone = {"status": lead.status, "createdAt": _iso(lead.created_at), "updatedAt": _iso(lead.updated_at)}
    return event_of(
        lead, EventKind.DELETED, now, actor, {name: {"from": value, "to": None} for name, value in gone.items()}
    )


def event_of(lead, kind, at, actor, changes, texts=None, batch=None):
    """An unsaved event."""
    return LeadEvent(
        dealership_id=lead.dealership_id,
        lead_id=lead.pk,
        car_id=lead.car_id,
        kind=kind,
        at=at,
        actor_type=actor.type,
        actor_name=actor.name,
        changes=changes,
        texts=texts,
        batch=batch,
    )


def erase_texts(dealership, lead_ids):
    """Take out of the events of these leads everything that a person typed."""
    LeadEvent.objects.of(dealership).filter(lead_id__in=lead_ids, texts__isnull=False).update(texts=None)


def _iso(at):
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _change(lead, name, old):
    """{from, to}, or None where a new lead has nothing."""
    if name in UNTOLD:
        return {"from": None, "to": None}
    new = getattr(lead, name)
    return None if old == new else {"from": old, "to": new}
