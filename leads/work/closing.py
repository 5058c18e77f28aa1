"""What closing a lead does to its work: it is due no more (contract W13). Reopening does not bring that back."""

from uuid import UUID

from leads.models import Lead
from leads.work.events import of_plan, plan_of, tell, time_after_all
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
