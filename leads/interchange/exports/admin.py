"""The list of what went out by file, for managers to read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from leads.interchange.models import Export
from steerleads.dealers.actors import shown_name
from steerleads.dealers.models import Role
from steerleads.dealers.permissions import NOBODY
from steerleads.dealers.staff_admin.modeladmin import DealershipAdmin


@admin.register(Export)
class ExportAdmin(DealershipAdmin):
    """Who took what, when, and through which door: to be read only."""

    view_role = Role.MANAGER
    add_role = change_role = delete_role = bulk_role = NOBODY
    list_display = ("at", "who", "door", "contents", "format", "shown_filters", "rows")
    fields = list_display
    readonly_fields = ("who", "shown_filters")
    ordering = ("-at", "-id")

    @admin.display(description=gettext_lazy("who"), ordering="actor_name")
    def who(self, export):
        return shown_name(export.actor_name)

    @admin.display(description=gettext_lazy("filters"))
    def shown_filters(self, export):
        """By the API's names, as they are kept."""
        return ", ".join(export.filters)
