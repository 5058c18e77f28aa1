"""What a lead's history keeps of staff: who did something."""

from leads.models import PersonRequest
from leads.privacy.retention import forget_staff_name
from steerleads.dealers.actors import FORMER_COLLEAGUE
from steerleads.dealers.leaving import Keeper
from steerleads.dealers.models import Dealership


class HistoryOfPeople(Keeper):
    def erase(self, leaver):
        found = {"entries of history": 0, "data requests": 0}
        for dealership in Dealership.objects.all():
            names = leaver.names_in(dealership)
            found["entries of history"] += forget_staff_name(dealership, names)
            requests = PersonRequest.objects.filter(dealership=dealership, actor_name__in=names)
            found["data requests"] += requests.update(actor_name=FORMER_COLLEAGUE)
        return found
