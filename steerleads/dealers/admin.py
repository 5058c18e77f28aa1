"""Where Django's admin looks for the pages of this app: they are in `staff_admin`, and in `hours`."""

from steerleads.dealers.hours import admin  # noqa: F401  importing registers them
from steerleads.dealers.staff_admin import accounts  # noqa: F401
