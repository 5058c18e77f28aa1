"""Importing leads in the admin: the file, its columns, what would be, how far it is, what came of it, and its undoing."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.interchange.imports import leases, preview
from leads.interchange.imports.forms import ColumnsForm, FileForm, StatusesForm
from leads.interchange.imports.models import BUSY, Door, Import, ImportState, Outcome
from leads.interchange.imports.refused import left_file, refused_file
from leads.interchange.imports.staging import delete_import, stage
from steerleads.db.ids import parse_id
from steerleads.dealers.models import Role
from steerleads.dealers.permissions import NOBODY
from steerleads.dealers.staff_admin.modeladmin import DealershipAdmin
from steerleads.tables.sentences import why_unreadable
from steerleads.tables.table import NotATable

PAGES = {
    ImportState.MAPPING: "columns",
    ImportState.CHECKED: "checked",
    **dict.fromkeys(BUSY, "busy"),
}


@admin.register(Import)
class ImportAdmin(DealershipAdmin):
    """A page for each import, which says where it stands and what can be done; and the list of all."""

    view_role = add_role = Role.MANAGER
    change_role = delete_role = bulk_role = NOBODY
    list_display = ("created_at", "shown_file", "actor_name", "state", "created", "updated", "refused")
    list_filter = ("state",)
    filter_lookups = ("state__exact",)
    list_display_links = ("shown_file",)
    ordering = ("-created_at", "-id")
    actions = None

    def get_urls(self):
        wrap = self.admin_site.admin_view
        own = [
            path("<path:object_id>/progress/", wrap(self.progress_view), name="interchange_import_progress"),
            path("<path:object_id>/refused/", wrap(self.refused_view), name="interchange_import_refused"),
        ]
        return [*own, *super().get_urls()]

    # --- Columns of the list -------------------------------------------------------------------

    @admin.display(description=gettext_lazy("file"), ordering="file_name")
    def shown_file(self, run):
        return run.file_name

    @admin.display(description=gettext_lazy("created"))
    def created(self, run):
        return run.counts.get(Outcome.CREATED, 0) if run.state not in PAGES else None

    @admin.display(description=gettext_lazy("updated"))
    def updated(self, run):
        return run.counts.get(Outcome.UPDATED, 0) if run.state not in PAGES else None

    @admin.display(description=gettext_lazy("refused"))
    def refused(self, run):
        return run.counts.get(Outcome.REFUSED, 0) if run.state not in PAGES else None

    # --- A new one -----------------------------------------------------------------------------

    def add_view(self, request, form_url="", extra_context=None):
        """Not by Django's own form, which would keep one transaction open while a large file is read."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = FileForm(request.POST or None, request.FILES or None, user=request.user)
        if request.method == "POST" and form.is_valid() and (run := self._staged(request, form)):
            return self._to(run)
        return self._page(request, "file", {"form": form, "title": _("Import leads")})

    def _staged(self, request, form):
        file, who = form.cleaned_data["file"], self.actor(request).name
        try:
            return stage(form.dealership_meant, file, file.name, door=Door.ADMIN, actor_name=who)
        except NotATable as error:
            form.add_error("file", why_unreadable(error.code))
            return None

    # --- One of them ---------------------------------------------------------------------------

    def change_view(self, request, object_id, form_url="", extra_context=None):
        run = self._run(request, object_id)
        if run is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        forms = self._forms(request, run)
        if request.method == "POST" and (answer := self._do(request, run, forms)):
            return answer
        return self._page(request, PAGES.get(run.state, "result"), {**self._facts(run), **forms, "original": run})

    def _run(self, request, object_id):
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self.get_queryset(request).select_related("dealership").filter(pk=parse_id(object_id)).first()

    def _forms(self, request, run):
        data = request.POST if request.method == "POST" else None
        if run.state == ImportState.MAPPING:
            return {"form": ColumnsForm(data, run=run, request=request)}
        return {"form": StatusesForm(data, run=run)} if run.state == ImportState.CHECKED else {}

    def _do(self, request, run, forms):
        """What a button asks for, if the import stands where it can be done. None: the form has errors."""
        verb = {
            (ImportState.MAPPING, "check"): self._check,
            (ImportState.CHECKED, "check"): self._check,
            (ImportState.CHECKED, "run"): self._start,
            (ImportState.CHECKED, "columns"): self._back,
            (ImportState.MAPPING, "discard"): self._discard,
            (ImportState.CHECKED, "discard"): self._discard,
            (ImportState.DONE, "undo"): self._undo,
            (ImportState.FAILED, "undo"): self._undo,
        }.get((run.state, request.POST.get("do")))
        try:
            return verb(request, run, forms.get("form")) if verb else self._too_late(request, run)
        except leases.MovedOn:
            return self._too_late(request, run)

    def _too_late(self, request, run):
        said = _("Nothing was done: the import has gone on meanwhile. This is how it stands.")
        self.message_user(request, said, messages.WARNING)
        return self._to(run)

    def _check(self, request, run, form):
        return self._began(run, form, ImportState.CHECKING)

    def _start(self, request, run, form):
        return self._began(run, form, ImportState.RUNNING)

    def _began(self, run, form, state):
        if not form.is_valid():
            return None
        if isinstance(form, StatusesForm):
            run.options["statuses"] = form.statuses
        else:
            run.options = form.options
        leases.start(run, state)
        return self._to(run)

    def _back(self, request, run, form):
        leases.back_to_columns(run)
        return self._to(run)

    def _discard(self, request, run, form):
        delete_import(run)
        self.message_user(request, _("The file was discarded. Nothing was imported."), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:interchange_import_changelist"))

    def _undo(self, request, run, form):
        if run.can_be_undone(timezone.now()):
            leases.start(run, ImportState.UNDOING)
        return self._to(run)

    def _facts(self, run):
        return {
            "title": _("Import leads"),
            "progress": preview.progress_of(run),
            "tally": preview.tally(run),
            "refused": preview.refused_rows(run) if run.state not in BUSY else [],
            "left": preview.left_rows(run) if run.state == ImportState.UNDONE else [],
            "rows": preview.first_rows(run) if run.state == ImportState.CHECKED else [],
            "can_be_undone": run.can_be_undone(timezone.now()) if run.finished_at else False,
        }

    # --- What the page fetches -----------------------------------------------------------------

    def progress_view(self, request, object_id):
        return JsonResponse(preview.progress_of(self._found(request, object_id)))

    def refused_view(self, request, object_id):
        run = self._found(request, object_id)
        name, file = ("left", left_file) if run.state == ImportState.UNDONE else ("refused", refused_file)
        name = f"{name}-{timezone.localtime(run.created_at, run.dealership.tz):%Y-%m-%d}.csv"
        return FileResponse(file(run), as_attachment=True, filename=name, content_type="text/csv")

    def _found(self, request, object_id):
        run = self._run(request, object_id)
        if run is None:
            raise Http404
        return run

    # --- Pages ---------------------------------------------------------------------------------

    def _page(self, request, name, context):
        context = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"interchange/import_{name}.html", context)

    def _to(self, run):
        return HttpResponseRedirect(reverse("admin:interchange_import_change", args=[run.pk]))
