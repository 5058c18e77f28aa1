"""The addresses of the analytics pages, below /admin/leads/analytics/."""

from django.contrib import admin
from django.urls import path

from leads.analytics import pages
from leads.analytics.digest import pages as digest

app_name = "analytics"


def _staff_only(view):
    return admin.site.admin_view(view.as_view())


urlpatterns = [
    path("", _staff_only(pages.Page), name="page"),
    path("digest/", _staff_only(digest.Switch), name="digest"),
    path("digest/stop/<token>", digest.Stop.as_view(), name="stop"),
    path("<figure>/leads", _staff_only(pages.Leads), name="leads"),
    path("<figure>/csv", _staff_only(pages.Csv), name="csv"),
]
