"""The address at which calendar programs fetch an agenda, and the page on which people make it."""

from django.contrib import admin
from django.urls import path

from leads.agenda import pages

urlpatterns = [
    path("calendar/<token>.ics", pages.calendar, name="agenda"),
    path("admin/leads/agenda/", admin.site.admin_view(pages.Address.as_view()), name="agenda_address"),
]
