"""Digests as the worker knows them."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import QuerySet
from django.db.models.expressions import Combinable

from leads.analytics.digest import sending
from leads.analytics.digest.models import Digest
from leads.outbox.chores import Chore


class Digests(Chore):
    def due(self, now: datetime | Combinable) -> QuerySet[Digest]:
        return sending.due(now)

    def work(self, clock: Callable[[], datetime], stopping: Callable[[], bool]) -> None:
        while not stopping() and (digest := sending.claim(now=clock())):
            sending.send(digest, clock=clock)
