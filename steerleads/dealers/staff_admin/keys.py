"""The pages for API keys."""

from datetime import timedelta

from django.contrib import admin, messages
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steerleads.db.ids import parse_id
from steerleads.dealers.keys import change_key, issue_key, revoke_key, rotate_key
from steerleads.dealers.models import Role
from steerleads.dealers.permissions import NOBODY
from steerleads.dealers.staff_admin.forms import ApiKeyForm, RotationForm
from steerleads.dealers.staff_admin.modeladmin import DealershipAdmin


class ApiKeyAdmin(DealershipAdmin):
    """A key's text is on the page that answers its making, and nowhere else."""

    form = ApiKeyForm
    view_role = Role.MANAGER
    delete_role = NOBODY
    list_display = ("name", "hint", "environment", "state", "scope_list", "last_used_at", "expires_at", "created_at")
    list_filter = ("environment",)
    filter_lookups = ("environment__exact",)
    search_fields = ("name", "hint")
    actions = ("revoke",)
    fields = ("name", "environment", "scopes", "hourly_limit", "expires_at")
    FIXED = ("hint", "environment", "state", "last_used_at", "revoked_at", "created_at", "made_by")
    CHANGEABLE = ("name", "scopes", "hourly_limit", "expires_at")

    def get_fields(self, request, obj=None):
        dealership = ["dealership"] if request.user.is_superuser else []
        return [*dealership, *self.CHANGEABLE, *self.FIXED] if obj else [*dealership, *self.fields]

    def get_readonly_fields(self, request, obj=None):
        return ("dealership", *self.FIXED) if obj else ()

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or obj.revoked_at is None)

    def get_urls(self):
        verbs = [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(getattr(self, f"{name}_view")),
                name=f"dealers_apikey_{name}",
            )
            for name in ("rotate", "revoke")
        ]
        return verbs + super().get_urls()

    # --- Columns -------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("state"))
    def state(self, key):
        if key.revoked_at:
            return _("revoked")
        return _("works") if key.works_at(timezone.now()) else _("expired")

    @admin.display(description=gettext_lazy("scopes"))
    def scope_list(self, key):
        return ", ".join(key.scopes)

    # --- Writes --------------------------------------------------------------------------------

    def save_model(self, request, obj, form, change):
        if change:
            changes = {name: form.cleaned_data[name] for name in form.changed_data if name in self.CHANGEABLE}
            if changes:
                change_key(obj, changes, by=request.user)
            return
        given = {name: form.cleaned_data[name] for name in self.fields}
        dealership = self.dealership_for(request, form)
        key, request.secret = issue_key(dealership, given.pop("name"), by=request.user, **given)
        self.refresh_from(obj, key)

    def render_change_form(self, request, context, *args, **kwargs):
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        context["key_works"] = bool(context["original"] and context["original"].works_at(timezone.now()))
        return super().render_change_form(request, context, *args, **kwargs)

    def response_add(self, request, obj, post_url_continue=None):
        return self._show_secret(request, obj, request.secret)

    @admin.action(permissions=["bulk"], description=gettext_lazy("Revoke"))
    def revoke(self, request, queryset):
        revoked = sum(self._revoke(request, key) for key in queryset)
        self.message_user(request, _("Keys revoked: %(count)s.") % {"count": revoked}, messages.SUCCESS)

    def revoke_view(self, request, object_id):
        key = self._working(request, object_id)
        if request.method != "POST":
            return self._ask(request, key, _("Revoke this key?"), "admin/dealers/apikey/revoke.html")
        self._revoke(request, key)
        self.message_user(request, _("The key is revoked. Calls with it end within seconds."), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:dealers_apikey_changelist"))

    def rotate_view(self, request, object_id):
        key = self._working(request, object_id)
        form = RotationForm(request.POST or None)
        if not form.is_valid():
            return self._ask(request, key, _("Rotate this key"), "admin/dealers/apikey/rotate.html", form=form)
        overlap = timedelta(hours=form.cleaned_data["overlap"])
        successor, secret = rotate_key(key, overlap=overlap, now=timezone.now(), by=request.user)
        self.log_change(request, key, _("Rotated."))
        return self._show_secret(request, successor, secret)

    def _revoke(self, request, key):
        revoked = revoke_key(key, now=timezone.now(), by=request.user)
        if revoked:
            self.log_change(request, key, _("Revoked."))
        return revoked

    def _working(self, request, object_id):
        """The key, if the person may manage it and there is something left to do to it."""
        key = self.get_queryset(request).filter(pk=parse_id(object_id)).first()
        if key is None or not self.has_add_permission(request) or not key.works_at(timezone.now()):
            raise Http404
        return key

    def _ask(self, request, key, title, template, **context):
        context |= {**self.admin_site.each_context(request), "title": title, "key": key, "opts": self.opts}
        return TemplateResponse(request, template, context)

    def _show_secret(self, request, key, secret):
        words = _("Copy this key now. It is stored nowhere and cannot be shown again.")
        return self.show_once(request, _("The new API key"), [(key.name, secret)], words=words)
