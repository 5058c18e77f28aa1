"""Hours in the admin: dated weeks, special days, quiet hours and targets."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from steerleads.api.errors import ApiError
from steerleads.dealers.hours import actions
from steerleads.dealers.hours.documents import document
from steerleads.dealers.hours.forms import HolidaysForm, HoursForm, SpecialDayForm, WeekForm
from steerleads.dealers.hours.holiday_proposals import proposed
from steerleads.dealers.hours.models import Hours, OpeningWeek, SpecialDay
from steerleads.dealers.hours.schedule import FIRST_DAY, USUAL_WEEK, WEEKDAYS
from steerleads.dealers.hours.words import day_in_words, week_in_words
from steerleads.dealers.models import Role
from steerleads.dealers.permissions import NOBODY, SUPERUSER, dealership_of
from steerleads.dealers.staff_admin.modeladmin import DealershipAdmin


class DatedHoursAdmin(DealershipAdmin):
    """What weeks and special days have in common: verbs write them, one by one."""

    view_role = Role.MANAGER
    delete = None  # the verb
    adds_several = False  # whether people add one after another

    class Media:
        css = {"all": ["dealers/hours.css"]}

    def render_change_form(self, request, context, *args, **kwargs):
        context |= {"show_save_and_continue": False, "show_save_and_add_another": self.adds_several}
        return super().render_change_form(request, context, *args, **kwargs)

    def delete_model(self, request, obj):
        self.delete(obj, actor=self.actor(request))

    def delete_queryset(self, request, queryset):
        for row in queryset.select_related("dealership"):
            self.delete_model(request, row)


@admin.register(OpeningWeek)
class OpeningWeekAdmin(DatedHoursAdmin):
    form = WeekForm
    list_display = ("begins", "shown_week")
    fields = ("valid_from", *WEEKDAYS)
    delete = staticmethod(actions.delete_week)

    @admin.display(description=gettext_lazy("valid from"), ordering="valid_from")
    def begins(self, row):
        return _("since ever") if row.valid_from == FIRST_DAY else row.valid_from

    @admin.display(description=gettext_lazy("week"))
    def shown_week(self, row):
        return format_html_join("", '<bdi class="hours-line">{}</bdi>', ((line,) for line in week_in_words(row.week)))

    def get_changeform_initial_data(self, request):
        """Of a new week: as the one in force, from today on."""
        dealership = dealership_of(request.user)
        if dealership is None:
            return USUAL_WEEK | super().get_changeform_initial_data(request)
        today = timezone.localdate(timezone=dealership.tz)
        return document(dealership, today)["week"] | {"valid_from": today}

    def save_model(self, request, obj, form, change):
        if change:
            row = actions.change_week(obj, form.changes, actor=self.actor(request))
        else:
            row = actions.add_week(self.dealership_for(request, form), **form.changes, actor=self.actor(request))
        self.refresh_from(obj, row)


@admin.register(SpecialDay)
class SpecialDayAdmin(DatedHoursAdmin):
    form = SpecialDayForm
    list_display = ("name", "first", "last", "shown_hours")
    fields = ("name", "first", "last", "hours")
    adds_several = True
    change_list_template = "admin/dealers/specialday/change_list.html"
    delete = staticmethod(actions.delete_special_day)

    @admin.display(description=gettext_lazy("hours"))
    def shown_hours(self, row):
        return day_in_words(row.hours)

    def save_model(self, request, obj, form, change):
        if change:
            row = actions.change_special_day(obj, form.changes, actor=self.actor(request))
        else:
            dealership = self.dealership_for(request, form)
            [row] = actions.add_special_days(dealership, [form.changes], actor=self.actor(request))
        self.refresh_from(obj, row)

    # --- Holidays --------------------------------------------------------------------------------

    def get_urls(self):
        view = self.admin_site.admin_view(self.holidays_view)
        return [path("holidays/", view, name="dealers_specialday_holidays"), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"has_holidays": dealership_of(request.user), **(extra_context or {})})

    def holidays_view(self, request):
        """Nothing is written before a manager has confirmed. A superuser, who may belong nowhere, types them in."""
        dealership = dealership_of(request.user)
        if dealership is None or not self.has_add_permission(request):
            raise PermissionDenied
        holidays = proposed(dealership, timezone.localdate(timezone=dealership.tz))
        form = HolidaysForm(request.POST or None, holidays=holidays)
        if request.method == "POST" and form.is_valid():
            return self._add_holidays(request, dealership, form)
        context = {"title": _("Moroccan holidays"), "form": form, "opts": self.opts, "media": self.media}
        context |= self.admin_site.each_context(request)
        return TemplateResponse(request, "admin/dealers/specialday/holidays.html", context)

    def _add_holidays(self, request, dealership, form):
        try:
            days = actions.add_special_days(dealership, form.special_days(), actor=self.actor(request))
        except ApiError as error:  # a colleague has added one meanwhile
            return self.refuse(request, error)
        self.log_additions(request, days)
        words = ngettext("%(count)s special day was added.", "%(count)s special days were added.", len(days))
        self.message_user(request, words % {"count": len(days)}, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:dealers_specialday_changelist"))

    def log_additions(self, request, rows):
        for row in rows:
            self.log_addition(request, row, [{"added": {}}])


@admin.register(Hours)
class HoursAdmin(DealershipAdmin):
    """One row a dealership: a manager comes straight to it."""

    form = HoursForm
    view_role = Role.MANAGER
    add_role = SUPERUSER
    delete_role = NOBODY
    list_display = ("__str__", "target_seconds", "stale_seconds")
    fields = ("target_minutes", "stale_days", "quiet_from", "quiet_until")

    def changelist_view(self, request, *args, **kwargs):
        dealership = dealership_of(request.user)
        if request.user.is_superuser or not dealership or not self.has_view_permission(request):
            return super().changelist_view(request, *args, **kwargs)
        return redirect("admin:dealers_hours_change", actions.set_hours(dealership, {}).pk)

    def render_change_form(self, request, context, *args, **kwargs):
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request, obj, form, change):
        dealership = obj.dealership if change else self.dealership_for(request, form)
        self.refresh_from(obj, actions.set_hours(dealership, form.changes, actor=self.actor(request)))
