"""The exports of the API (contract X1 to X4): lists that are answered as files."""

from functools import cached_property
from io import BytesIO

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from cars.filters import CarFilters
from cars.models import Car
from leads.errors import lead_validation
from leads.filters import LeadFilters
from leads.interchange.exports import exporters_of, no_format
from leads.interchange.exports.base import Context
from leads.interchange.exports.contents import HISTORY_TO_EXPORT, LEADS_TO_EXPORT, VEHICLES_TO_EXPORT
from leads.interchange.exports.making import export, file_name, record, refuse_too_many, write_rows
from leads.interchange.filters import HistoryFilters
from leads.interchange.models import Export
from leads.interchange.openapi import history_documents, lead_documents, vehicle_documents
from leads.models import Lead, LeadEvent
from leads.work.listing import check_may_ask
from steerleads.api.list_query import ListQuery
from steerleads.api.lists import ListViewSet
from steerleads.api.plans import active_filters
from steerleads.dealers.actors import Actor


class ExportQuery(ListQuery):
    """What one request asks of an export: a list in a format, for a program or for Excel."""

    def __init__(self, view, parameters, filters):
        self.exporter = _exporter(view.contents, parameters)
        reader = parameters.choice("for", ["excel"], None)
        super().__init__(view, parameters, filters)
        language = view.dealership.language
        self.context = Context(view.contents, view.dealership, language, for_excel=reader == "excel")

    def whole(self, rows, total, link=None):
        file = BytesIO()
        write_rows(rows, self.exporter, file, self.context)
        response = HttpResponse(file.getvalue(), **self._head())
        response = self.tagged(response, len(rows), total, link)
        if self.view.request.method == "GET" and not self.view.is_known(response):
            record(self.exporter, self.context, rows=len(rows), **self._facts)
        return response

    def streamed(self, rows):
        if self.view.request.method == "HEAD":
            refuse_too_many(rows, self.exporter)
            return self.head(rows, **self._head())
        response = export(rows, self.exporter, self.context, **self._facts)
        return self.counted(response, response.rows if self.counts else None)

    def _head(self):
        name = file_name(self.exporter, self.context, self._facts["now"])
        return {
            "content_type": self.exporter.content_type,
            "headers": {"Content-Disposition": content_disposition_header(True, name)},
        }

    @cached_property
    def _facts(self):
        """What is noted of this export, beside how many rows it has."""
        return {
            "door": Export.Door.API,
            "actor": Actor.of_key(self.view.request.auth),
            "filters": self.filters.said(),
            "now": timezone.now(),
        }


class ExportViewSet(ListViewSet):
    """A list of `contents`, in a format that the request names."""

    contents = None
    answers_files = True
    further_parameters = {"format": False, "for": False}

    def list_query(self, parameters=None):
        parameters = parameters or self.list_parameters()
        return ExportQuery(self, parameters, active_filters(self.filterset_class, parameters))


@lead_documents
class LeadExportViewSet(ExportViewSet):
    queryset = Lead.objects.none()
    area = "leads"
    contents, listing, filterset_class = LEADS_TO_EXPORT, LEADS_TO_EXPORT.listing, LeadFilters
    list_failure = staticmethod(lead_validation)

    def get_queryset(self):
        return Lead.objects.of(self.dealership)

    def list_parameters(self):
        parameters = super().list_parameters()
        check_may_ask(self.request.auth, parameters)
        return parameters


@vehicle_documents
class VehicleExportViewSet(ExportViewSet):
    queryset = Car.objects.none()
    area = "vehicles"
    contents, listing, filterset_class = VEHICLES_TO_EXPORT, VEHICLES_TO_EXPORT.listing, CarFilters

    def get_queryset(self):
        return Car.objects.of(self.dealership)


@history_documents
class HistoryExportViewSet(ExportViewSet):
    """The histories of all leads that there are: what stays of deleted ones is for the events feed alone."""

    queryset = LeadEvent.objects.none()
    area = "leads"
    contents, listing, filterset_class = HISTORY_TO_EXPORT, HISTORY_TO_EXPORT.listing, HistoryFilters

    def get_queryset(self):
        leads = Lead.objects.of(self.dealership).values("pk")
        return LeadEvent.objects.of(self.dealership).filter(lead_id__in=leads)


def _exporter(contents, parameters):
    """The Exporter that `format` names, or None where that is refused."""
    exporters = exporters_of(contents)
    parameters.require("format", no_format(contents))
    exporter = exporters.get(parameters.choice("format", list(exporters), None))
    if exporter and not exporter.is_paged:
        for name in ("limit", "cursor"):
            if name in parameters:
                wrong = f"“{name}” is for formats that come in pages: {exporter.name} is one file. Leave it out."
                parameters.refuse(name, wrong)
    return exporter
