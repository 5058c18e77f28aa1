"""The audit log in the admin: for managers to read, and for nobody to write."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from steerleads.dealers import audit_words
from steerleads.dealers.audit_kinds import AuditKind
from steerleads.dealers.models import Role
from steerleads.dealers.permissions import NOBODY
from steerleads.dealers.staff_admin.modeladmin import DealershipAdmin


class KindFilter(admin.SimpleListFilter):
    title = _("what")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return AuditKind.choices

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() in AuditKind.values else queryset


class AuditEventAdmin(DealershipAdmin):
    """Not even superusers change it, or delete from it: `clear_expired` does, after two years."""

    view_role = Role.MANAGER
    add_role = change_role = delete_role = bulk_role = NOBODY
    list_display = ("at", "who", "what", "subject", "more", "address", "times")
    list_filter = (KindFilter, "at")
    filter_lookups = ("at__gte", "at__lt")
    search_fields = ("actor_name", "subject_name", "address")
    search_help_text = _("Who, whom or what, and address")
    fields = ("at", "who", "what", "subject", "more", "address", "times", "last_at")
    ordering = ("-at", "-id")

    @admin.display(description=_("who"), ordering="actor_name")
    def who(self, event):
        return audit_words.who(event)

    @admin.display(description=_("what"), ordering="kind")
    def what(self, event):
        return str(event)

    @admin.display(description=_("whom or what"), ordering="subject_name")
    def subject(self, event):
        return audit_words.subject(event)

    @admin.display(description=_("details"))
    def more(self, event):
        return audit_words.details(event)
