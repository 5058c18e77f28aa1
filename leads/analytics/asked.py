"""A question to a figure, judged: the moment, the period, and the choices of who asks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import BigIntegerField, DateTimeField, Field, QuerySet

from leads.analytics.catching_up import Standing
from leads.analytics.models import LeadFact
from leads.analytics.periods import Period
from steerleads.api.plans import ActiveFilters
from steerleads.db.compiled import FilterPlan
from steerleads.dealers.hours.calendar import Calendar
from steerleads.dealers.models import Dealership

BY = ("tag", "action", "car", "source", "month", "answeredBy", "decidedBy", "assignee")
FIELDS: dict[type, Field] = {int: BigIntegerField(), datetime: DateTimeField()}
NOT_READ = Standing(0, False, ())
# Makes a queryset of a dealership's id, the facts of its leads that are asked for, and some values.
Build = Callable[[Any, QuerySet[LeadFact], Sequence[Any]], QuerySet]


@dataclass(frozen=True)
class Asked:
    """A question to a figure, judged.

    - `now` is in whole UTC seconds, the same for all that is answered.
    - `facts` are those that the `filters` leave.
    - `option` is one of the figure's choices, if it has some.
    - `own_row` is the one row, of groups by person, that the asker may see; None for all.
    - `address` makes the address of a list of the path of its cell.
    - `standing` says what is counted, of the state of the database that is read.
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
    standing: Standing = NOT_READ

    def of(self, standing: Standing) -> "Asked":
        """The same, asked of a state of the database; its calendar is not read again."""
        same = replace(self, standing=standing)
        vars(same)["calendar"] = self.calendar
        return same

    @cached_property
    def facts(self) -> QuerySet[LeadFact]:
        return self.filters.apply(LeadFact.objects.of(self.dealership), self.filters.values)

    @property
    def named_filters(self) -> tuple:
        """What the filters say, as a name for it."""
        return self.filters.key, self.filters.values

    @property
    def named_groups(self) -> tuple:
        """What makes the groups of a period, as a name for them."""
        return self.by, self.own_row, self.dealership.time_zone, self.named_filters

    def plan(self, key: tuple, build: Build, *values: int | datetime) -> FilterPlan:
        """What `build` makes, by a statement that is written once: for all that ask for as many values by one key."""
        filters, count = self.filters, len(values)

        def of_values(dealership: Any, *given: Any) -> QuerySet:
            return build(dealership, filters.apply(LeadFact.objects.of(dealership), given[count:]), given[:count])

        return FilterPlan(
            ("figures", *key, count, *filters.key),
            of_values,
            self.dealership.pk,
            *values,
            *filters.values,
            fields=(*(FIELDS[type(value)] for value in values), *filters.fields),
            planned_each_time=True,  # it may be of a day, or of ten years
        )

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar.of(self.dealership)
