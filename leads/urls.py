"""The paths of the leads API, below /v1."""

from django.urls import path

from leads.views import LeadViewSet

urlpatterns = [
    path("leads", LeadViewSet.as_view({"get": "list"})),
    path("leads/car/<str:carId>", LeadViewSet.as_view({"get": "list_of_car", "post": "create"})),
    path("leads/car/<str:carId>/reorder", LeadViewSet.as_view({"patch": "reorder"})),
    path("leads/status/<str:status>", LeadViewSet.as_view({"get": "list_of_status"})),
    path("leads/<str:id>", LeadViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"})),
    path("leads/<str:id>/order", LeadViewSet.as_view({"patch": "set_order"})),
    path("leads/<str:id>/archive", LeadViewSet.as_view({"post": "archive"})),
    path("leads/<str:id>/restore", LeadViewSet.as_view({"post": "restore"})),
    path("leads/<str:id>/history", LeadViewSet.as_view({"get": "history"})),
]
