"""What a figure is, and what it is told beside the facts: the moment, the period, and the choices of who asks."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Q, QuerySet

from leads.analytics.cells import Shape, cell_at
from leads.analytics.models import LeadFact
from leads.analytics.periods import Period
from steerleads.dealers.hours.calendar import Calendar
from steerleads.dealers.models import Dealership


def within(column: str, period: Period) -> Q:
    return Q(**{f"{column}__gte": period.begin, f"{column}__lt": period.end})


BY = ("tag", "action", "car", "source", "month", "answeredBy", "decidedBy")


@dataclass(frozen=True)
class Asked:
    """A question to a figure, judged.

    - `now` is in whole UTC seconds, the same for all that is answered.
    - `facts` are those that the filters leave; `is_filtered` says that there are filters.
    - `option` is one of the figure's choices, if it has some.
    - `own_row` is the one row, of groups by person, that the asker may see; None for all.
    - `address` makes the address of a list of the path of its cell.
    """

    dealership: Dealership
    now: int
    facts: QuerySet[LeadFact]
    is_filtered: bool
    period: Period | None
    compared: Period | None
    by: str | None
    option: str | None
    own_row: str | None
    address: Callable[[str], str]

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar.of(self.dealership)


class Figure(ABC):
    """One of the figures. Some are of a period; some can be asked for by groups, or compared with another period.

    `choices` are those of the parameter `option`; the first is meant where none is named.
    """

    name: ClassVar[str]
    is_of_period: ClassVar[bool] = True
    has_groups: ClassVar[bool] = False
    is_compared: ClassVar[bool] = False
    option: ClassVar[str | None] = None
    choices: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def shape(self, asked: Asked) -> Shape:
        """The answer's own keys, with cells for numbers. It is the same for all periods and groups."""

    @abstractmethod
    def answer(self, asked: Asked) -> dict[str, Any]:
        """The answer's own keys, in their order."""

    def cohort(self, asked: Asked, period: Period | None) -> QuerySet[LeadFact]:
        """The facts of the leads that all cells are of: those that were created in the period."""
        return asked.facts if period is None else asked.facts.filter(within("created_at", period))

    def leads(self, asked: Asked, path: list[str]) -> QuerySet[LeadFact] | None:
        """The facts of the leads behind the cell at this path; None if there is no such cell."""
        cell = cell_at(self.shape(asked), path)
        return cell and self.cohort(asked, asked.period).filter(cell.where)
