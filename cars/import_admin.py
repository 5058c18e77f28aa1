"""The admin's pages by which managers import cars: the file, its columns, what would be, what came of it."""

from itertools import islice

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.signing import BadSignature
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cars.import_forms import LABELS, ColumnsForm, FileForm, held, hold
from cars.imports import import_cars
from cars.plates import shown_plate
from steerleads.dealers.models import Dealership
from steerleads.dealers.permissions import dealership_of

OUTCOMES = {
    "created": gettext_lazy("created"),
    "updated": gettext_lazy("updated"),
    "unchanged": gettext_lazy("unchanged"),
    "refused": gettext_lazy("refused"),
}
FIRST = 20  # rows that are shown before they are imported
MOST_NAMED = 100  # refused rows that a page names


class ImportPages:
    """Beside the other pages of CarAdmin. Each step is a POST that brings the table along; only the last one writes."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.import_view)
        return [path("import/", view, name="cars_car_import"), *super().get_urls()]

    def import_view(self, request):
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self._page(request, 1, form=FileForm(user=request.user))
        return self._with_table(request) if "held" in request.POST else self._with_file(request)

    def _with_file(self, request):
        form = FileForm(request.POST, request.FILES, user=request.user)
        if form.is_valid():
            try:
                text = hold(form.table, request.user, self.dealership_for(request, form))
            except ValidationError as error:
                form.add_error("file", error)
            else:
                columns = ColumnsForm(initial={"held": text}, table=form.table)
                return self._page(request, 2, form=columns, file=form.cleaned_data["file"].name)
        return self._page(request, 1, form=form)

    def _with_table(self, request):
        try:
            dealership_id, table = held(request.POST["held"], request.user)
        except BadSignature:
            form = FileForm({}, user=request.user)
            form.add_error("file", _("Give the file again: it was not kept that long."))
            return self._page(request, 1, form=form)
        dealership = get_object_or_404(Dealership, pk=dealership_id)
        if not request.user.is_superuser and dealership != dealership_of(request.user):
            raise PermissionDenied  # who works elsewhere since
        form = ColumnsForm(request.POST, table=table)
        do = request.POST.get("do")
        if do not in ("check", "import") or not form.is_valid():
            return self._page(request, 2, form=form)
        return self._judged(request, form, dealership, dry_run=do == "check")

    def _judged(self, request, form, dealership, *, dry_run):
        refused = []
        counts = import_cars(
            dealership, form.sheet(), dry_run=dry_run, complain=lambda line, reason: refused.append((line, reason))
        )
        tally = [(name, label, counts[name]) for name, label in OUTCOMES.items()]
        facts = {"tally": tally, "refused": refused[:MOST_NAMED], "more": max(0, len(refused) - MOST_NAMED)}
        if dry_run:
            facts |= {"form": form, **_first_rows(form.sheet())}
        return self._page(request, 3 if dry_run else 4, **facts)

    def _page(self, request, step, **facts):
        context = {**self.admin_site.each_context(request), "opts": self.opts, "step": step, **facts}
        return TemplateResponse(request, "admin/cars/car/import.html", {"title": _("Import cars"), **context})


def _first_rows(sheet):
    """The first rows that can be read, as they will be: {names of fields, rows of (line, values)}."""
    names = list(sheet.titles)
    readable = (row for row in sheet.rows if not row.problem)
    rows = [(row.line, [_shown(name, row.cells.get(name, "")) for name in names]) for row in islice(readable, FIRST)]
    return {"names": [LABELS[name] for name in names], "rows": rows}


def _shown(name, text):
    return shown_plate(text) if name == "plate" and text else text
