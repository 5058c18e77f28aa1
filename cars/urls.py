"""The paths of the vehicles API, below /v1."""

from django.urls import path

from cars.views import CarViewSet

urlpatterns = [
    path("vehicles", CarViewSet.as_view({"get": "list", "post": "create"})),
    path("vehicles/<str:id>", CarViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"})),
]
