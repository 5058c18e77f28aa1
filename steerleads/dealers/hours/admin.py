"""Hours in the admin."""

from django.contrib import admin
from django.shortcuts import redirect
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy

from steerleads.dealers.hours.actions import set_hours
from steerleads.dealers.hours.calendar import business_days
from steerleads.dealers.hours.forms import HoursForm
from steerleads.dealers.hours.models import Hours
from steerleads.dealers.models import Role
from steerleads.dealers.permissions import NOBODY, SUPERUSER, dealership_of
from steerleads.dealers.staff_admin.modeladmin import DealershipAdmin


@admin.register(Hours)
class HoursAdmin(DealershipAdmin):
    """One row a dealership: a manager comes straight to it."""

    form = HoursForm
    view_role = Role.MANAGER
    add_role = SUPERUSER
    delete_role = NOBODY
    list_display = ("__str__", "shown_days", "quiet_from", "quiet_until")
    fields = ("days", "opens", "closes", "quiet_from", "quiet_until")

    @admin.display(description=gettext_lazy("business days"))
    def shown_days(self, hours):
        return ", ".join(str(WEEKDAYS_ABBR[day - 1]) for day in sorted(business_days(hours)))

    def changelist_view(self, request, *args, **kwargs):
        dealership = dealership_of(request.user)
        if request.user.is_superuser or not dealership or not self.has_view_permission(request):
            return super().changelist_view(request, *args, **kwargs)
        hours = Hours.objects.filter(dealership=dealership).first() or set_hours(dealership, {})
        return redirect("admin:dealers_hours_change", hours.pk)

    def render_change_form(self, request, context, *args, **kwargs):
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request, obj, form, change):
        dealership = obj.dealership if change else self.dealership_for(request, form)
        self.refresh_from(obj, set_hours(dealership, {name: form.cleaned_data[name] for name in self.fields}))
