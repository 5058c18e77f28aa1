"""The paths of the exports."""

from django.urls import path

from leads.interchange.views import HistoryExportViewSet, LeadExportViewSet, VehicleExportViewSet

urlpatterns = [
    path("v1/exports/leads", LeadExportViewSet.as_view({"get": "list"})),
    path("v1/exports/vehicles", VehicleExportViewSet.as_view({"get": "list"})),
    path("v1/exports/history", HistoryExportViewSet.as_view({"get": "list"})),
]
