"""Writes LeadEvents, in the transaction of the verb that calls."""

from datetime import UTC

from leads.models import EventKind, LeadEvent

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


def record(lead, kind, before, *, actor, batch=None):
    """Insert the event of a change that is written already; `before` has the old values of what changed."""
    event = LeadEvent(
        dealership_id=lead.dealership_id,
        lead_id=lead.pk,
        car_id=lead.car_id,
        kind=kind,
        at=lead.updated_at,
        actor_type=actor.type,
        actor_name=actor.name,
        batch=batch,
    )
    changes = {name: _change(lead, name, before[name]) for name in RECORDED if name in before}
    event.changes = {RECORDED[name]: change for name, change in changes.items() if change and name not in TEXTS}
    event.texts = {RECORDED[name]: change for name, change in changes.items() if change and name in TEXTS} or None
    event.save(force_insert=True)


def record_deletion(lead, now, *, actor):
    """The tombstone: id, car, status and times."""
    gone = {"status": lead.status, "createdAt": _iso(lead.created_at), "updatedAt": _iso(lead.updated_at)}
    LeadEvent.objects.create(
        dealership_id=lead.dealership_id,
        lead_id=lead.pk,
        car_id=lead.car_id,
        kind=EventKind.DELETED,
        at=now,
        actor_type=actor.type,
        actor_name=actor.name,
        changes={name: {"from": value, "to": None} for name, value in gone.items()},
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
