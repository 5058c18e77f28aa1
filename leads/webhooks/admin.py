"""Webhooks in the admin."""

from django.contrib import admin
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.models import EventKind
from leads.outbox.destination_admin import DestinationAdmin
from leads.webhooks import actions
from leads.webhooks.forms import WebhookForm
from leads.webhooks.models import Webhook
from steerleads.api.errors import ApiError
from steerleads.db.ids import parse_id


@admin.register(Webhook)
class WebhookAdmin(DestinationAdmin):
    """A secret is on the page that answers its making, and nowhere else."""

    form = WebhookForm
    change_form_template = None  # its own, which extends that of all destinations
    list_display = ("__str__", "events", "state", "last_delivery", "created_at")
    fields = ("url", "kinds", "description", "is_on")
    readonly_fields = ("state", "old_secret_ends", "created_at")

    def get_urls(self):
        view = self.admin_site.admin_view(self.rotate_view)
        return [path("<path:object_id>/rotate/", view, name="webhooks_webhook_rotate"), *super().get_urls()]

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
        return TemplateResponse(request, "admin/webhooks/webhook/rotate.html", context)

    def _show_secret(self, request, webhook):
        text = _(
            "Copy this secret now: with it the receiver checks that messages are from here. It is not shown again."
        )
        return self.show_once(request, _("The new secret"), [(str(webhook), webhook.secret)], words=text)
