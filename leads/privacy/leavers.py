"""What a lead's history keeps of staff: who did something."""

from leads.models import PersonRequest
from leads.privacy.retention import forget_staff_name
from steerleads.dealers.actors import FORMER_COLLEAGUE
from steerleads.dealers.leaving import Keeper, Leaver
from steerleads.dealers.models import Dealership


class HistoryOfPeople(Keeper):
    """The names of staff in events, and in the record of what was exported and erased."""

    def erase(self, leaver: Leaver) -> dict[str, int]:
        counts = {"entries of history": 0, "data requests": 0}
        for dealership in Dealership.objects.all():
            names = leaver.names_in(dealership)
            counts["entries of history"] += forget_staff_name(dealership, names)
            requests = PersonRequest.objects.filter(dealership=dealership, actor_name__in=names)
            counts["data requests"] += requests.update(actor_name=FORMER_COLLEAGUE)
        return counts
