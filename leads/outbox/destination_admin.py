"""The admin pages of a kind of destination: what became of what was sent to it, a test, and its deleting."""

from django.contrib import admin, messages
from django.db.models import OuterRef, Subquery
from django.http import HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.outbox import actions, words
from leads.outbox.admin import with_lead
from leads.outbox.models import Delivery, State
from steerleads.api.errors import ApiError
from steerleads.dealers.models import Role
from steerleads.dealers.staff_admin.modeladmin import DealershipAdmin

DELIVERIES_ON_PAGE = 20


class DestinationAdmin(DealershipAdmin):
    """What the pages of all kinds have in common."""

    view_role = Role.MANAGER
    change_form_template = "admin/delivery/destination.html"
    readonly_fields = ("state", "created_at")

    class Media:
        css = {"all": ["outbox/deliveries.css"]}

    def get_queryset(self, request):
        deliveries = Delivery.objects.of(OuterRef("dealership")).filter(destination=OuterRef("pk"))
        newest = deliveries.order_by("-created_at", "-id").values("state")[:1]
        return super().get_queryset(request).annotate(last_state=Subquery(newest))

    def get_fields(self, request, obj=None):
        fields = super().get_fields(request, obj)
        return [*fields, *self.readonly_fields] if obj else fields

    @admin.display(description=gettext_lazy("state"))
    def state(self, destination):
        return words.state_of(destination)

    @admin.display(description=gettext_lazy("last delivery"))
    def last_delivery(self, destination):
        return destination.last_state and State(destination.last_state).label

    # --- One of them ---------------------------------------------------------------------------

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        if obj:
            sent = Delivery.objects.of(obj.dealership_id).filter(destination=obj)
            newest = with_lead(sent.order_by("-created_at", "-id"))[:DELIVERIES_ON_PAGE]
            context["deliveries"] = [words.line(delivery) for delivery in newest]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def response_change(self, request, obj):
        if "_test" not in request.POST:
            return super().response_change(request, obj)
        actions.send_test(obj)
        if obj.is_on:
            self.message_user(request, _("A test is on its way. See below what becomes of it."), messages.SUCCESS)
        else:
            self.message_user(request, _("The test is sent once this is switched on."), messages.WARNING)
        return HttpResponseRedirect(request.path)

    # --- Deleting ------------------------------------------------------------------------------

    def get_deleted_objects(self, objs, request):
        """What is deleted in numbers: there can be hundreds of thousands of deliveries."""
        rows = list(objs)
        sent = Delivery.objects.filter(dealership__in={row.dealership_id for row in rows}, destination__in=rows).count()
        counts = {self.opts.verbose_name_plural: len(rows), Delivery._meta.verbose_name_plural: sent}
        return [str(row) for row in rows], counts, set(), []

    def delete_queryset(self, request, queryset):
        for row in queryset.select_related("dealership"):
            try:
                self.delete_model(request, row)
            except ApiError:  # a colleague deleted it meanwhile
                continue
