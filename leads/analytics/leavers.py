"""What facts keep of staff: who typed a lead in, who took care of it first, who decided it, and who has it."""

from leads.analytics.catching_up import locked_state
from leads.analytics.models import LeadFact
from steerleads.db.ids import new_id
from steerleads.dealers.actors import FORMER_COLLEAGUE, ActorType
from steerleads.dealers.leaving import Keeper, Leaver
from steerleads.dealers.models import Dealership

OF_PEOPLE = (ActorType.STAFF, ActorType.IMPORT)  # as the history's own names (leads/privacy/retention.py)


class FactsOfPeople(Keeper):
    """In the transaction that erases the history: facts then are what a rebuild makes of it."""

    def erase(self, leaver: Leaver) -> dict[str, int]:
        return {"facts of leads": sum(_erase(each, leaver.names_in(each)) for each in Dealership.objects.all())}


def _erase(dealership: Dealership, names: set[str]) -> int:
    """How many names were taken out. Under the lock: who was telling events may have read them by the old names."""
    state = locked_state(dealership)
    facts = LeadFact.objects.of(dealership)
    typed = facts.filter(source_type__in=OF_PEOPLE, source_name__in=names)
    count = typed.update(source_name=FORMER_COLLEAGUE)
    for kind in OF_PEOPLE:
        by = [f"{kind}:{name}" for name in names]
        for column in ("first_human_by", "decided_by", "assignee"):
            count += facts.filter(**{f"{column}__in": by}).update(**{column: f"{kind}:{FORMER_COLLEAGUE}"})
    if state and count:
        state.mark = new_id()
        state.save()
    return count
