"""Where Django's admin looks for the pages of this app: they are in `staff_admin`."""

from steerleads.dealers.staff_admin import accounts  # noqa: F401  importing registers them
