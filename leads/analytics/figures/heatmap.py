"""At which hours of the week leads come in, and are answered (contract A16)."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet

from leads.analytics.asked import Asked
from leads.analytics.cells import Cell, Measured, Shape, rendered
from leads.analytics.counting import IS_GONE
from leads.analytics.figures.base import Figure
from leads.analytics.figures.response import ANSWERED
from leads.analytics.models import LeadFact
from leads.analytics.numbering import hour_of_week, offsets_of
from leads.analytics.periods import Period

HOURS = 24
DAY = 86_400
COLUMNS = {"created": "created_at", "answered": "first_human_at"}


class Heatmap(Figure):
    name = "heatmap"
    option, choices = "of", tuple(COLUMNS)

    def cohort(self, asked: Asked) -> QuerySet[LeadFact]:
        facts = _cohort(asked.facts, asked.option, asked.period.begin, asked.period.end)
        return facts.annotate(hour=hour_of_week(COLUMNS[asked.option], _offsets(asked)))

    def created(self, asked: Asked) -> Period | None:
        return asked.period

    def shape(self, asked: Asked) -> Shape:
        return {"rows": [[Cell(Q(hour=HOURS * day + hour)) for hour in range(HOURS)] for day in range(7)]}

    def answer(self, asked: Asked) -> dict[str, Any]:
        shape, found, of = self.shape(asked), Measured(), asked.option

        def build(_dealership: Any, facts: QuerySet[LeadFact], given: Sequence[Any]) -> QuerySet:
            begin, end, *offsets = given
            hours = _cohort(facts, of, begin, end).annotate(hour=hour_of_week(COLUMNS[of], offsets), is_gone=IS_GONE)
            return hours.values_list("hour", "is_gone").annotate(leads=Count("*")).order_by()

        plan = asked.plan((self.name, of), build, asked.period.begin, asked.period.end, *_offsets(asked))
        for hour, is_gone, number in plan.rows((), lambda queryset: queryset):
            found.add(shape["rows"][hour // HOURS][hour % HOURS], number, is_gone)
        return {"of": of, **rendered(shape, found, asked.address)}


def _cohort(facts: QuerySet[LeadFact], of: str, begin: Any, end: Any) -> QuerySet[LeadFact]:
    created = facts.filter(created_at__gte=begin, created_at__lt=end)
    return created.filter(ANSWERED) if of == "answered" else created


def _offsets(asked: Asked) -> list[int]:
    """Some were answered after the period."""
    period = asked.period
    return offsets_of(period.begin, max(period.end, asked.now + DAY), period.tz)
