"""The path of the events feed."""

from django.urls import path

from leads.outbox.views import EventViewSet

urlpatterns = [path("v1/events", EventViewSet.as_view({"get": "list"}))]
