"""Facts as the worker knows them: those that are behind the events it has numbered, and how it brings them up."""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Combinable

from leads.analytics.catching_up import CatchingUp
from leads.analytics.models import FactState
from leads.models import Feed
from leads.outbox.chores import Chore
from steerleads.api.errors import DATABASE_ERRORS
from steerleads.dealers.hours.calendar import Calendar
from steerleads.dealers.models import Dealership

TURN = 10  # seconds, after which other chores come

log = logging.getLogger(__name__)


class Facts(Chore):
    """Readers need not wait for what the worker has done."""

    def due(self, now: datetime | Combinable) -> QuerySet[Feed]:
        never = Q(last__gt=0, dealership__fact_state=None)
        behind = ~Q(dealership__fact_state__after=F("last")) & Q(dealership__fact_state__isnull=False)
        redo = Q(dealership__fact_state__redone_to__isnull=False) | Q(dealership__fact_state__calendar="")
        return Feed.objects.filter(never | behind | redo)

    def work(self, clock: Callable[[], datetime], stopping: Callable[[], bool]) -> None:
        """A step for each dealership in turn, so that a large one delays no other."""
        under_way = [CatchingUp(feed.dealership) for feed in self.due(clock()).select_related("dealership")]
        until = time.monotonic() + TURN
        while under_way and not stopping() and time.monotonic() < until:
            under_way = [each for each in under_way if not stopping() and _has_more(each)]


def _has_more(catching_up: CatchingUp) -> bool:
    """After its next step. What goes wrong with one dealership stops no other."""
    try:
        return catching_up.step(wait=False)
    except DATABASE_ERRORS:
        raise
    except Exception:
        log.exception("Catching up with the facts of dealership %s failed.", catching_up.dealership.pk)
        return False


def look_at_hours(sender: type, dealership: Dealership, **_kwargs: object) -> None:
    """Business time follows hours that were changed: the worker begins it, unless a reader comes first."""
    states = FactState.objects.of(dealership).exclude(calendar=Calendar.of(dealership).fingerprint())
    states.update(calendar="")
