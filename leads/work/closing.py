"""What closing a lead does to its work: it is due no more (contract W13). Reopening does not bring that back."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import F

from leads.history import event_of
from leads.models import Lead, LeadEvent
from leads.work.events import MOMENT, of_plan, plan_of, tell, time_after_all
from leads.work.models import Work
from steerleads.db.saving import update
from steerleads.dealers.actors import Actor
from steerleads.dealers.models import Dealership

# Asked by the statement that closes a lead, so that those without a due date cost none more. It looks when the lead is
# locked: what was joined to the lock itself could be older.
IS_DUE = (
    f'EXISTS(SELECT 1 FROM "{Work._meta.db_table}" AS work'
    f' WHERE work.lead_id = "{Lead._meta.db_table}".id AND work.due IS NOT NULL)'
)


def clear_due(dealership: Dealership, lead: Lead, *, actor: Actor, batch: UUID | None = None) -> None:
    """Take the due date from a lead (locked) that has one."""
    work = Work.objects.locked(dealership, lead.pk)
    before = plan_of(work)
    work.due = work.due_on = None
    work.version += 1
    update(work, ["due", "due_on", "version"])
    at = time_after_all(dealership, [lead.pk])
    tell(lead, at, of_plan(before, plan_of(work)), actor=actor, batch=batch)


def clear_all_due(
    dealership: Dealership, leads: Collection[Lead], now: datetime, *, actor: Actor, batch: UUID | None
) -> list[LeadEvent]:
    """The same of many leads (locked) that are closed at `now`, in three statements. Its events are the caller's to insert."""
    ids = [lead.pk for lead in leads]
    due = Work.objects.of(dealership).filter(lead__in=ids, due__isnull=False)
    works = {work.pk: work for work in due.order_by("pk").select_for_update(of=("self",), no_key=True)}
    if not works:
        return []
    Work.objects.of(dealership).filter(lead__in=list(works)).update(due=None, due_on=None, version=F("version") + 1)
    at = max(time_after_all(dealership, list(works)), now + MOMENT)
    return [_of_clearing(lead, works[lead.pk], at, actor, batch) for lead in leads if lead.pk in works]


def _of_clearing(lead: Lead, work: Work, at: datetime, actor: Actor, batch: UUID | None) -> LeadEvent:
    before = plan_of(work)
    work.due = work.due_on = None
    [told] = of_plan(before, plan_of(work))
    return event_of(lead, told.kind, at, actor, told.values, told.texts, batch)
