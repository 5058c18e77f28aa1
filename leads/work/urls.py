"""The paths of work."""

from django.urls import path

from leads.work.views import StaffViewSet, WorkViewSet

urlpatterns = [
    path("v1/leads/<str:id>/work", WorkViewSet.as_view({"get": "retrieve", "patch": "partial_update"})),
    path("v1/leads/<str:id>/claim", WorkViewSet.as_view({"post": "claim"})),
    path("v1/leads/<str:id>/contacts", WorkViewSet.as_view({"post": "contact"})),
    path("v1/staff", StaffViewSet.as_view({"get": "list"})),
]
