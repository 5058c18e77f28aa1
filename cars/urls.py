"""The paths of the vehicles API."""

from django.urls import path

from cars.views import CarViewSet

urlpatterns = [
    path("v1/vehicles", CarViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "v1/vehicles/<str:id>", CarViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"})
    ),
]
