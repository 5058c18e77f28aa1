"""The paths of webhooks."""

from django.urls import path

from leads.webhooks.views import DeliveryViewSet, WebhookViewSet

urlpatterns = [
    path("v1/webhooks", WebhookViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "v1/webhooks/<str:id>",
        WebhookViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    path("v1/webhooks/<str:id>/rotate", WebhookViewSet.as_view({"post": "rotate"})),
    path("v1/webhooks/<str:id>/test", DeliveryViewSet.as_view({"post": "test"})),
    path("v1/webhooks/<str:id>/deliveries", DeliveryViewSet.as_view({"get": "list"})),
    path("v1/webhooks/<str:id>/deliveries/<str:deliveryId>/redeliver", DeliveryViewSet.as_view({"post": "redeliver"})),
]
