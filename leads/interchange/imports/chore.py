"""Imports as the worker knows them: those that are under way, and of whose events nobody is told."""

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.expressions import Combinable

from leads.interchange.imports import leases, running
from leads.interchange.imports.models import Import
from leads.outbox.chores import Chore
from steerleads.dealers.models import Dealership


class Imports(Chore):
    def due(self, now: datetime | Combinable) -> QuerySet[Import]:
        return leases.due(now)

    def work(self, clock: Callable[[], datetime], stopping: Callable[[], bool]) -> None:
        running.work_on_all(clock=clock, stopping=stopping)


def quiet_imports(dealership: Dealership, batches: Iterable[UUID]) -> set[UUID]:
    """Those of these batches of events that are imports of which webhooks are not told."""
    imports = Import.objects.of(dealership).filter(pk__in=list(batches))
    options = imports.values_list("pk", "options")
    return {pk for pk, chosen in options if not chosen.get("tells_webhooks", True)}
