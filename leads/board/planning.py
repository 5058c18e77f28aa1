"""Changes of a lead's work from the board: within what the person may do, and never over what a colleague did meanwhile.

A way back of work is {"lead": id, "work": its version after the write, "plan": what to write back, by the API's names}.
"""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from leads.history import iso
from leads.work import actions
from leads.work.models import Work
from leads.work.rights import check_may_plan
from steerleads.api.errors import ApiError, PreconditionFailed
from steerleads.dealers.actors import Actor

ATTEMPTS = 3


class WorkChangedMeanwhile(ApiError):
    status, code, type = 409, "WORK_CHANGED", "conflict"
    message = _("A colleague changed meanwhile whose lead this is, or what is planned. It stays as it is now.")


@dataclass(frozen=True)
class SeenWork:
    """The version that a person saw, and the later ones that are, they say, their own writes."""

    version: int
    mine: frozenset[int] = frozenset()

    def check(self, version: int) -> None:
        if set(range(self.version, version + 1)) - self.mine - {self.version} or version < self.version:
            raise WorkChangedMeanwhile()


@dataclass(frozen=True)
class Planner:
    """Somebody at the board of a dealership: `me` as a colleague, if they are one."""

    dealership: object
    actor: Actor
    me: UUID | None
    manages: bool

    def plan(self, lead_id: UUID, changes: dict, *, seen: SeenWork | None = None) -> tuple[Work | None, Work]:
        """The lead's work before, and with these changes of `plan_work`.

        Raises what that raises, NotYours and WorkChangedMeanwhile.
        """
        for _attempt in range(ATTEMPTS):
            before = work_of(self.dealership, lead_id)
            check_may_plan(self.me, before, changes, manages=self.manages)
            version = before.version if before else 0
            if seen:
                seen.check(version)
            how = {"actor": self.actor, "if_match": {str(version)}}
            try:
                return before, actions.plan_work(self.dealership, lead_id, changes, **how)
            except PreconditionFailed as error:
                refused = error  # between our reading and the verb's lock: once more
        raise refused


def work_of(dealership: object, lead_id: UUID) -> Work | None:
    return Work.objects.of(dealership).filter(pk=lead_id).first()


def way_back_of_work(before: Work | None, after: Work) -> dict | None:
    """None if nothing changed."""
    was, now = _plan(before), _plan(after)
    changed = {name for name in was if was[name] != now[name]}
    if changed & {"dueAt", "dueOn"}:
        changed |= {"dueAt", "dueOn"}  # one takes the place of the other
    plan = {name: was[name] for name in was if name in changed}
    return {"lead": after.lead_id, "work": after.version, "plan": plan} if plan else None


def _plan(work):
    if work is None:
        return dict.fromkeys(("assignee", "nextStep", "dueAt", "dueOn"))
    return {
        "assignee": work.assignee and str(work.assignee),
        "nextStep": work.next_step,
        "dueAt": work.due_at and iso(work.due_at),
        "dueOn": work.due_on and work.due_on.isoformat(),
    }
