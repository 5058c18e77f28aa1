"""What became of the leads of a period (contract A9)."""

from typing import Any

from django.db.models import Q

from leads.analytics.asked import Asked
from leads.analytics.cells import Cell, Shape, Share
from leads.analytics.figures.cohort import CohortFigure
from leads.analytics.profiles import OUTCOME
from leads.fields import Status

DAY = 86_400
WITHIN = (1, 3, 7, 14, 30, 60, 90)  # days


class Conversion(CohortFigure):
    name = "conversion"
    is_compared = True
    profiles = (OUTCOME,)

    def values(self, asked: Asked) -> tuple[int, ...]:
        return (asked.now,)

    def shape_of(self, now: Any) -> Shape:  # type: ignore[override]
        created, reopened = Cell(Q()), Cell(Q(reopened=True))
        completed, not_needed = Cell(Q(status=Status.COMPLETED)), Cell(Q(status=Status.NOT_NEEDED))
        return {
            "created": created,
            "completed": completed,
            "notNeeded": not_needed,
            "stillNew": Cell(Q(status=Status.NEW)),
            "ofCreated": Share(completed, (created,)),
            "ofDecided": Share(completed, (completed, not_needed)),
            "reopened": reopened,
            "reopenedShare": Share(reopened, (Cell(Q(ever_decided=True)),)),
            "within": [_within(days, now) for days in WITHIN],
        }


def _within(days: int, now: Any) -> Shape:
    """Of the leads that have been NEW and are so old, those that were completed by then."""
    seconds = days * DAY
    is_ripe = Q(born_status=Status.NEW, created_at__lte=now - seconds)
    ripe = Cell(is_ripe)
    completed = Cell(is_ripe & Q(completion_seconds__lte=seconds))
    return {"days": days, "completed": completed, "ripe": ripe, "share": Share(completed, (ripe,), is_compared=True)}
