"""What became of everything that was sent, in the admin: the list of deliveries, and the page of one."""

from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.models import Lead
from leads.outbox import actions, words
from leads.outbox.models import Attempt, Delivery
from leads.outbox.pauses import with_due
from leads.outbox.senders import all_kinds, all_senders
from steerleads.api.errors import ApiError
from steerleads.db.ids import parse_id
from steerleads.dealers.models import Role
from steerleads.dealers.permissions import NOBODY
from steerleads.dealers.staff_admin.modeladmin import DealershipAdmin

ATTEMPTS_ON_PAGE = 50


def with_lead(deliveries):
    """Deliveries, each with `lead_action`: what its lead is called, None if there is none any more; and with `due_at`."""
    leads = Lead.objects.of(OuterRef("dealership")).filter(pk=OuterRef("lead_id"))
    return with_due(deliveries, timezone.now()).annotate(lead_action=Subquery(leads.values("action")))


class DestinationFilter(admin.SimpleListFilter):
    """All destinations of a kind, or the one whose page leads here."""

    title = gettext_lazy("to")
    parameter_name = "to"

    def lookups(self, request, model_admin):
        self.types = {f"{sender.type}s": sender.type for sender in all_senders()}
        self.one = self._one(request, model_admin)
        kinds = [(f"{sender.type}s", sender.model._meta.verbose_name_plural) for sender in all_senders()]
        return [*kinds, (self.value(), str(self.one))] if self.one else kinds

    def queryset(self, request, queryset):
        if self.one:
            return queryset.filter(destination=self.one)
        type = self.types.get(self.value())
        return queryset.filter(destination__type=type) if type else queryset

    def _one(self, request, model_admin):
        wanted = parse_id(self.value() or "")
        models = [sender.model for sender in all_senders()] if wanted else []
        rows = (model_admin.admin_site.get_model_admin(model).get_queryset(request) for model in models)
        return next(filter(None, (each.filter(pk=wanted).first() for each in rows)), None)


@admin.register(Delivery)
class DeliveryAdmin(DealershipAdmin):
    """To be read, and sent again."""

    view_role = Role.MANAGER
    add_role = change_role = delete_role = NOBODY
    list_display = ("created_at", "to", "event", "state", "attempts", "answer", "next_due", "lead")
    list_filter = ("state", DestinationFilter)
    filter_lookups = ("state__exact",)
    ordering = ("-created_at", "-id")
    actions = ("send_again",)
    fields = readonly_fields = (
        *("to", "event", "lead", "state", "attempts", "created_at"),
        *("last_at", "answer", "next_due"),
    )

    class Media:
        css = {"all": ["outbox/deliveries.css"]}

    def get_queryset(self, request):
        return with_lead(super().get_queryset(request)).select_related(*all_kinds())

    def get_urls(self):
        view = self.admin_site.admin_view(self.redeliver_view)
        return [path("<path:object_id>/redeliver/", view, name="delivery_delivery_redeliver"), *super().get_urls()]

    # --- Columns -------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("to"))
    def to(self, delivery):
        to = delivery.destination.specific
        url = reverse(admin_urlname(to._meta, "change"), args=[to.pk])
        return format_html('<a href="{}"><bdi>{}</bdi></a>', url, to)

    @admin.display(description=gettext_lazy("event"), ordering="kind")
    def event(self, delivery):
        return words.event_of(delivery)

    @admin.display(description=gettext_lazy("last answer"))
    def answer(self, delivery):
        return words.answer(delivery.last_status, delivery.last_error)

    @admin.display(description=gettext_lazy("next attempt"), ordering="next_at")
    def next_due(self, delivery):
        return delivery.due_at

    @admin.display(description=gettext_lazy("lead"))
    def lead(self, delivery):
        if delivery.lead_action is None:
            return None
        url = reverse("admin:leads_lead_change", args=[delivery.lead_id])
        return format_html('<a href="{}"><bdi>{}</bdi></a>', url, delivery.lead_action)

    # --- One delivery --------------------------------------------------------------------------

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        tries = Attempt.objects.of(obj.dealership_id).filter(delivery=obj).order_by("-at", "-id")
        context["attempts"] = [(each, words.answer(each.status, each.error)) for each in tries[:ATTEMPTS_ON_PAGE]]
        context["can_redeliver"] = obj.state in actions.OVER
        return super().render_change_form(request, context, add, change, form_url, obj)

    def redeliver_view(self, request, object_id):
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        delivery = self.get_queryset(request).filter(pk=parse_id(object_id)).first()
        if delivery is None or not self.has_bulk_permission(request):
            raise Http404
        self._redeliver(request, [delivery])
        return redirect("admin:delivery_delivery_change", delivery.pk)

    @admin.action(permissions=["bulk"], description=gettext_lazy("Send again"))
    def send_again(self, request, queryset):
        self._redeliver(request, queryset.order_by("pk"))

    def _redeliver(self, request, deliveries):
        done, refused = [], 0
        for delivery in deliveries:
            try:
                actions.redeliver(delivery)
                done.append(delivery.destination.is_on)
            except ApiError:
                refused += 1
        if done:
            self.message_user(request, _("To be sent again: %(count)s.") % {"count": len(done)}, messages.SUCCESS)
        if not all(done):
            self.message_user(request, _("What is switched off gets them once it is on again."), messages.WARNING)
        if refused:
            text = _("Not sent again, as they are under way or no longer needed: %(count)s.")
            self.message_user(request, text % {"count": refused}, messages.WARNING)
