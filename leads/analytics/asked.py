"""A question to a figure, judged: the moment, the period, and the choices of who asks."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from django.db.models import QuerySet

from leads.analytics.models import LeadFact
from leads.analytics.periods import Period
from steerleads.api.plans import ActiveFilters
from steerleads.dealers.hours.calendar import Calendar
from steerleads.dealers.models import Dealership

BY = ("tag", "action", "car", "source", "month", "answeredBy", "decidedBy")


@dataclass(frozen=True)
class Asked:
    """A question to a figure, judged.

    - `now` is in whole UTC seconds, the same for all that is answered.
    - `facts` are those that the `filters` leave.
    - `option` is one of the figure's choices, if it has some.
    - `own_row` is the one row, of groups by person, that the asker may see; None for all.
    - `address` makes the address of a list of the path of its cell.
    - `sequence` is that of the last event counted, once all are.
    """

    dealership: Dealership
    now: int
    filters: ActiveFilters
    period: Period | None
    compared: Period | None
    by: str | None
    option: str | None
    own_row: str | None
    address: Callable[[str], str]
    sequence: int = 0

    def counted_to(self, sequence: int) -> "Asked":
        """The same, once all events are counted; its calendar is not read again."""
        same = replace(self, sequence=sequence)
        vars(same)["calendar"] = self.calendar
        return same

    @cached_property
    def facts(self) -> QuerySet[LeadFact]:
        return self.filters.apply(LeadFact.objects.of(self.dealership), self.filters.values)

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar.of(self.dealership)
