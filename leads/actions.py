"""The verbs: every write to a lead, from whichever door, goes through one of these functions.

Each locks, changes and records LeadEvents in one transaction. Locks are taken in one order everywhere: the
dealership's order lock (by whoever writes an `order`), then leads by id, then events are inserted.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cars.errors import CarNotFound
from cars.models import Car
from leads.conflicts import Seen, check_unmoved
from leads.errors import ColumnBusy, LeadNotFound, UnauthorizedLeadAccess
from leads.fields import FOLDED_COLUMNS, FOLDED_FROM, Status
from leads.history import NOTHING, change_event, erase_texts, record, time_after, tombstone
from leads.models import EventKind, Lead, LeadEvent
from leads.ordering.moving import Overtaken, plan_move
from leads.ordering.placing import Place
from leads.ordering.reordering import write_orders
from leads.work.closing import IS_DUE, clear_due
from steerleads.api import etags
from steerleads.api.errors import ApiError, PreconditionFailed, ValidationFailed
from steerleads.db.saving import insert, update, update_asking
from steerleads.dealers.actors import Actor
from steerleads.dealers.idempotency import forget_subjects
from steerleads.dealers.models import Dealership

ETags = Collection[str]  # as `etags.parse` makes them of an If-Match

MOVE_ATTEMPTS = 5


def create_lead(
    dealership: Dealership,
    car_id: UUID,
    fields: Mapping[str, Any],
    *,
    actor: Actor,
    batch: UUID | None = None,
) -> Lead:
    """A new Lead from model field names and clean values; `batch` is for its event. Raises CarNotFound."""
    with transaction.atomic():
        # Locked against a deletion meanwhile: the foreign key would notice only at the commit, as a server error.
        _car(dealership, car_id, lock=True)
        now = timezone.now()
        lead = Lead(dealership=dealership, car_id=car_id, created_at=now, updated_at=now, **fields)
        lead.fold()
        insert(lead)
        record(lead, EventKind.CREATED, NOTHING, actor=actor, batch=batch)
    return lead


def change_lead(
    dealership: Dealership,
    lead_id: UUID,
    changes: Mapping[str, Any],
    *,
    actor: Actor,
    if_match: ETags | None = None,
    car_id: UUID | None = None,
    batch: UUID | None = None,
) -> Lead:
    """The Lead with `changes` (model field names, clean values) written; only what differs is.

    `if_match` are parsed ETags, `car_id` an id that the caller believes to be the lead's car, `batch` is for the
    event.
    Raises LeadNotFound, UnauthorizedLeadAccess, PreconditionFailed, ValidationFailed.
    """
    with transaction.atomic():
        if "order" in changes:
            dealership.lock_order()
        lead = _locked(dealership, lead_id, if_match)
        if car_id is not None and car_id != lead.car_id:
            raise ValidationFailed("A lead cannot move to another car: this is not its carId.", field="carId")
        before = {name: getattr(lead, name) for name, value in changes.items() if getattr(lead, name) != value}
        if before:
            was_due = _write(lead, {name: changes[name] for name in before})
            kind = EventKind.MOVED if set(before) == {"order"} else EventKind.CHANGED
            record(lead, kind, before, actor=actor, batch=batch)
            if was_due:
                clear_due(dealership, lead, actor=actor, batch=batch)
    return lead


def reorder_leads(dealership: Dealership, car_id: UUID, orders: Mapping[UUID, int], *, actor: Actor) -> None:
    """Set the order of many leads of one car, all or nothing: `orders` maps lead ids to numbers.

    Raises CarNotFound, LeadNotFound, ValidationFailed.
    """
    with transaction.atomic():
        dealership.lock_order()
        _car(dealership, car_id)
        leads = _locked_many(dealership, orders)
        for index, lead_id in enumerate(orders):
            _check_listed(leads.get(lead_id), car_id, f"leadOrders[{index}].id")
        moved = [lead for lead in leads.values() if lead.order != orders[lead.pk]]
        if moved:
            write_orders(dealership, moved, orders, actor=actor)


def move_lead(
    dealership: Dealership,
    lead_id: UUID,
    place: Place,
    *,
    actor: Actor,
    version: int | None = None,
    mine: frozenset[int] = frozenset(),
) -> Lead:
    """The Lead at a Place (leads/ordering/placing.py). Neighbours get other orders where there was no number left for it.

    `version` is the row version that the person saw, `mine` are later ones that are that person's own: what others did
    since is told, not undone.
    Raises LeadNotFound, UnauthorizedLeadAccess, ValidationFailed, LeadMovedMeanwhile, ColumnBusy.
    """
    seen = None if version is None else Seen(version, mine)
    for _ in range(MOVE_ATTEMPTS):
        try:
            # A failed attempt lets go of all its locks: taking more while holding these would be out of order.
            with transaction.atomic():
                return _move(dealership, lead_id, place, actor, seen)
        except Overtaken:
            continue
    raise ColumnBusy()


def archive_lead(
    dealership: Dealership,
    lead_id: UUID,
    *,
    actor: Actor,
    if_match: ETags | None = None,
    batch: UUID | None = None,
) -> Lead:
    """The Lead, out of lists and board. Doing it twice changes nothing."""
    return _set_archived(dealership, lead_id, True, EventKind.ARCHIVED, actor, if_match, batch)


def restore_lead(
    dealership: Dealership,
    lead_id: UUID,
    *,
    actor: Actor,
    if_match: ETags | None = None,
    batch: UUID | None = None,
) -> Lead:
    """The Lead, back in lists and board."""
    return _set_archived(dealership, lead_id, False, EventKind.RESTORED, actor, if_match, batch)


def delete_lead(
    dealership: Dealership,
    lead_id: UUID,
    *,
    actor: Actor,
    if_match: ETags | None = None,
    batch: UUID | None = None,
) -> None:
    """Delete a lead for good. What stays is a tombstone event without anything that a person typed."""
    with transaction.atomic():
        lead = _locked(dealership, lead_id, if_match)
        erase_texts(dealership, [lead.pk])
        forget_subjects(dealership, [lead.pk])
        insert(tombstone(lead, time_after([lead]), actor=actor, batch=batch))
        Lead.objects.of(dealership).filter(pk=lead.pk).delete()


def not_found_error(lead_id: UUID) -> ApiError:
    """Why a lead was not found in a dealership: it is another's, or nobody's. The one look without a dealership."""
    return UnauthorizedLeadAccess() if Lead.objects.filter(pk=lead_id).exists() else LeadNotFound()


def _car(dealership: Dealership, car_id: UUID, *, lock: bool = False) -> None:
    if not Car.objects.has(dealership, car_id, lock=lock):
        raise CarNotFound()


def _locked(dealership: Dealership, lead_id: UUID, if_match: ETags | None = None) -> Lead:
    lead = Lead.objects.locked(dealership, lead_id)
    if lead is None:
        raise not_found_error(lead_id)
    if if_match is not None and not etags.matches(if_match, lead.etag):
        raise PreconditionFailed()
    return lead


def _locked_many(dealership: Dealership, lead_ids: Iterable[UUID]) -> dict[UUID, Lead]:
    """Leads by id, locked in the order of their ids: rivals then wait for each other instead of deadlocking."""
    leads = Lead.objects.of(dealership).filter(pk__in=list(lead_ids)).order_by("pk").select_for_update(no_key=True)
    return {lead.pk: lead for lead in leads}


def _check_listed(lead: Lead | None, car_id: UUID, field: str) -> None:
    if lead is None:
        raise LeadNotFound(f"There is no lead with the id at {field}.")
    if lead.car_id != car_id:
        raise ValidationFailed("This lead belongs to another vehicle.", field=field)


def _move(dealership: Dealership, lead_id: UUID, place: Place, actor: Actor, seen: Seen | None) -> Lead:
    dealership.lock_order()
    plan = plan_move(dealership, lead_id, place)
    if plan is None:
        raise not_found_error(lead_id)
    leads = _locked_many(dealership, plan.orders)
    plan.check(leads)
    lead = leads.pop(lead_id)
    check_unmoved(lead, seen, actor=actor)
    event = _put(dealership, lead, {"status": place.status, "order": plan.orders[lead_id]}, actor, bool(leads))
    if leads and event:
        write_orders(dealership, list(leads.values()), plan.orders, actor=actor, batch=event.pk)
    return lead


def _put(
    dealership: Dealership, lead: Lead, changes: dict[str, Any], actor: Actor, neighbours_make_room: bool
) -> LeadEvent | None:
    """Write what a move changes about its lead, if anything, and the event, whose id is the neighbours' batch."""
    before = {name: getattr(lead, name) for name, value in changes.items() if getattr(lead, name) != value}
    # Where neighbours make room, the lead has moved even if it keeps its number.
    if not before and not neighbours_make_room:
        return None
    was_due = _write(lead, {name: changes[name] for name in before})
    event = change_event(lead, EventKind.CHANGED if "status" in before else EventKind.MOVED, before, actor=actor)
    event.batch = event.pk if neighbours_make_room else None
    insert(event)
    if was_due:
        clear_due(dealership, lead, actor=actor)
    return event


def _set_archived(
    dealership: Dealership,
    lead_id: UUID,
    archived: bool,
    kind: str,
    actor: Actor,
    if_match: ETags | None,
    batch: UUID | None,
) -> Lead:
    with transaction.atomic():
        lead = _locked(dealership, lead_id, if_match)
        if lead.archived != archived:
            _write(lead, {"archived": archived})
            record(lead, kind, {"archived": not archived}, actor=actor, batch=batch)
    return lead


def _write(lead: Lead, changes: Mapping[str, Any]) -> bool:
    """Save these columns, and those that follow from them; whether the lead is closed by it, and was still due."""
    for name, value in changes.items():
        setattr(lead, name, value)
    lead.version += 1
    lead.updated_at = time_after([lead])
    columns = {*changes, "version", "updated_at"}
    if changes.keys() & FOLDED_FROM:
        lead.fold()
        columns |= FOLDED_COLUMNS
    if changes.get("status", Status.NEW) != Status.NEW:
        return bool(update_asking(lead, columns, IS_DUE))
    update(lead, columns)
    return False
