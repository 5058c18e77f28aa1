"""Undoes an import, a batch of rows at a time: deletes the leads it made, takes back its updates, and leaves what others touched."""

from datetime import datetime

from django.db import transaction

from cars.actions import delete_car
from cars.errors import CarHasLeads, CarNotFound
from leads import actions
from leads.feed import locked_feed
from leads.interchange.imports.leases import LEASE, locked
from leads.interchange.imports.models import Import, ImportRow, ImportState, Left, Outcome, Overwritten
from leads.models import Lead
from steerleads.api.errors import PreconditionFailed
from steerleads.dealers.actors import Actor, ActorType

BATCH = 100
NEW = {"1"}  # ETags of a car that is as it was made
WROTE = (Outcome.CREATED, Outcome.UPDATED)


def take_back(run: Import, now: datetime) -> tuple[Import, bool]:
    """(the import after its next batch, whether that was the last). Raises LeaseLost.

    What is left stays known, with why; the other rows would be taken in again.
    """
    with transaction.atomic():
        run = locked(run)
        # As whoever deletes many leads: the feed first, then what orders, then leads by id.
        locked_feed(run.dealership)
        run.dealership.lock_order()
        rows = _next_rows(run)
        leads = _locked_leads(run, rows)
        before = {each.line: each for each in _overwritten(run, rows)}
        for row in rows:
            _take_back(run, row, leads.get(row.lead_id), before.get(row.line))
        run.leased_until = now + LEASE
        if rows:
            run.line = rows[-1].line
        else:
            run.state, run.lease_token, run.finished_at = ImportState.UNDONE, None, now
            Overwritten.objects.of(run.dealership_id).filter(run=run).delete()
        run.save()
    return run, not rows


def _next_rows(run):
    """From the end: the row that made a car comes when all others that hang on the car are through."""
    rows = ImportRow.objects.of(run.dealership_id).filter(run=run, outcome__in=WROTE).exclude(code=Left.CAR)
    rows = rows.filter(line__lt=run.line) if run.line else rows
    return list(rows.order_by("-line")[:BATCH])


def _locked_leads(run, rows):
    leads = Lead.objects.of(run.dealership_id).filter(pk__in=[row.lead_id for row in rows]).order_by("pk")
    return {lead.pk: lead for lead in leads.select_for_update(no_key=True)}


def _overwritten(run, rows):
    return Overwritten.objects.of(run.dealership_id).filter(run=run, line__in=[row.line for row in rows])


def _take_back(run, row, lead, before):
    left = _why_left(row, lead, before)
    if left is None:
        actor = Actor(ActorType.IMPORT, run.actor_name)
        if row.outcome == Outcome.CREATED:
            actions.delete_lead(run.dealership, lead.pk, actor=actor, batch=run.pk)
        else:
            _write_back(run, lead, before, actor)
    _count(run, "left" if left else "deleted" if row.outcome == Outcome.CREATED else "restored")
    kept = ImportRow.objects.of(run.dealership_id).filter(pk=row.pk)
    if left:
        kept.update(code=left)
    elif _is_car_left(run, row):
        kept.update(code=Left.CAR, key="", lead_id=None)
    else:
        kept.delete()


def _why_left(row, lead, before):
    if lead is None:
        return Left.GONE
    if lead.version != row.version or (row.outcome == Outcome.UPDATED and before is None):
        return Left.CHANGED
    return None


def _write_back(run, lead, overwritten: Overwritten, actor):
    before = overwritten.before
    changes = {name: value for name, value in before.items() if name != "archived"}
    if changes:
        lead = actions.change_lead(run.dealership, lead.pk, changes, actor=actor, batch=run.pk)
    if "archived" in before:
        verb = actions.archive_lead if before["archived"] else actions.restore_lead
        lead = verb(run.dealership, lead.pk, actor=actor, batch=run.pk)
    # For the import whose work we wrote over, nobody has touched it: the lead is what that had made of it.
    earlier = ImportRow.objects.of(run.dealership_id).filter(lead_id=lead.pk, version=overwritten.version)
    earlier.filter(outcome__in=WROTE).update(version=lead.version)


def _is_car_left(run, row):
    """Whether a car was made for the row, and has to stay. One that somebody has changed since is theirs."""
    if row.car_id is None:
        return False
    try:
        delete_car(run.dealership, row.car_id, if_match=NEW)
    except CarNotFound:
        return False
    except (CarHasLeads, PreconditionFailed):
        return True
    return False


def _count(run, what):
    run.undone[what] = run.undone.get(what, 0) + 1
