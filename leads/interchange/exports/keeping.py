"""How long it is known that data went out, and what of that names staff who leave."""

from datetime import datetime, timedelta

from leads.interchange.models import Export
from steerleads.dealers.actors import FORMER_COLLEAGUE
from steerleads.dealers.leaving import Keeper, Leaver
from steerleads.dealers.models import Dealership

KEPT = timedelta(days=2 * 365)


def forget_old_exports(now: datetime) -> None:
    """Delete the records of exports that are older than two years."""
    Export.objects.filter(at__lt=now - KEPT).delete()


class ExportsOfPeople(Keeper):
    """Who took data along."""

    def erase(self, leaver: Leaver) -> dict[str, int]:
        count = 0
        for dealership in Dealership.objects.all():
            taken = Export.objects.of(dealership).filter(actor_name__in=leaver.names_in(dealership))
            count += taken.update(actor_name=FORMER_COLLEAGUE)
        return {"exports": count}
