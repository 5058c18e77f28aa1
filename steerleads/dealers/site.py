"""The admin site that staff sign in to."""

from django.contrib.admin import AdminSite


class StaffSite(AdminSite):
    site_header = site_title = "SteerLeads"
