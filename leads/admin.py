"""The leads in the admin: the list, the form with its history, and what may be done to many."""

from contextlib import suppress
from itertools import groupby
from operator import itemgetter

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timesince import timesince
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cars.admin import MakeFilter
from cars.models import Car
from leads import actions, timeline
from leads.bulk import MOST_AT_ONCE, change_leads
from leads.fields import WRITABLE
from leads.forms import LeadForm
from leads.history import batch_of
from leads.models import Lead, PersonRequest, Status
from leads.work.admin_filters import AssignedFilter, DueFilter
from steerleads.api.errors import ApiError
from steerleads.db.ids import parse_id
from steerleads.dealers.models import Dealership, Role
from steerleads.dealers.permissions import NOBODY, dealership_of, has_role
from steerleads.dealers.staff_admin.modeladmin import ArchivedFilter, DealershipAdmin, OwnValues

LINES_ON_PAGE = 30
LINES_OF_HISTORY = 100


class StatusFilter(admin.SimpleListFilter):
    title = gettext_lazy("status")
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return Status.choices

    def queryset(self, request, queryset):
        return queryset.with_status(self.value()) if self.value() in Status.values else queryset


class TagFilter(OwnValues):
    title = gettext_lazy("tag")
    parameter_name = folded = "tag_folded"
    column = "tag"


class CarMakeFilter(MakeFilter):
    title = gettext_lazy("car make")

    def rows(self, request, model_admin):
        return model_admin.admin_site.get_model_admin(Car).get_queryset(request)

    def queryset(self, request, queryset):
        return queryset.filter(car__make_folded=self.value()) if self.value() else queryset


class CarFilter(admin.SimpleListFilter):
    """One car's leads: offered where an address asks for it, as the board's does."""

    title = gettext_lazy("car")
    parameter_name = "car"

    def lookups(self, request, model_admin):
        asked = parse_id(self.value() or "")
        cars = model_admin.admin_site.get_model_admin(Car).get_queryset(request)
        return [(str(car.pk), str(car)) for car in cars.filter(pk=asked)] if asked else []

    def has_output(self):
        return bool(self.value())

    def queryset(self, request, queryset):
        return queryset.filter(car=parse_id(self.value()))


@admin.register(Lead)
class LeadAdmin(DealershipAdmin):
    """Every write goes through a verb. Django's own log is not kept: it would outlive a deleted lead."""

    form = LeadForm
    add_role = change_role = Role.SALESPERSON
    export_role = Role.MANAGER
    chooses_dealership = False  # it is the car's
    autocomplete_fields = ("car",)
    fields = ("car", *WRITABLE.values())
    readonly_fields = ("archived", "created_at", "updated_at")
    list_display = ("shown_action", "contact", "info", "car", "shown_status", "shown_tag", "created", "age")
    list_filter = (
        *(StatusFilter, AssignedFilter, DueFilter, TagFilter, ArchivedFilter, CarMakeFilter, CarFilter),
        "created_at",
    )
    filter_lookups = ("created_at__gte", "created_at__lt")
    list_select_related = ("car", "dealership")
    search_fields = ("search_text",)
    search_help_text = gettext_lazy("Action, contact, tag, phone number or e-mail")
    actions = ("mark_new", "mark_completed", "mark_not_needed", "archive", "restore")

    def get_fields(self, request, obj=None):
        fields = super().get_fields(request, obj)
        return [*fields, *self.readonly_fields] if obj else fields

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        return (*fields, "car") if obj else fields

    def get_search_results(self, request, queryset, search_term):
        whose = None if request.user.is_superuser else dealership_of(request.user)
        return queryset.matching(search_term, whose), False

    def has_export_permission(self, request):
        return has_role(request.user, self.export_role)

    def changelist_view(self, request, extra_context=None):
        may_export = self.has_export_permission(request)
        return super().changelist_view(request, {**(extra_context or {}), "may_export": may_export})

    # --- Columns -------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("action"), ordering="action_folded")
    def shown_action(self, lead):
        return lead.action

    @admin.display(description=gettext_lazy("contact name"), ordering="target_name_folded")
    def contact(self, lead):
        return lead.target_name

    @admin.display(description=gettext_lazy("phone or e-mail"))
    def info(self, lead):
        return format_html('<bdi dir="auto">{}</bdi>', lead.target_info)

    @admin.display(description=gettext_lazy("status"), ordering="status_rank")
    def shown_status(self, lead):
        return lead.get_status_display()

    @admin.display(description=gettext_lazy("tag"), ordering="tag_folded")
    def shown_tag(self, lead):
        return lead.tag

    @admin.display(description=gettext_lazy("created"), ordering="created_at")
    def created(self, lead):
        return date_format(localtime(lead.created_at, lead.dealership.tz), "SHORT_DATETIME_FORMAT")

    @admin.display(description=gettext_lazy("age"), ordering="-created_at")
    def age(self, lead):
        return timesince(lead.created_at, depth=1)

    # --- One lead ------------------------------------------------------------------------------

    def save_model(self, request, obj, form, change):
        actor = self.actor(request)
        if not change:
            car = form.cleaned_data["car"]
            self.refresh_from(obj, actions.create_lead(car.dealership, car.pk, form.changes, actor=actor))
            return
        lead = actions.change_lead(obj.dealership, obj.pk, form.changes, actor=actor)
        for button, verb in (("_archive", actions.archive_lead), ("_restore", actions.restore_lead)):
            if button in request.POST:
                lead = verb(obj.dealership, obj.pk, actor=actor)
        self.refresh_from(obj, lead)

    def get_deleted_objects(self, objs, request):
        """The leads alone: what else goes with them is bookkeeping."""
        leads = list(objs)
        return [str(lead) for lead in leads], {self.opts.verbose_name_plural: len(leads)}, set(), []

    def delete_model(self, request, obj):
        actions.delete_lead(obj.dealership, obj.pk, actor=self.actor(request))

    def log_addition(self, request, obj, message):
        """Nothing: the verb has recorded it."""

    log_change = log_addition

    def log_deletions(self, request, queryset):
        """Nothing: the verb leaves a tombstone."""

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj:
            context["history"] = timeline.lines(timeline.events_of(obj)[:LINES_ON_PAGE], obj.dealership.tz)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def history_view(self, request, object_id, extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        lead = self.get_object(request, object_id)
        if lead is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        paginator = self.get_paginator(request, timeline.events_of(lead), LINES_OF_HISTORY)
        page = paginator.get_page(request.GET.get("p"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("History"),
            "subtitle": str(lead),
            "object": lead,
            "opts": self.opts,
            "page": page,
            "history": timeline.lines(page.object_list, lead.dealership.tz),
        }
        return TemplateResponse(request, "admin/leads/lead/history.html", context)

    # --- Many ----------------------------------------------------------------------------------

    def delete_queryset(self, request, queryset):
        leads = list(queryset.select_related("dealership").order_by("pk"))
        how = {"actor": self.actor(request), "batch": batch_of(lead.pk for lead in leads)}
        for lead in leads:
            with suppress(ApiError):  # a colleague deleted it meanwhile
                actions.delete_lead(lead.dealership, lead.pk, **how)

    @admin.action(permissions=["bulk"], description=gettext_lazy("Mark as new"))
    def mark_new(self, request, queryset):
        self._mark(request, queryset, Status.NEW)

    @admin.action(permissions=["bulk"], description=gettext_lazy("Mark as completed"))
    def mark_completed(self, request, queryset):
        self._mark(request, queryset, Status.COMPLETED)

    @admin.action(permissions=["bulk"], description=gettext_lazy("Mark as not needed"))
    def mark_not_needed(self, request, queryset):
        self._mark(request, queryset, Status.NOT_NEEDED)

    @admin.action(permissions=["bulk"], description=gettext_lazy("Archive"))
    def archive(self, request, queryset):
        self._change(request, queryset, {"archived": True})

    @admin.action(permissions=["bulk"], description=gettext_lazy("Restore from the archive"))
    def restore(self, request, queryset):
        self._change(request, queryset, {"archived": False})

    def _mark(self, request, queryset, status):
        self._change(request, queryset, {"status": status.value})

    def _change(self, request, queryset, changes):
        """Of a superuser's list, dealership by dealership. A lead that a colleague deleted meanwhile is passed over."""
        found = list(queryset.order_by("dealership", "pk").values_list("dealership", "pk"))
        how = {"actor": self.actor(request), "batch": batch_of(pk for _owner, pk in found)}
        done = 0
        for owner, rows in groupby(found, key=itemgetter(0)):
            dealership, leads = Dealership.objects.get(pk=owner), [pk for _owner, pk in rows]
            for first in range(0, len(leads), MOST_AT_ONCE):
                some = leads[first : first + MOST_AT_ONCE]
                done += len(change_leads(dealership, some, lambda lead: changes, **how).done)
        self._told(request, done)

    def _told(self, request, count):
        self.message_user(request, _("Leads changed: %(count)s.") % {"count": count}, messages.SUCCESS)


@admin.register(PersonRequest)
class PersonRequestAdmin(DealershipAdmin):
    """That people's data was exported or erased: to be read only."""

    view_role = Role.MANAGER
    add_role = change_role = delete_role = NOBODY
    list_display = ("at", "kind", "actor_name", "leads")
    fields = ("at", "kind", "actor_name", "leads")
    ordering = ("-at", "-id")
