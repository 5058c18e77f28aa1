"""The paths of the events feed and of webhooks, below /v1."""

from django.urls import path

from leads.delivery.views import EventViewSet, WebhookViewSet

urlpatterns = [
    path("events", EventViewSet.as_view({"get": "list"})),
    path("webhooks", WebhookViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "webhooks/<str:id>",
        WebhookViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    path("webhooks/<str:id>/rotate", WebhookViewSet.as_view({"post": "rotate"})),
    path("webhooks/<str:id>/test", WebhookViewSet.as_view({"post": "test"})),
    path("webhooks/<str:id>/deliveries", WebhookViewSet.as_view({"get": "deliveries"})),
    path("webhooks/<str:id>/deliveries/<str:deliveryId>/redeliver", WebhookViewSet.as_view({"post": "redeliver"})),
]
