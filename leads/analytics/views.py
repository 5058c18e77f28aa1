"""The figures of the API, and the lists of the leads behind their numbers (contract A1, A2, A17, A19)."""

from collections.abc import Callable
from io import BytesIO
from typing import ClassVar

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from leads.analytics.answers import TAKE_IT, behind_cell, caught_up, figure_answer
from leads.analytics.csv import write_figure
from leads.analytics.figures import FIGURES
from leads.analytics.figures.base import Figure
from leads.analytics.openapi import figure_documents, list_documents
from leads.analytics.questions import judged_question, known_parameters
from leads.models import Lead
from leads.views import LEADS
from steerleads.api import etags, json
from steerleads.api.list_query import PAGING, ListQuery
from steerleads.api.listing import SORTING
from steerleads.api.lists import ListViewSet
from steerleads.api.parameters import Parameters
from steerleads.api.views import ApiViewSet
from steerleads.db.compiled import FilterPlan

SCOPE = "analytics:read"


class FigureViewSet(ApiViewSet):
    """One of the figures."""

    figure: ClassVar[Figure]
    area = SCOPE

    def retrieve(self, request):
        parameters = self.parameters({**known_parameters(self.figure), "format": False, "for": False})
        format = parameters.choice("format", ["json", "csv"], "json")
        is_for_excel = parameters.choice("for", ["excel"], None) == "excel"
        answer = figure_answer(self.dealership, self.figure.name, parameters)
        # All but when it was asked: what is the same at another time has the same name.
        etag = etags.of_bytes(json.render({**answer, "asOf": None}), format.encode(), str(is_for_excel).encode())
        if format == "json":
            return self.answer(answer, etag=etag)
        response = self._file(answer, is_for_excel)
        response["ETag"] = etags.quoted(etag)
        return response

    def _file(self, answer, is_for_excel):
        file = BytesIO()
        write_figure(file, answer, self.dealership.language if is_for_excel else None)
        name = f"{self.figure.name}-{timezone.localdate(timezone=self.dealership.tz)}.csv"
        headers = {"Content-Disposition": content_disposition_header(True, name)}
        return HttpResponse(file.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


class FigureLeadsQuery(ListQuery):
    """What one request asks of the list behind a number."""

    def __init__(self, view, parameters, filters):
        self.question = judged_question(view.dealership, view.figure, parameters)
        parameters.require("cell", f"“cell” is missing: which number's leads? {TAKE_IT}")
        super().__init__(view, parameters, filters)
        self.cell, self.counts = parameters["cell"], True

    def answer(self):
        with caught_up(self.question) as question:
            behind = behind_cell(self.view.figure, question, self.cell)
            self.there, self.gone = behind.there_and_gone()
            rows = self._page_of(behind) if self.paged else None
            if rows is None:
                rows = self.rows(behind.plan())
        return self.answered(rows, behind.leads)

    def _page_of(self, behind):
        """The rows of a page and one more, in the order in which they were found; None if all are to be sorted."""
        wanted = self.limit + 1
        found = behind.first(self.order, self.after or (), wanted, self.there)
        if not found:
            return found
        columns = "pk", *self.listing.columns, *self._further_columns()
        ids = [*found, *[found[-1]] * (wanted - len(found))]  # as many each time, so that it is the same statement
        plan = FilterPlan(("of ids", wanted), _of_ids, self.view.dealership.pk, *ids)
        page = {row[0]: row[1:] for row in plan.rows(columns, lambda leads: leads.values_list(*columns))}
        return [page[lead_id] for lead_id in found]

    def total(self, queryset):
        return self.there

    def numbers(self, total):
        """Always both. Who was there a moment ago, and is not now that all are read, is gone."""
        there = self.there if total is None else total
        return {"X-Total-Count": str(there), "X-Gone-Count": str(self.there + self.gone - there)}


def _of_ids(dealership, *ids):
    return Lead.objects.of(dealership).filter(pk__in=ids).order_by()


class FigureLeadsViewSet(ListViewSet):
    """The leads behind a number of one of the figures, archived ones too."""

    queryset = Lead.objects.none()
    figure: ClassVar[Figure]
    area = (SCOPE, "leads:read")
    listing = LEADS

    def list_parameters(self) -> Parameters:
        return self.parameters({**known_parameters(self.figure), "cell": False, **SORTING, **PAGING})

    def list_query(self, parameters=None):
        return FigureLeadsQuery(self, parameters or self.list_parameters(), None)


def _viewset(base: type, figure: Figure, documents: Callable[[Figure], Callable[[type], type]]) -> type:
    """The viewset of one figure, with its documents."""
    name = f"{figure.name.capitalize()}{base.__name__}"
    return documents(figure)(type(name, (base,), {"figure": figure, "__doc__": base.__doc__, "__module__": __name__}))


FIGURE_VIEWS = {name: _viewset(FigureViewSet, figure, figure_documents) for name, figure in FIGURES.items()}
LIST_VIEWS = {name: _viewset(FigureLeadsViewSet, figure, list_documents) for name, figure in FIGURES.items()}
