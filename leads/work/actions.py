"""The verbs of work: each locks the lead, changes its Work and records events, in one transaction; never the lead itself.

Locks are taken in one order: the colleague who is to be assigned, the lead, its Work; then events are inserted.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from leads.actions import ETags, not_found_error
from leads.contacts.search import contact_keys
from leads.history import batch_of, event_of
from leads.models import EventKind, Lead, LeadEvent, Status
from leads.work.answers import is_waiting
from leads.work.due import last_moment
from leads.work.errors import AlreadyAssigned
from leads.work.events import Changes, Told, changes_of, of_plan, plan_of, tell, time_after_all
from leads.work.models import Work
from leads.work.people import Colleague, held, names_of
from steerleads.api import etags
from steerleads.api.errors import PreconditionFailed
from steerleads.db.saving import insert, update
from steerleads.dealers.actors import Actor
from steerleads.dealers.models import Dealership

COLUMNS = ("assignee", "assigned_at", "next_step", "due", "due_on", "contact_phone", "contact_email", "version")


def plan_work(
    dealership: Dealership,
    lead_id: UUID,
    changes: Mapping[str, Any],
    *,
    actor: Actor,
    if_match: ETags | None = None,
    check: Callable[[Work], None] = lambda work: None,
) -> Work:
    """The lead's Work with `changes`: clean values of `assignee` (a colleague's id), `next_step`, `due_at`, `due_on`.

    What is the same already is not written. `if_match` are parsed ETags. `check` raises what speaks against it, looking
    at the Work as it is under the lock.
    Raises InvalidAssignee, LeadNotFound, UnauthorizedLeadAccess, PreconditionFailed.
    """
    with transaction.atomic():
        if assignee := changes.get("assignee"):
            held(dealership, assignee)
        lead, work = _locked(dealership, lead_id)
        if if_match is not None and not etags.matches(if_match, str(work.version)):
            raise PreconditionFailed()
        check(work)
        write_work(dealership, lead, work, _wanted(work, changes, dealership), actor)
    return work


def claim(dealership: Dealership, lead_id: UUID, colleague_id: UUID, *, actor: Actor) -> Work:
    """The Work of a lead that nobody had, now this colleague's. Of rivals the first to lock the lead gets it.

    Raises InvalidAssignee, LeadNotFound, UnauthorizedLeadAccess, AlreadyAssigned.
    """
    with transaction.atomic():
        colleague = held(dealership, colleague_id)
        lead, work = _locked(dealership, lead_id)
        if work.assignee is not None:
            raise AlreadyAssigned(names_of(dealership)[work.assignee])
        write_work(dealership, lead, work, {"assignee": colleague.id}, actor)
    return work


def note_contact(
    dealership: Dealership, lead_id: UUID, *, via: str, outcome: str, note: str | None = None, actor: Actor
) -> LeadEvent:
    """The event of a contact that somebody had, or tried to have, with a lead's person. Nothing else changes.

    Raises LeadNotFound, UnauthorizedLeadAccess.
    """
    with transaction.atomic():
        lead = _locked_lead(dealership, lead_id)
        values = changes_of({"via": None, "outcome": None}, {"via": via, "outcome": outcome})
        told = Told(EventKind.CONTACTED, values, changes_of({"note": None}, {"note": note}) or None)
        [event] = tell(lead, time_after_all(dealership, [lead.pk]), [told], actor=actor)
    return event


def give_back(dealership: Dealership, lead_id: UUID, *, before: datetime, actor: Actor) -> bool:
    """Take a lead that still waits for its first answer from who got it before then, so that it is nobody's.

    Whether that was so.
    """
    with transaction.atomic():
        lead = Lead.objects.locked(dealership, lead_id)
        work = lead and Work.objects.locked(dealership, lead_id)
        if not lead or not work or work.assignee is None or work.assigned_at >= before or not is_waiting(lead):
            return False
        write_work(dealership, lead, work, {"assignee": None}, actor)
    return True


def open_leads(dealership: Dealership, colleague_id: UUID) -> QuerySet[Lead]:
    """The leads that somebody has and that are still to be done."""
    return Lead.objects.of(dealership).with_status(Status.NEW).filter(work__assignee=colleague_id)


def locked_open_leads(dealership: Dealership, colleague: Colleague) -> list[Lead]:
    """The open leads of somebody (held), locked."""
    locked = open_leads(dealership, colleague.id).order_by("pk").select_for_update(of=("self",), no_key=True)
    leads = list(locked)
    # Read anew under the locks: a colleague may have taken some of them over while we waited.
    theirs = Work.objects.of(dealership).filter(lead__in=leads, assignee=colleague.id)
    kept = set(theirs.values_list("lead", flat=True))
    return [lead for lead in leads if lead.pk in kept]


def hand_over(
    dealership: Dealership, leaver: Colleague, successors: Sequence[tuple[Lead, Colleague | None]], *, actor: Actor
) -> None:
    """Give each of these leads of somebody (all locked) to a colleague (held) or to nobody: in one act.

    In as many statements as there are successors, and two more, however many leads there are.
    """
    if not successors:
        return
    ids = [lead.pk for lead, _successor in successors]
    at, batch = time_after_all(dealership, ids), batch_of(ids)
    for each in {successor for _lead, successor in successors}:
        theirs = Work.objects.of(dealership).filter(lead__in=[lead.pk for lead, to in successors if to == each])
        assigned = {"assignee": each and each.id, "assigned_at": each and at}
        theirs.update(**assigned, version=F("version") + 1)
    LeadEvent.objects.bulk_create(
        event_of(lead, EventKind.ASSIGNED, at, actor, _handed(leaver, successor), batch=batch)
        for lead, successor in successors
    )


def _handed(leaver: Colleague, successor: Colleague | None) -> Changes:
    return changes_of({"assignee": leaver.name}, {"assignee": successor and successor.name})


def forget_contacts(dealership: Dealership, keys: Collection[str]) -> None:
    """Take these keys of contacts out of the work of leads that have another contact by now."""
    known = Q(contact_phone__in=keys) | Q(contact_email__in=keys)
    Work.objects.of(dealership).filter(known).update(contact_phone=None, contact_email=None)


def _locked(dealership: Dealership, lead_id: UUID) -> tuple[Lead, Work]:
    lead = _locked_lead(dealership, lead_id)
    return lead, Work.objects.locked(dealership, lead_id) or Work(lead=lead, dealership=dealership)


def _locked_lead(dealership: Dealership, lead_id: UUID) -> Lead:
    lead = Lead.objects.locked(dealership, lead_id)
    if lead is None:
        raise not_found_error(lead_id)
    return lead


def _wanted(work: Work, changes: Mapping[str, Any], dealership: Dealership) -> dict[str, Any]:
    """The columns that are to be written. One kind of due date takes the place of the other; null takes away its own."""
    wanted = {name: changes[name] for name in ("assignee", "next_step") if name in changes}
    if at := changes.get("due_at"):
        return wanted | {"due": at, "due_on": None}
    if day := changes.get("due_on"):
        return wanted | {"due": last_moment(day, dealership.tz), "due_on": day}
    if ("due_on" if work.due_on else "due_at") in changes:
        return wanted | {"due": None, "due_on": None}
    return wanted


def write_work(dealership: Dealership, lead: Lead, work: Work, wanted: Mapping[str, Any], actor: Actor) -> None:
    """Write the columns that differ, if any, with their events. The lead is locked, and whoever is to be assigned is held."""
    assignee, plan = work.assignee, plan_of(work)
    for name, value in wanted.items():
        setattr(work, name, value)
    told = [*_of_assignment(dealership, assignee, work.assignee), *of_plan(plan, plan_of(work))]
    if not told:
        return
    at = time_after_all(dealership, [lead.pk])
    if assignee != work.assignee:
        work.assigned_at = at if work.assignee else None
    work.contact_phone, work.contact_email = contact_keys(lead.target_info)
    work.version += 1
    if work.version == 1:
        insert(work)
    else:
        update(work, COLUMNS)
    tell(lead, at, told, actor=actor)


def _of_assignment(dealership: Dealership, before: UUID | None, after: UUID | None) -> list[Told]:
    if before == after:
        return []
    names = names_of(dealership)
    named = {each: names[each] if each else None for each in (before, after)}
    return [Told(EventKind.ASSIGNED, changes_of({"assignee": named[before]}, {"assignee": named[after]}))]
