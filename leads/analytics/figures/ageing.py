"""How old the leads are that are open now, and for how long nobody has cared for them (contract A14)."""

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from leads.analytics.cells import Cell, Shape
from leads.analytics.figures.base import Asked
from leads.analytics.figures.cohort import CohortFigure
from leads.analytics.models import OPEN, LeadFact
from leads.analytics.periods import Period

DAY = 86_400
AGES = (DAY, 3 * DAY, 7 * DAY, 30 * DAY, None)  # seconds, under


class Ageing(CohortFigure):
    name = "ageing"
    is_of_period = False

    def cohort(self, asked: Asked, period: Period | None) -> QuerySet[LeadFact]:
        return asked.facts.filter(OPEN).alias(cared_for_at=Coalesce("last_human_at", "created_at"))

    def shape(self, asked: Asked) -> Shape:
        stale = asked.calendar.stale_seconds
        return {
            "open": Cell(Q()),
            "stale": Cell(Q(cared_for_at__lt=asked.now - stale)),
            "staleAfter": stale,
            "byAge": _ages("created_at", asked.now),
            "byIdle": _ages("cared_for_at", asked.now),
        }


def _ages(column: str, now: int) -> list[Shape]:
    return [
        {"under": most, "open": Cell(_in_band(column, now, least, most))}
        for least, most in zip((None, *AGES), AGES, strict=False)
    ]


def _in_band(column: str, now: int, least: int | None, most: int | None) -> Q:
    """Those for whom at least so many seconds have passed since, and fewer than so many."""
    band = Q() if least is None else Q(**{f"{column}__lte": now - least})
    return band if most is None else band & Q(**{f"{column}__gt": now - most})
