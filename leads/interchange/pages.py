"""Where managers choose the format in which leads go out: those that the admin's list or the board shows (contract X7)."""

from copy import copy
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views import View

from leads.interchange.exports import exporters_of
from leads.interchange.exports.base import Context
from leads.interchange.exports.contents import LEADS_TO_EXPORT
from leads.interchange.exports.making import TooMany, export
from leads.interchange.forms import groups_of_formats
from leads.interchange.models import Export
from leads.models import Lead, Status
from steerleads.api.errors import ServiceUnavailable
from steerleads.db.ids import parse_id
from steerleads.db.text import fold, normalise
from steerleads.dealers.actors import Actor
from steerleads.dealers.models import Dealership
from steerleads.dealers.permissions import dealership_of

# A filter of another list, a value that is none, or one that no database can answer.
NOT_UNDERSTOOD = (DisallowedModelAdminLookup, IncorrectLookupParameters, ValidationError, DataError, OverflowError)
DEALERSHIP = "dealership__id__exact"
# What the board calls in its address, and the list in its own.
LIST_NAMES = {"q": SEARCH_VAR, "tag": "tag_folded", "dealership": DEALERSHIP} | {
    name: name for name in ("car", "assignee", "due")
}
# The API's names, by which an Export says what was filtered; of what people type, nothing else is kept.
API_NAMES = {
    "status": "status",
    "tag_folded": "tag",
    "archived": "archived",
    "car": "carId",
    "assignee": "assignee",
    "due": "due",
    "make_folded": "make",
    "created_at__gte": "createdAt",
    "created_at__lt": "createdAt",
}


class ListExport(View):
    """Asks for a format, and answers with the file. The address is the list's, with its filter, search and order."""

    http_method_names = ["get", "head", "post"]
    door, seen_at = Export.Door.ADMIN, "admin:leads_lead_changelist"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.admin.has_export_permission(request):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs) if self.changelist and self.dealership else self.refuse()

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.ask()

    def post(self, request: HttpRequest) -> HttpResponse:
        exporter = exporters_of(LEADS_TO_EXPORT).get(request.POST.get("format", ""))
        if exporter is None:
            return self.ask(_("Choose a format."))
        language = get_language() or self.dealership.language
        context = Context(LEADS_TO_EXPORT, self.dealership, language, for_excel=True, translated=True)
        try:
            return export(
                self.leads,
                exporter,
                context,
                door=self.door,
                actor=Actor.of_user(request.user),
                filters=filters_by_name(self.changelist),
                now=timezone.now(),
            )
        except TooMany:
            return self.ask(_("These are too many leads for this format. Choose another one, or filter more narrowly."))
        except ServiceUnavailable:
            return self.ask(_("Too many exports are being made right now. Try again in a minute."))

    def ask(self, error: str = "") -> HttpResponse:
        number = self.leads.count()
        context = {
            **admin.site.each_context(self.request),
            "title": _("Export leads"),
            "back": self.back,
            "back_to": _("Board") if self.door == Export.Door.BOARD else Lead._meta.verbose_name_plural,
            "number": number_format(number, force_grouping=True),
            "filters": filters_in_words(self.changelist),
            "groups": groups_of_formats(number, self.request.POST.get("format", "")),
            "error": error,
        }
        return render(self.request, "interchange/export.html", context)

    def refuse(self) -> HttpResponse:
        """Back to the list, which says what is wrong with its filter, or is told whose leads to show."""
        if self.changelist:
            messages.error(self.request, _("Choose a dealership in the filter first."))
        return redirect(self.back)

    # --- What goes out -------------------------------------------------------------------------

    @cached_property
    def admin(self):
        return admin.site.get_model_admin(Lead)

    @property
    def query(self) -> QueryDict:
        """What to filter by, in the list's names."""
        return self.request.GET

    @cached_property
    def changelist(self) -> ChangeList | None:
        """The list as the admin shows it; None for a filter that it does not understand."""
        asked = copy(self.request)
        asked.GET = self.query
        try:
            return self.admin.get_changelist_instance(asked)
        except NOT_UNDERSTOOD:
            return None

    @cached_property
    def leads(self) -> QuerySet[Lead]:
        """Those of the list, of one dealership: a superuser's address may name two."""
        return self.changelist.queryset.of(self.dealership)

    @cached_property
    def dealership(self) -> Dealership | None:
        """Whose leads they are. A superuser's list may show several dealerships': a file has one's."""
        if not self.request.user.is_superuser:
            return dealership_of(self.request.user)
        return Dealership.objects.filter(pk=parse_id(self.query.get(DEALERSHIP, ""))).first()

    @property
    def back(self) -> str:
        asked = self.request.GET.urlencode()
        return reverse(self.seen_at) + (f"?{asked}" if asked else "")


class BoardExport(ListExport):
    """The same from the board, whose address has other names for less."""

    door, seen_at = Export.Door.BOARD, "board:page"

    @cached_property
    def query(self) -> QueryDict:
        query = QueryDict(mutable=True)
        asked = self.request.GET.items()
        query.update({LIST_NAMES[name]: value for name, value in asked if name in LIST_NAMES and value})
        if "tag_folded" in query:
            query["tag_folded"] = fold(normalise(query["tag_folded"]))
        return query


def filters_by_name(changelist: ChangeList) -> dict[str, list[str]]:
    """What the list is narrowed by, as the API calls it."""
    asked = changelist.get_filters_params()
    named = {API_NAMES[name]: values for name, values in asked.items() if name in API_NAMES}
    if not set(named.get("status", [])) <= set(Status.values):
        del named["status"]  # the list passes over a status that is none, and what was typed is not kept
    return {**named, "search": [changelist.query]} if changelist.query else named


def filters_in_words(changelist: ChangeList) -> list[tuple[str, str]]:
    """What the list is narrowed by, as its page says it: [(what, to what), …]."""
    asked = changelist.get_filters_params()
    words = [
        (str(spec.title), _chosen(spec, changelist))
        for spec in changelist.filter_specs
        if not asked.keys().isdisjoint(spec.expected_parameters())
    ]
    return [*words, (_("Search"), changelist.query)] if changelist.query else words


def _chosen(spec: Any, changelist: ChangeList) -> str:
    chosen = (str(choice["display"]) for choice in spec.choices(changelist) if choice["selected"])
    return next(chosen, "") or str(spec.value())
