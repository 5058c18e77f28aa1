"""The addresses of the pages of exports, below /admin/leads/."""

from django.contrib import admin
from django.urls import path

from leads.interchange import pages

app_name = "interchange"

urlpatterns = [
    path("lead/export/", admin.site.admin_view(pages.ListExport.as_view()), name="list"),
    path("board/export/", admin.site.admin_view(pages.BoardExport.as_view()), name="board"),
]
