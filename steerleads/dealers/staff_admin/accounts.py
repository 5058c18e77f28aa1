"""The pages for a dealership itself and its staff; those for its API keys and the audit log are registered here."""

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_otp.plugins.otp_totp.models import TOTPDevice

from steerleads.db.ids import parse_id
from steerleads.dealers import leaving, staff
from steerleads.dealers.account_mails import TooManyMails
from steerleads.dealers.availability import set_availability
from steerleads.dealers.dealerships import change_dealership, make_dealership
from steerleads.dealers.hours.schedule import WEEKDAYS
from steerleads.dealers.models import ApiKey, AuditEvent, Dealership, MailKind, Membership, Role
from steerleads.dealers.permissions import NOBODY, SUPERUSER
from steerleads.dealers.staff_admin.audit import AuditEventAdmin
from steerleads.dealers.staff_admin.forms import DealershipForm, InvitationForm
from steerleads.dealers.staff_admin.keys import ApiKeyAdmin
from steerleads.dealers.staff_admin.modeladmin import DealershipAdmin
from steerleads.dealers.staff_admin.person_form import PersonForm
from steerleads.proxies import caller_network


@admin.register(Dealership)
class OwnDealershipAdmin(DealershipAdmin):
    form = DealershipForm
    view_role = Role.MANAGER
    add_role = SUPERUSER
    delete_role = NOBODY
    list_display = ("name", "time_zone", "language", "created_at")
    search_fields = ("name",)

    def of(self, rows, dealership):
        return rows.filter(pk=dealership.pk)

    def save_model(self, request, obj, form, change):
        given = {name: form.cleaned_data[name] for name in (form.changed_data if change else form.fields)}
        if change:
            self.refresh_from(obj, change_dealership(obj, given, by=request.user))
        else:
            self.refresh_from(obj, make_dealership(given, by=request.user))


@admin.register(Membership)
class StaffAdmin(DealershipAdmin):
    """Adding is inviting, and deleting shuts the account."""

    view_role = Role.MANAGER
    list_display = ("user", "email", "role", "is_available", "two_factor", "last_login", "created_at")
    list_filter = ("role",)
    filter_lookups = ("role__exact",)
    list_select_related = ("user",)
    search_fields = ("user__email", "user__first_name", "user__last_name")
    ordering = ("user__email",)
    actions = ("send_link", "remove_two_factor")

    def get_queryset(self, request):
        device = TOTPDevice.objects.filter(user=OuterRef("user"), confirmed=True)
        return super().get_queryset(request).select_related("user").annotate(has_device=Exists(device))

    def get_form(self, request, obj=None, change=False, **kwargs):
        return super().get_form(request, obj, change, form=PersonForm if obj else InvitationForm, **kwargs)

    def get_fields(self, request, obj=None):
        dealership = ["dealership"] if request.user.is_superuser else []
        return [*dealership, "user", "email", "role"] if obj else [*dealership, "email", "name", "role"]

    def get_fieldsets(self, request, obj=None):
        person = (None, {"fields": self.get_fields(request, obj)})
        if obj is None:
            return [person]
        leads = (_("New leads"), {"fields": ["is_available", "most_open"]})
        hours = _("Outside of these hours, nothing new is dealt to them. No hours at all: at any time.")
        return [person, leads, (_("Own hours"), {"fields": WEEKDAYS, "description": hours})]

    def get_readonly_fields(self, request, obj=None):
        return ("user", "email", "dealership") if obj else ()

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self._may_touch(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self._may_touch(request, obj)

    def _may_touch(self, request, obj):
        return obj is None or request.user.is_superuser or not obj.user.is_superuser

    # --- Columns -------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("e-mail"), ordering="user__email")
    def email(self, membership):
        return membership.user.email

    @admin.display(description=gettext_lazy("last sign-in"), ordering="user__last_login")
    def last_login(self, membership):
        return membership.user.last_login

    @admin.display(description=gettext_lazy("two-factor"), boolean=True)
    def two_factor(self, membership):
        return membership.has_device

    # --- Writes --------------------------------------------------------------------------------

    def render_change_form(self, request, context, *args, **kwargs):
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request, obj, form, change):
        if change:
            if "role" in form.changed_data and form.cleaned_data["role"] != obj.role:
                staff.change_role(obj, form.cleaned_data["role"], by=request.user)
            set_availability(obj, form.changes, by=request.user)
            return
        given = form.cleaned_data
        dealership = self.dealership_for(request, form)
        request.link = staff.invite(given["email"], dealership, role=given["role"], name=given["name"], by=request.user)
        self.refresh_from(obj, request.link.user.membership)

    def add_view(self, request, *args, **kwargs):
        answer = super().add_view(request, *args, **kwargs)
        return (self._send(request, [request.link]) if hasattr(request, "link") else None) or answer

    def get_deleted_objects(self, objs, request):
        """Each person with what names them."""
        rows = list(objs)
        lines = []
        for row in rows:
            named = leaving.named(row.user, row.dealership)
            lines += [str(row), named] if named else [str(row)]
        return lines, {self.opts.verbose_name_plural: len(rows)}, set(), []

    def delete_view(self, request, object_id, extra_context=None):
        membership = self.get_queryset(request).filter(pk=parse_id(object_id)).first()
        colleagues = leaving.successors(membership) if membership else []
        context = {"title": _("Take out of the staff"), "successors": colleagues, **(extra_context or {})}
        context["open_work"] = leaving.open_work(membership.user, membership.dealership) if membership else 0
        return super().delete_view(request, object_id, context)

    def delete_model(self, request, obj):
        successor, handover = self._colleague(request, obj, "successor"), self._handover(request, obj)
        staff.remove(obj, by=request.user, successor=successor, handover=handover)

    def _colleague(self, request, membership, name):
        """The User whom this field of the form names, or None."""
        if not request.POST.get(name):
            return None
        colleague = leaving.successors(membership).filter(pk=parse_id(request.POST[name])).first()
        if colleague is None:
            raise staff.StaffRefused(_("This colleague is not there any more. Choose another."))
        return colleague.user

    def _handover(self, request, membership):
        """Where the form says that their open leads go; it must, if they have some."""
        typed = request.POST.get("open_leads")
        if typed in ("queue", "dealt"):
            return leaving.Handover(is_dealt=typed == "dealt")
        if not typed and leaving.open_work(membership.user, membership.dealership):
            raise staff.StaffRefused(_("Choose where their open leads go."))
        return leaving.Handover(self._colleague(request, membership, "open_leads"))

    def delete_queryset(self, request, queryset):
        for membership in queryset:
            if leaving.open_work(membership.user, membership.dealership):
                words = _("%(person)s has open leads: take them out alone, and choose where these go.")
                raise staff.StaffRefused(words % {"person": membership})
        for membership in queryset:
            staff.remove(membership, by=request.user)

    @admin.action(permissions=["bulk"], description=gettext_lazy("Send a link to set a password"))
    def send_link(self, request, queryset):
        return self._send(request, [staff.new_link(membership.user, by=request.user) for membership in queryset])

    @admin.action(permissions=["bulk"], description=gettext_lazy("Remove a lost two-factor device"))
    def remove_two_factor(self, request, queryset):
        removed = sum(staff.remove_two_factor(membership.user, by=request.user) for membership in queryset)
        self.message_user(request, _("Devices removed: %(count)s.") % {"count": removed}, messages.SUCCESS)

    def _send(self, request, links):
        """Have the links mailed. Without mail, a page shows, this once, those of accounts just made; no other link ever."""
        if not staff.mail_is_configured():
            for link in links:
                if not link.is_new:
                    self.message_user(request, staff.no_link_words(link.user), messages.WARNING)
            return self._show_new(request, [link for link in links if link.is_new])
        mailed = sum(self._mail(request, link.user) for link in links)
        if mailed:
            self.message_user(request, _("Links that go out by mail: %(count)s.") % {"count": mailed}, messages.SUCCESS)
        return None

    def _mail(self, request, user):
        """Whether the link goes out."""
        try:
            staff.mail_link(user, MailKind.INVITATION, actor=self.actor(request), network=caller_network(request))
        except TooManyMails as refused:
            words = {"person": user, "why": refused.message}
            self.message_user(request, _("No link goes to %(person)s now. %(why)s") % words, messages.ERROR)
            return False
        return True

    def _show_new(self, request, links):
        if not links:
            return None
        for link in links:
            staff.note_shown(link, request.user)
        words = _("Give each person their link, in a way that others do not see. It works once, for three days.")
        secrets = [(link.user.email, link.url) for link in links]
        return self.show_once(request, _("Links to set a password"), secrets, words=words)


admin.site.register(ApiKey, ApiKeyAdmin)
admin.site.register(AuditEvent, AuditEventAdmin)
