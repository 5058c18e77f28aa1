"""Figures of a cohort of leads, in the state they are in now: counted whole, by groups, or beside another period's."""

from typing import Any

from django.db.models import QuerySet

from leads.analytics.cells import Measured, Shape, cell_at, rendered
from leads.analytics.counting import measured
from leads.analytics.figures.base import Asked, Figure
from leads.analytics.groups import OTHER, Groups
from leads.analytics.models import LeadFact


class CohortFigure(Figure):
    """A figure whose cells are predicates over the facts of one cohort, so that one statement counts them all."""

    has_groups = True

    def answer(self, asked: Asked) -> dict[str, Any]:
        shape, cohort = self.shape(asked), self.cohort(asked, asked.period)
        groups = Groups(cohort, asked) if asked.by else None
        whole, parts = measured(cohort, shape, groups)
        if groups:
            return {**rendered(shape, whole, asked.address), **self._grouped(asked, shape, groups, parts)}
        if asked.compared is None:
            return rendered(shape, whole, asked.address)
        other, _parts = measured(self.cohort(asked, asked.compared), shape)
        compared = {**asked.compared.dates, **rendered(shape, other, asked.address, "compared")}
        return {**rendered(shape, whole, asked.address, other=other), "compared": compared}

    def leads(self, asked: Asked, path: list[str]) -> QuerySet[LeadFact] | None:
        period, group = asked.period, None
        if asked.compared and path[:1] == ["compared"]:
            period, path = asked.compared, path[1:]
        elif asked.by and path[:1] == ["groups"]:
            group, path = path[1:2], path[2:]
        elif asked.by and path[:1] == ["other"]:
            group, path = path[:1], path[1:]
        if (cell := cell_at(self.shape(asked), path)) is None:
            return None
        cohort = self.cohort(asked, period)
        facts = cohort if group is None else Groups(cohort, asked).only(group)
        return facts if facts is None else facts.filter(cell.where)

    def _grouped(self, asked: Asked, shape: Shape, groups: Groups, parts: dict[int, Measured]) -> dict[str, Any]:
        shown = [
            {**groups.named(place), **rendered(shape, parts[place], asked.address, f"groups.{place}")}
            for place in range(len(groups.keys))
        ]
        other = rendered(shape, parts[OTHER], asked.address, "other") if groups.has_other else None
        return {"by": asked.by, "groups": shown, "other": other}
