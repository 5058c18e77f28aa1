"""Undo: each write of the board answers how it is taken back, and the call that does so unless others were there since.

A way back is {"lead": id, "version": row version after the write, "changes": what to write back, by the API's names,
or {"archived": true or false}}; one of work is told of in leads/board/planning.py. The browser keeps it, and sends it
with `mine`: later versions that are its own writes.
"""

from leads.board.base import BoardView, answer
from leads.board.bodies import UndoBody
from leads.board.planning import SeenWork
from leads.bulk import change_leads
from leads.conflicts import Seen, check_unchanged
from leads.errors import LeadNotFound
from leads.fields import COLUMNS
from leads.history import batch_of
from leads.models import Lead
from steerleads.api.errors import ApiError, PreconditionFailed

ATTEMPTS = 3


def writing(dealership, lead_id, write):
    """What `write(lead, if_match=…)` gives for a lead as it is just now, and the way back (None if nothing changed)."""
    for _attempt in range(ATTEMPTS):
        before = find_lead(dealership, lead_id)
        try:
            after = write(before, if_match={before.etag})
            return after, way_back(before, after)
        except PreconditionFailed as error:
            refused = error  # between our reading and the verb's lock: once more
    raise refused


def way_back(before, after):
    changes = {name: getattr(before, column) for name, column in COLUMNS.items()}
    changes = {name: value for name, value in changes.items() if getattr(after, COLUMNS[name]) != value}
    return {"lead": after.pk, "version": after.version, "changes": changes} if changes else None


def way_back_of_new(lead):
    """A new lead goes to the archive: nothing that was typed is lost."""
    return {"lead": lead.pk, "version": lead.version, "changes": {"archived": True}}


def find_lead(dealership, lead_id):
    lead = Lead.objects.of(dealership).select_related("car", "work", "dealership").filter(pk=lead_id).first()
    if lead is None:
        raise LeadNotFound()
    return lead


class Undo(BoardView):
    """Takes back one write or a bulk change. Of many, those that somebody else changed since stay as they are."""

    http_method_names = ["post"]

    def post(self, request):
        ways = self.body(UndoBody)["back"]
        plans = [way for way in ways if "work" in way]
        changes = {way["lead"]: way for way in ways if "work" not in way}
        leads = {way["lead"] for way in ways}
        self.need("change" if len(leads) == 1 else "bulk")
        done, refused = self._take_back(changes, batch_of(leads)) if changes else ([], [])
        for way in plans:
            try:
                done.append(self._plan_back(**way))
            except ApiError as error:
                refused.append(error)
        if not done:
            raise refused[0]
        return answer({"done": done, "left": len(refused)})

    def _plan_back(self, lead, work, plan, mine=frozenset()):
        _before, after = self.planner.plan(lead, plan, seen=SeenWork(work, mine))
        return {"lead": lead, "work": after.version}

    def _take_back(self, ways, batch):
        def wanted(lead):
            way = ways[lead.pk]
            check_unchanged(lead, Seen(way["version"], way.get("mine", frozenset())), actor=self.actor)
            return way["changes"]

        orders = any("order" in way["changes"] for way in ways.values())
        changed = change_leads(self.dealership, ways, wanted, actor=self.actor, batch=batch, orders=orders)
        done = [{"lead": after.pk, "version": after.version} for _before, after in changed.done]
        return done, [*changed.refused.values(), *(LeadNotFound() for _gone in changed.gone)]
