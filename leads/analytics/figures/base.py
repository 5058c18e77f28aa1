"""What a figure is: its shape, its answer, and the leads behind its cells."""

from abc import ABC, abstractmethod
from collections.abc import Hashable
from typing import Any, ClassVar

from django.db.models import Q, QuerySet

from leads.analytics.asked import Asked
from leads.analytics.behind import Behind
from leads.analytics.cells import Shape, cell_at
from leads.analytics.models import LeadFact
from leads.analytics.periods import Period


def within(column: str, period: Period) -> Q:
    return Q(**{f"{column}__gte": period.begin, f"{column}__lt": period.end})


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

    def leads(self, asked: Asked, path: list[str]) -> Behind | None:
        """The leads behind the cell at this path; None if there is no such cell."""
        cell = cell_at(self.shape(asked), path)
        if cell is None:
            return None
        facts, created = self.cohort(asked).filter(cell.where).order_by(), self.created(asked)
        return Behind(asked, facts, created=created, name=self._name_of(asked, path))

    def created(self, asked: Asked) -> Period | None:
        """The period in which all leads of its cells were created, if they were in one."""
        return None

    def _name_of(self, asked: Asked, path: list[str]) -> Hashable:
        """What names a cell among all of one state; None of a period that is not over, as its cells depend on the moment."""
        period = asked.period
        if period is None or period.end > asked.now:
            return None
        return self.name, asked.option, *path, period.begin, period.end, asked.dealership.time_zone, asked.named_filters

    @abstractmethod
    def cohort(self, asked: Asked) -> QuerySet[LeadFact]:
        """The facts of the leads that all cells are of."""
