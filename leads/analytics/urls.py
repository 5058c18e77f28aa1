"""The paths of the figures, and of the lists behind them."""

from django.urls import path

from leads.analytics.views import FIGURE_VIEWS, LIST_VIEWS

urlpatterns = [
    *(path(f"v1/analytics/{name}", view.as_view({"get": "retrieve"})) for name, view in FIGURE_VIEWS.items()),
    *(path(f"v1/analytics/{name}/leads", view.as_view({"get": "list"})) for name, view in LIST_VIEWS.items()),
]
