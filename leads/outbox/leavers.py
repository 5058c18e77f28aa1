"""What waits to be sent keeps of staff: who did something."""

from leads.outbox.housekeeping import forget_names
from steerleads.dealers.leaving import Keeper
from steerleads.dealers.models import Dealership


class PayloadsOfPeople(Keeper):
    def erase(self, leaver):
        return {"bodies": sum(forget_names(each, leaver.names_in(each)) for each in Dealership.objects.all())}
