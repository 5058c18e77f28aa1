"""How long it is known that data went out, and what of that names staff who leave."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import QuerySet

from leads.interchange.models import Export
from leads.outbox.chores import Chore
from steerleads.dealers.actors import FORMER_COLLEAGUE
from steerleads.dealers.leaving import Keeper, Leaver
from steerleads.dealers.models import Dealership

KEPT = timedelta(days=2 * 365)


class OldExports(Chore):
    """Every hour or so, the records of exports that are older than two years are deleted. Nothing waits in between."""

    def due(self, now: datetime) -> QuerySet[Export]:
        return Export.objects.none()

    def work(self, clock: Callable[[], datetime], stopping: Callable[[], bool]) -> None:
        pass

    def see_to_the_rest(self, now: datetime) -> None:
        Export.objects.filter(at__lt=now - KEPT).delete()


class ExportsOfPeople(Keeper):
    """Who took data along."""

    def erase(self, leaver: Leaver) -> dict[str, int]:
        count = 0
        for dealership in Dealership.objects.all():
            taken = Export.objects.of(dealership).filter(actor_name__in=leaver.names_in(dealership))
            count += taken.update(actor_name=FORMER_COLLEAGUE)
        return {"exports": count}
