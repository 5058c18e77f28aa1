"""How old the leads are that are open now, and for how long nobody has cared for them (contract A14)."""

from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from leads.analytics.asked import Asked
from leads.analytics.cells import Cell, Shape
from leads.analytics.figures.cohort import CohortFigure
from leads.analytics.models import OPEN, LeadFact

DAY = 86_400
AGES = (DAY, 3 * DAY, 7 * DAY, 30 * DAY, None)  # seconds, under


class Ageing(CohortFigure):
    name = "ageing"
    is_of_period = False
    has_gone = False

    def cohort_of(self, facts: QuerySet[LeadFact], *ends: Any) -> QuerySet[LeadFact]:
        return facts.filter(OPEN).alias(cared_for_at=Coalesce("last_human_at", "created_at"))

    def values(self, asked: Asked) -> tuple[int, ...]:
        return asked.now, asked.calendar.stale_seconds

    def shape_of(self, now: Any, stale: Any) -> Shape:  # type: ignore[override]
        return {
            "open": Cell(Q()),
            "stale": Cell(Q(cared_for_at__lt=now - stale)),
            "staleAfter": stale,
            "byAge": _ages("created_at", now),
            "byIdle": _ages("cared_for_at", now),
        }


def _ages(column: str, now: Any) -> list[Shape]:
    return [
        {"under": most, "open": Cell(_in_band(column, now, least, most))}
        for least, most in zip((None, *AGES), AGES, strict=False)
    ]


def _in_band(column: str, now: Any, least: int | None, most: int | None) -> Q:
    """Those for whom at least so many seconds have passed since, and fewer than so many."""
    band = Q() if least is None else Q(**{f"{column}__lte": now - least})
    return band if most is None else band & Q(**{f"{column}__gt": now - most})
