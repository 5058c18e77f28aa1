"""The leads behind a number: how many are there and how many gone, and a page of them in any order.

A page of a long list is found by walking the leads in their order and asking which of them have such facts; a short
list is sorted. Walking gives up where sorting all would have been quicker.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import merge
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from leads.analytics.models import LeadFact
from leads.analytics.periods import Period
from leads.analytics.profiles import Profile
from leads.models import Lead
from steerleads.api.listing import Order
from steerleads.dealers.models import Dealership

SHORT = 500
STEP, MOST_STEPS = 8, 4  # times as many leads as are wanted are walked first; each step is longer than all before
IS_THERE = Q(Exists(Lead.objects.of(OuterRef("dealership")).filter(pk=OuterRef("lead_id"))))


@dataclass(frozen=True)
class Behind:
    """The facts of the leads behind a number.

    - `profile`, if it tells the facts, says by which they are counted.
    - `created`, if all were created in it, is a period.
    """

    facts: QuerySet[LeadFact]
    profile: Profile | None = None
    created: Period | None = None

    def there_and_gone(self, is_settled: bool) -> tuple[int, int]:
        """How many leads are there, and how many are not: of one state of the database.

        `is_settled` says that no event of that state waits to be counted: facts then know who is gone.
        """
        if is_settled and self.profile:
            found = self.facts.values_list(self.profile.column).annotate(leads=Count("*")).order_by()
            numbers = [(self.profile.is_gone(code), number) for code, number in found]
            return tuple(sum(number for is_gone, number in numbers if is_gone is which) for which in (False, True))
        is_there = Q(deleted_at=None) if is_settled else IS_THERE
        found = self.facts.aggregate(there=Count("pk", filter=is_there), gone=Count("pk", filter=~is_there))
        return found["there"], found["gone"]

    def leads(self, dealership: Dealership) -> QuerySet[Lead]:
        """Those that are there."""
        return Lead.objects.of(dealership).filter(pk__in=self.facts.values("lead_id"))

    def first(
        self, dealership: Dealership, order: Order, after: Sequence[Any], wanted: int, there: int
    ) -> list[UUID] | None:
        """The ids of the first so many of `there` in that order, behind a position. None: sort them all."""
        if there <= SHORT:
            return None
        walked = [self._walk(dealership, order, after, wanted, there, archived) for archived in (False, True)]
        if None in walked:
            return None
        return [position[-1] for position in islice(merge(*walked, reverse=order.descending), wanted)]

    def _walk(self, dealership, order: Order, after: Sequence[Any], wanted: int, most: int, archived: bool):
        """The positions of the first so many of those that are archived or not; None after more steps than `most`."""
        leads = order.apply(self._in_period(Lead.objects.of(dealership).filter(archived=archived)))
        found, passed, step = [], 0, wanted * STEP
        while passed <= most:
            rest = order.after(leads, after) if after else leads
            positions = list(rest.values_list(*order.columns)[:step])
            having = self._having(position[-1] for position in positions)
            found += [position for position in positions if position[-1] in having]
            if len(found) >= wanted or len(positions) < step:
                return found[:wanted]
            after, passed, step = positions[-1], passed + step, step * MOST_STEPS
        return None

    def _having(self, lead_ids) -> set[UUID]:
        return set(self.facts.filter(lead_id__in=list(lead_ids)).values_list("lead_id", flat=True))

    def _in_period(self, leads: QuerySet[Lead]) -> QuerySet[Lead]:
        """A fact's creation is its lead's, cut to a second; leads of other times need not be asked for."""
        if self.created is None:
            return leads
        begin, end = (datetime.fromtimestamp(second, UTC) for second in (self.created.begin, self.created.end))
        return leads.filter(created_at__gte=begin, created_at__lt=end)
