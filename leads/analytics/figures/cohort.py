"""Figures of a cohort of leads, in the state they are in now: counted whole, by groups, or beside another period's."""

from abc import abstractmethod
from collections.abc import Hashable
from functools import partial
from typing import Any, ClassVar

from django.db.models import QuerySet

from leads.analytics.asked import Asked
from leads.analytics.behind import Behind, Told
from leads.analytics.cells import Cell, Shape, cell_at, rendered
from leads.analytics.counting import Counting, totals
from leads.analytics.figures.base import Figure
from leads.analytics.groups import OTHER, Groups
from leads.analytics.kept import kept
from leads.analytics.models import LeadFact
from leads.analytics.periods import Period
from leads.analytics.predicates import predicate_of
from leads.analytics.profiles import Profile
from leads.analytics.tallies import told_by


class CohortFigure(Figure):
    """A figure whose cells are predicates over the facts of one cohort, so that one statement counts them all.

    What varies from request to request, its `values` and the `ends` of the period, are numbers, or what stands for them
    in a compiled query.
    """

    has_groups = True
    profiles: ClassVar[tuple[Profile, ...]] = ()  # by which it is counted
    has_gone: ClassVar[bool] = True  # whether any of its leads can be deleted

    @abstractmethod
    def values(self, asked: Asked) -> tuple[int, ...]:
        """What the definitions of its cells depend on."""

    @abstractmethod
    def shape_of(self, *values: Any) -> Shape:
        """The shape for these values: the same for all periods and groups."""

    def ends(self, period: Period | None) -> tuple[int, ...]:
        return (period.begin, period.end) if period else ()

    def cohort_of(self, facts: QuerySet[LeadFact], *ends: Any) -> QuerySet[LeadFact]:
        """Those of the leads that were created in the period with these ends."""
        begin, end = ends
        return facts.filter(created_at__gte=begin, created_at__lt=end)

    def shape(self, asked: Asked) -> Shape:
        return self.shape_of(*self.values(asked))

    def cohort(self, asked: Asked) -> QuerySet[LeadFact]:
        return self.cohort_of(asked.facts, *self.ends(asked.period))

    def answer(self, asked: Asked) -> dict[str, Any]:
        shape = self.shape(asked)
        if asked.by:
            return self._by_groups(asked, shape)
        whole = Counting(self, asked, asked.period, shape).measured()
        if asked.compared is None:
            return rendered(shape, whole, asked.address)
        other = Counting(self, asked, asked.compared, shape).measured()
        compared = {**asked.compared.dates, **rendered(shape, other, asked.address, "compared")}
        return {**rendered(shape, whole, asked.address, other=other), "compared": compared}

    def leads(self, asked: Asked, path: list[str]) -> Behind | None:
        period, group = asked.period, None
        if asked.compared and path[:1] == ["compared"]:
            period, path = asked.compared, path[1:]
        elif asked.by and path[:1] == ["groups"]:
            group, path = path[1:2], path[2:]
        elif asked.by and path[:1] == ["other"]:
            group, path = path[:1], path[1:]
        if (cell := cell_at(self.shape(asked), path)) is None:
            return None
        cohort = self.cohort_of(asked.facts, *self.ends(period))
        facts = cohort if group is None else Groups(cohort, asked, self._name(period)).only(group)
        return None if facts is None else self._behind(asked, facts.order_by(), cell, period, group)

    def _behind(
        self, asked: Asked, facts: QuerySet[LeadFact], cell: Cell, period: Period | None, group: list[str] | None
    ) -> Behind:
        """By a profile where one alone tells of all that they are behind the cell: its index then counts them."""
        ends = self.ends(period)
        profile, codes = told_by(self.profiles, cell, *ends) if period else (None, None)
        if profile is None or codes is None:
            name = None if group else (self.name, predicate_of(cell.where), ends, asked.named_filters)
            return Behind(asked, facts.filter(cell.where), created=period, name=name, has_gone=self.has_gone)
        if group is None:
            told = Told(profile, codes, partial(Counting(self, asked, period, {}).totals, profile))
            return Behind(asked, told.of(facts), told, period, is_whole=True)
        name = profile.column, ends, asked.named_groups, *group
        told = Told(profile, codes, lambda: kept(asked, name, lambda: totals(facts, profile)))
        return Behind(asked, told.of(facts), told, period)

    def _name(self, period: Period | None) -> Hashable:
        """What names the cohort of a period: it is the same of all figures but those that are of none."""
        return self.ends(period) or self.name

    def _by_groups(self, asked: Asked, shape: Shape) -> dict[str, Any]:
        groups = Groups(self.cohort(asked), asked, self._name(asked.period))
        whole, parts = Counting(self, asked, asked.period, shape).measured_by(groups)
        shown = [
            {**groups.named(place), **rendered(shape, parts[place], asked.address, f"groups.{place}")}
            for place in range(len(groups.keys))
        ]
        other = rendered(shape, parts[OTHER], asked.address, "other") if groups.has_other else None
        return {**rendered(shape, whole, asked.address), "by": asked.by, "groups": shown, "other": other}
