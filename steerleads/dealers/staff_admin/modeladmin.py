"""What every page of a dealership's data in the admin has in common: whose rows it shows, and who may do what."""

import json

from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.admin.options import get_content_type_for_model
from django.contrib.admin.widgets import AutocompleteSelect, RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import Min
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from steerleads.api.errors import ApiError
from steerleads.db.ids import parse_id
from steerleads.db.text import normalise
from steerleads.dealers.actors import Actor
from steerleads.dealers.models import Role
from steerleads.dealers.permissions import dealership_of, has_role

MOST_CHOICES = 100


class DealershipAdmin(admin.ModelAdmin):
    """Staff see their own dealership's rows, a superuser everybody's, and whoever belongs nowhere none.

    Django's permissions play no part: `…_role` names the least role for each right (see `may`).
    What a verb refuses (an ApiError) is shown on the form, or above the list, that asked for it.
    """

    view_role = Role.SALESPERSON
    add_role = change_role = delete_role = bulk_role = Role.MANAGER
    chooses_dealership = True  # a superuser who adds a row says for whom
    filter_lookups = ()  # what `list_filter` puts into addresses, as in `created_at__gte`
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    # --- Whose rows ----------------------------------------------------------------------------

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        dealership = dealership_of(request.user)
        return self.of(rows, dealership) if dealership else rows.none()

    def of(self, rows, dealership):
        return rows.filter(dealership=dealership)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Offer, and accept, only what the person may see."""
        kwargs["queryset"] = self.admin_site.get_model_admin(db_field.related_model).get_queryset(request)
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = Autocomplete(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field.widget, RelatedFieldWidgetWrapper):
            # A new car may be added on the way; to change or delete one there is its own page.
            field.widget.can_change_related = field.widget.can_delete_related = field.widget.can_view_related = False
        return field

    def dealership_for(self, request, form):
        """Whose a new row will be: the staff's own, or what a superuser chose."""
        return form.cleaned_data["dealership"] if request.user.is_superuser else dealership_of(request.user)

    def actor(self, request):
        return Actor.of_user(request.user)

    # --- Who may do what -----------------------------------------------------------------------

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return has_role(request.user, self.view_role)

    def has_add_permission(self, request):
        return has_role(request.user, self.add_role)

    def has_change_permission(self, request, obj=None):
        return has_role(request.user, self.change_role)

    def has_delete_permission(self, request, obj=None):
        return has_role(request.user, self.delete_role)

    def has_bulk_permission(self, request):
        return has_role(request.user, self.bulk_role)

    # --- Django's own log of the admin -----------------------------------------------------------

    def log_addition(self, request, obj, message):
        self._log(request, [obj], ADDITION, message)

    def log_change(self, request, obj, message):
        self._log(request, [obj], CHANGE, message)

    def log_deletions(self, request, queryset):
        self._log(request, queryset, DELETION)

    def _log(self, request, rows, flag, message=""):
        """Who did what to which row, and to which of its fields. Not what it is called, as Django does.

        Names of people, and addresses with tokens in them, would stay there for good: nothing erases them.
        """
        words = json.dumps(message) if isinstance(message, list) else message
        LogEntry.objects.bulk_create(
            LogEntry(
                user_id=request.user.pk,
                content_type=get_content_type_for_model(row),
                object_id=row.pk,
                object_repr="",
                action_flag=flag,
                change_message=words,
            )
            for row in rows
        )

    # --- A superuser also sees, and chooses, the dealership --------------------------------------

    def get_fields(self, request, obj=None):
        fields = list(super().get_fields(request, obj))
        shown = request.user.is_superuser and self._has_dealership and (obj or self.chooses_dealership)
        return ["dealership", *fields] if shown else fields

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        return (*fields, "dealership") if obj and self._has_dealership else fields

    def get_list_display(self, request):
        columns = super().get_list_display(request)
        return (*columns, "dealership") if request.user.is_superuser and self._has_dealership else columns

    def get_list_filter(self, request):
        filters = super().get_list_filter(request)
        return (*filters, "dealership") if request.user.is_superuser and self._has_dealership else filters

    def get_list_select_related(self, request):
        related = super().get_list_select_related(request) or ()
        return (*related, "dealership") if request.user.is_superuser and self._has_dealership else related

    @property
    def _has_dealership(self):
        return any(field.name == "dealership" for field in self.opts.fields)

    # --- What comes in from outside --------------------------------------------------------------

    def lookup_allowed(self, lookup, value, request):
        """Only what the list's own filters ask: a regular expression in an address would keep the database busy."""
        own = {getattr(each, "parameter_name", None) for each in self.get_list_filter(request)}
        return lookup in {*self.filter_lookups, "dealership__id__exact", *own}

    def get_search_results(self, request, queryset, search_term):
        return super().get_search_results(request, queryset, normalise(search_term))

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def changeform_view(self, request, *args, **kwargs):
        try:
            return super().changeform_view(request, *args, **kwargs)
        except ApiError as error:
            # Rolled back by now. Once more, and the form says what the verb refused.
            request.refusal = error
            return super().changeform_view(request, *args, **kwargs)

    def delete_view(self, request, *args, **kwargs):
        try:
            return super().delete_view(request, *args, **kwargs)
        except ApiError as error:
            return self.refuse(request, error)

    def changelist_view(self, request, *args, **kwargs):
        try:
            return super().changelist_view(request, *args, **kwargs)
        except ApiError as error:
            return self.refuse(request, error)
        except (ValidationError, DataError, OverflowError):
            # An id that is none, or a filter that no database can answer.
            return HttpResponseRedirect(request.path)

    def refuse(self, request, error):
        self.message_user(request, error.message, messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())

    def refresh_from(self, obj, written):
        """Let the instance that the admin goes on with be what the verb wrote."""
        obj.__dict__.update(written.__dict__)

    def show_once(self, request, title, secrets, *, words=""):
        """A page that is the only place where these (label, text) pairs are ever shown."""
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "words": words,
            "secrets": secrets,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/shown_once.html", context, headers={"Cache-Control": "no-store"})


class Autocomplete(AutocompleteSelect):
    def optgroups(self, name, value, attr=None):
        # Django looks up whatever was posted, and fails at an id that is none.
        return super().optgroups(name, [each for each in value if parse_id(str(each))], attr)


class OwnValues(admin.SimpleListFilter):
    """Filters by a text; offers those that occur among the rows that the person may see."""

    column = folded = None

    def rows(self, request, model_admin):
        return model_admin.get_queryset(request)

    def lookups(self, request, model_admin):
        rows = self.rows(request, model_admin).exclude(**{self.folded: None}).order_by(self.folded)
        return rows.values_list(self.folded).annotate(shown=Min(self.column))[:MOST_CHOICES]

    def has_output(self):
        """Also where nobody has a value any more: Django would leave the filter out, and show every row."""
        return bool(self.value()) or super().has_output()

    def queryset(self, request, queryset):
        return queryset.filter(**{self.parameter_name: self.value()}) if self.value() else queryset


class ArchivedFilter(admin.SimpleListFilter):
    """Archived rows are out of the list until asked for."""

    title = _("archived")
    parameter_name = "archived"
    STATES = {"no": [False], "yes": [True], "any": [False, True]}

    def lookups(self, request, model_admin):
        return [("no", _("No")), ("yes", _("Yes")), ("any", _("All"))]

    def value(self):
        value = super().value()
        return value if value in self.STATES else "no"

    def choices(self, changelist):
        return list(super().choices(changelist))[1:]

    def queryset(self, request, queryset):
        return queryset.with_archived(*self.STATES[self.value()])
