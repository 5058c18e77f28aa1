"""How long those who asked waited for somebody (contract A7, A10)."""

from typing import Any

from django.db.models import Q

from leads.analytics.asked import Asked
from leads.analytics.cells import Cell, Quantiles, Shape, Share
from leads.analytics.figures.cohort import CohortFigure
from leads.analytics.models import Way
from leads.analytics.profiles import ANSWER, BUSINESS
from leads.fields import Status

BEFORE_ALL = -(2**62)  # seconds
BANDS = (300, 900, 1800, 3600, 14_400, 86_400, None)  # seconds, up to and with

ASKED = Q(way=Way.ASKED)
ANSWERED = ASKED & Q(first_human_at__isnull=False)
UNANSWERED = ASKED & Q(first_human_at=None)
IS_OPEN = Q(status=Status.NEW, archived=False, deleted_at=None)
# Said the other way round, as NOT (…) would not be true of what is null.
HAS_ENDED = ~Q(status=Status.NEW) | Q(archived=True) | Q(deleted_at__isnull=False)


class Response(CohortFigure):
    name = "response"
    is_compared = True
    profiles = (ANSWER, BUSINESS)

    def values(self, asked: Asked) -> tuple[int, ...]:
        """The target, and the last moment from which it is past by now."""
        seconds = asked.calendar.target_seconds
        past = asked.calendar.before(asked.now, seconds)
        return seconds, BEFORE_ALL if past is None else past

    def shape_of(self, target: Any, past: Any) -> Shape:  # type: ignore[override]
        who_asked, answered = Cell(ASKED), Cell(ANSWERED)
        return {
            "asked": who_asked,
            "answered": answered,
            "waiting": Cell(UNANSWERED & IS_OPEN),
            "ended": Cell(UNANSWERED & HAS_ENDED),
            "byHand": Cell(Q(way=Way.BY_HAND)),
            "byImport": Cell(Q(way=Way.BY_IMPORT)),
            "bornClosed": Cell(Q(way=Way.BORN_CLOSED)),
            "wall": _times("answer_seconds", who_asked, answered),
            "business": _times("answer_business_seconds", who_asked, answered),
            "target": _target(target, past),
        }


def _times(column: str, who_asked: Cell, answered: Cell) -> Shape:
    return {
        "bands": [
            {"upTo": most, "answered": Cell(ANSWERED & _in_band(column, above, most))}
            for above, most in zip((None, *BANDS), BANDS, strict=False)
        ],
        "ofAll": Quantiles(column, answered, who_asked),
        "ofAnswered": Quantiles(column, answered, answered),
    }


def _in_band(column: str, above: int | None, most: int | None) -> Q:
    band = Q() if above is None else Q(**{f"{column}__gt": above})
    return band if most is None else band & Q(**{f"{column}__lte": most})


def _target(seconds: Any, past: Any) -> Shape:
    """In business time. Who has no answer yet has missed it once it is past."""
    met = Cell(ANSWERED & Q(answer_business_seconds__lte=seconds))
    missed = Cell(ANSWERED & Q(answer_business_seconds__gt=seconds) | UNANSWERED & Q(created_at__lte=past))
    return {"seconds": seconds, "met": met, "missed": missed, "share": Share(met, (met, missed), is_compared=True)}
