"""The paths of the leads API."""

from django.urls import path

from leads.views import HistoryViewSet, LeadViewSet

urlpatterns = [
    # First those that are asked for most: they are tried in turn.
    path("v1/leads/car/<str:carId>", LeadViewSet.as_view({"get": "list_of_car", "post": "create"})),
    path("v1/leads/<str:id>", LeadViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"})),
    path("v1/leads", LeadViewSet.as_view({"get": "list"})),
    path("v1/leads/car/<str:carId>/reorder", LeadViewSet.as_view({"patch": "reorder"})),
    path("v1/leads/status/<str:status>", LeadViewSet.as_view({"get": "list_of_status"})),
    path("v1/leads/<str:id>/order", LeadViewSet.as_view({"patch": "set_order"})),
    path("v1/leads/<str:id>/archive", LeadViewSet.as_view({"post": "archive"})),
    path("v1/leads/<str:id>/restore", LeadViewSet.as_view({"post": "restore"})),
    path("v1/leads/<str:id>/history", HistoryViewSet.as_view({"get": "list"})),
]
