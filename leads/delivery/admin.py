"""Webhooks and notification rules in the admin."""

from django.contrib import admin, messages
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.delivery import actions, rules, words
from leads.delivery.deliveries import DeliveryAdmin, with_lead
from leads.delivery.forms import RuleForm, WebhookForm
from leads.delivery.models import Delivery, Rule, State, Webhook
from leads.delivery.recipients import channel_choices
from leads.models import EventKind
from steerleads.api.errors import ApiError
from steerleads.db.ids import parse_id
from steerleads.dealers.models import Role
from steerleads.dealers.staff_admin.modeladmin import DealershipAdmin

DELIVERIES_ON_PAGE = 20


class DestinationAdmin(DealershipAdmin):
    """What webhooks and notification rules have in common."""

    view_role = Role.MANAGER
    change_form_template = "admin/delivery/destination.html"
    readonly_fields = ("state", "created_at")

    class Media:
        css = {"all": ["delivery/admin.css"]}

    def get_queryset(self, request):
        deliveries = Delivery.objects.of(OuterRef("dealership")).filter(**{self.opts.model_name: OuterRef("pk")})
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
            sent = Delivery.objects.of(obj.dealership_id).filter(**{self.opts.model_name: obj})
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
        sent = Delivery.objects.filter(dealership__in={row.dealership_id for row in rows})
        sent = sent.filter(**{f"{self.opts.model_name}__in": rows}).count()
        counts = {self.opts.verbose_name_plural: len(rows), Delivery._meta.verbose_name_plural: sent}
        return [str(row) for row in rows], counts, set(), []

    def delete_queryset(self, request, queryset):
        for row in queryset.select_related("dealership"):
            try:
                self.delete_model(request, row)
            except ApiError:  # a colleague deleted it meanwhile
                continue


@admin.register(Webhook)
class WebhookAdmin(DestinationAdmin):
    """A secret is on the page that answers its making, and nowhere else."""

    form = WebhookForm
    change_form_template = "admin/delivery/webhook/change_form.html"
    list_display = ("__str__", "events", "state", "last_delivery", "created_at")
    fields = ("url", "kinds", "description", "is_on")
    readonly_fields = ("state", "old_secret_ends", "created_at")

    def get_urls(self):
        view = self.admin_site.admin_view(self.rotate_view)
        return [path("<path:object_id>/rotate/", view, name="delivery_webhook_rotate"), *super().get_urls()]

    def get_fields(self, request, obj=None):
        rotating = obj is not None and self.old_secret_ends(obj)
        return [name for name in super().get_fields(request, obj) if rotating or name != "old_secret_ends"]

    @admin.display(description=gettext_lazy("events"))
    def events(self, webhook):
        return ", ".join(str(kind.label) for kind in EventKind if kind in webhook.kinds)

    @admin.display(description=gettext_lazy("the old secret signs until"))
    def old_secret_ends(self, webhook):
        return webhook.old_secret_until if len(webhook.secrets_at(timezone.now())) > 1 else None

    def save_model(self, request, obj, form, change):
        if change:
            webhook = actions.change_webhook(obj.dealership, obj.pk, form.changes, actor=self.actor(request))
        else:
            dealership = self.dealership_for(request, form)
            webhook = actions.create_webhook(dealership, form.changes, actor=self.actor(request))
        self.refresh_from(obj, webhook)

    def response_add(self, request, obj, post_url_continue=None):
        return self._show_secret(request, obj)

    def delete_model(self, request, obj):
        actions.delete_webhook(obj.dealership, obj.pk, actor=self.actor(request))

    def rotate_view(self, request, object_id):
        webhook = self.get_queryset(request).filter(pk=parse_id(object_id)).first()
        if webhook is None or not self.has_change_permission(request, webhook):
            raise Http404
        if request.method != "POST":
            return self._ask(request, webhook)
        try:
            webhook = actions.rotate_secret(
                webhook.dealership, webhook.pk, now=timezone.now(), actor=self.actor(request)
            )
        except ApiError as error:
            raise Http404 from error
        self.log_change(request, webhook, _("Rotated."))
        return self._show_secret(request, webhook)

    def _ask(self, request, webhook):
        context = {
            **self.admin_site.each_context(request),
            "title": _("Rotate the secret"),
            "key": webhook,
            "opts": self.opts,
            "signs_twice": self.old_secret_ends(webhook),
        }
        return TemplateResponse(request, "admin/delivery/webhook/rotate.html", context)

    def _show_secret(self, request, webhook):
        text = _(
            "Copy this secret now: with it the receiver checks that messages are from here. It is not shown again."
        )
        return self.show_once(request, _("The new secret"), [(str(webhook), webhook.secret)], words=text)


@admin.register(Rule)
class RuleAdmin(DestinationAdmin):
    form = RuleForm
    list_display = ("occasion", "hours", "by", "to", "state", "last_delivery")
    fields = ("occasion", "hours", "channel", "to", "is_on")

    @admin.display(description=gettext_lazy("by"), ordering="channel")
    def by(self, rule):
        return dict(channel_choices()).get(rule.channel, rule.channel)

    def save_model(self, request, obj, form, change):
        if change:
            rule = rules.change_rule(obj, form.changes, actor=self.actor(request))
        else:
            dealership = self.dealership_for(request, form)
            rule = rules.create_rule(dealership, form.changes, actor=self.actor(request))
        self.refresh_from(obj, rule)

    def delete_model(self, request, obj):
        rules.delete_rule(obj, actor=self.actor(request))


admin.site.register(Delivery, DeliveryAdmin)
