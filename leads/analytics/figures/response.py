"""How long those who asked waited for somebody (contract A7, A10)."""

from django.db.models import F, Q

from leads.analytics.cells import Cell, Quantiles, Shape, Share
from leads.analytics.figures.base import Asked
from leads.analytics.figures.cohort import CohortFigure
from leads.analytics.models import Way
from leads.fields import Status

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

    def shape(self, asked: Asked) -> Shape:
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
            "target": _target(asked),
        }


def _times(column: str, who_asked: Cell, answered: Cell) -> Shape:
    value = F(column)
    return {
        "bands": [
            {"upTo": most, "answered": Cell(ANSWERED & _in_band(column, above, most))}
            for above, most in zip((None, *BANDS), BANDS, strict=False)
        ],
        "ofAll": Quantiles(value, answered, who_asked),
        "ofAnswered": Quantiles(value, answered, answered),
    }


def _in_band(column: str, above: int | None, most: int | None) -> Q:
    band = Q() if above is None else Q(**{f"{column}__gt": above})
    return band if most is None else band & Q(**{f"{column}__lte": most})


def _target(asked: Asked) -> Shape:
    """In business time. Who has no answer yet has missed it once it is past."""
    seconds = asked.calendar.target_seconds
    past = asked.calendar.before(asked.now, seconds)
    late = ANSWERED & Q(answer_business_seconds__gt=seconds)
    too_late = late if past is None else late | UNANSWERED & Q(created_at__lte=past)
    met, missed = Cell(ANSWERED & Q(answer_business_seconds__lte=seconds)), Cell(too_late)
    return {"seconds": seconds, "met": met, "missed": missed, "share": Share(met, (met, missed), is_compared=True)}
