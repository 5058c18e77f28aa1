"""At which hours of the week leads come in, and are answered (contract A16)."""

from typing import Any

from django.db.models import Count, Q, QuerySet

from leads.analytics.asked import Asked
from leads.analytics.cells import Cell, Measured, Shape, rendered
from leads.analytics.counting import IS_GONE
from leads.analytics.figures.base import Figure, within
from leads.analytics.figures.response import ANSWERED
from leads.analytics.models import LeadFact
from leads.analytics.numbering import hour_of_week

HOURS = 24
DAY = 86_400
COLUMNS = {"created": "created_at", "answered": "first_human_at"}


class Heatmap(Figure):
    name = "heatmap"
    option, choices = "of", tuple(COLUMNS)

    def cohort(self, asked: Asked) -> QuerySet[LeadFact]:
        period = asked.period
        created = asked.facts.filter(within("created_at", period))
        facts = created.filter(ANSWERED) if asked.option == "answered" else created
        # Some were answered after the period.
        end = max(period.end, asked.now + DAY)
        return facts.annotate(hour=hour_of_week(COLUMNS[asked.option], period.begin, end, period.tz))

    def shape(self, asked: Asked) -> Shape:
        return {"rows": [[Cell(Q(hour=HOURS * day + hour)) for hour in range(HOURS)] for day in range(7)]}

    def answer(self, asked: Asked) -> dict[str, Any]:
        shape, found = self.shape(asked), Measured()
        hours = self.cohort(asked).annotate(is_gone=IS_GONE).values_list("hour", "is_gone")
        for hour, is_gone, number in hours.annotate(leads=Count("*")).order_by():
            found.add(shape["rows"][hour // HOURS][hour % HOURS], number, is_gone)
        return {"of": asked.option, **rendered(shape, found, asked.address)}
