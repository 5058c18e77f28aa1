"""How long it took to complete the leads of a period for the first time (contract A11)."""

from django.db.models import F, Q

from leads.analytics.asked import Asked
from leads.analytics.cells import Cell, Quantiles, Shape
from leads.analytics.figures.cohort import CohortFigure
from leads.fields import Status


class Completion(CohortFigure):
    name = "completion"
    is_compared = True

    def values(self, asked: Asked) -> tuple[int, ...]:
        return ()

    def shape_of(self) -> Shape:  # type: ignore[override]
        completed = Cell(Q(born_status=Status.NEW, first_completed_at__isnull=False))
        taken = F("first_completed_at") - F("created_at")
        return {"completed": completed, "ofCompleted": Quantiles(taken, completed, completed)}
