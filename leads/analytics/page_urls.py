"""The addresses of the analytics pages, below /admin/leads/analytics/."""

from django.contrib import admin
from django.urls import path

from leads.analytics import pages

app_name = "analytics"


def _staff_only(view):
    return admin.site.admin_view(view.as_view())


urlpatterns = [
    path("", _staff_only(pages.Page), name="page"),
    path("<figure>/leads", _staff_only(pages.Leads), name="leads"),
    path("<figure>/csv", _staff_only(pages.Csv), name="csv"),
]
