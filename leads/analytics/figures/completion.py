"""How long it took to complete the leads of a period for the first time (contract A11)."""

from django.db.models import Q

from leads.analytics.asked import Asked
from leads.analytics.cells import Cell, Quantiles, Shape
from leads.analytics.figures.cohort import CohortFigure
from leads.analytics.profiles import OUTCOME
from leads.fields import Status


class Completion(CohortFigure):
    name = "completion"
    is_compared = True
    profiles = (OUTCOME,)

    def values(self, asked: Asked) -> tuple[int, ...]:
        return ()

    def shape_of(self) -> Shape:  # type: ignore[override]
        completed = Cell(Q(born_status=Status.NEW, completion_seconds__isnull=False))
        taken = Quantiles("completion_seconds", completed, completed)
        return {"completed": completed, "ofCompleted": taken}
