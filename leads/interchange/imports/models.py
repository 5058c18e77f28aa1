"""Imports of leads: what a person brought, how far it has come, and what each row of it became."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leads.models import Lead
from steerleads.db.ids import new_id
from steerleads.db.tenants import TenantQuerySet
from steerleads.dealers.models import Dealership


class ImportState(models.TextChoices):
    """Where an import stands. The worker takes up what is CHECKING, RUNNING or UNDOING."""

    READING = "reading", _("being read")
    MAPPING = "mapping", _("waits for its columns")
    CHECKING = "checking", _("being checked")
    CHECKED = "checked", _("checked")
    RUNNING = "running", _("under way")
    DONE = "done", _("done")
    UNDOING = "undoing", _("being undone")
    UNDONE = "undone", _("undone")
    FAILED = "failed", _("stopped")


BUSY = (ImportState.CHECKING, ImportState.RUNNING, ImportState.UNDOING)


class Door(models.TextChoices):
    ADMIN = "admin"
    COMMAND = "command"


class Outcome(models.TextChoices):
    CREATED = "created", _("created")
    UPDATED = "updated", _("updated")
    UNCHANGED = "unchanged", _("unchanged")
    REFUSED = "refused", _("refused")


class Left(models.TextChoices):
    """Why an undo left what a row had written."""

    CHANGED = "changed", _("somebody changed it since")
    GONE = "gone", _("somebody deleted it")
    CAR = "car", _("the car that was made for it is in use")


class Import(models.Model):
    """A file of leads. Its rows wait in ImportRow, without the file; what they became stands there afterwards.

    One process at a time works on it, by a lease: a token that each batch renews in its own transaction, so that who
    lost it can write nothing more.
    """

    KEPT = timedelta(days=30)  # as long it can be undone, and what was refused downloaded

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.ForeignKey(
        Dealership, models.CASCADE, related_name="+", db_index=False, verbose_name=_("dealership")
    )
    actor_name = models.CharField(_("who"), max_length=200)  # what history calls who did it
    door = models.CharField(max_length=10, choices=Door)
    state = models.CharField(_("state"), max_length=10, choices=ImportState, default=ImportState.READING)
    file_name = models.CharField(_("file"), max_length=200)
    digest = models.CharField(max_length=64)  # of the file: the same one, given again, goes on where it was
    kind = models.CharField(max_length=20)  # csv, hubspot, …: the source of rows that name none
    titles = models.JSONField(default=list)  # of the columns, as the file has them
    # {"columns": [field or null, …], "statuses": {word: status}, "car": id or null, "create_cars", "on_known", "source",
    # "action", "tells_webhooks", "month_first_in": [places of columns]}
    options = models.JSONField(default=dict)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    line = models.PositiveIntegerField(default=0)  # of the last row that was worked on, in this state
    counts = models.JSONField(default=dict)  # {Outcome: rows}, of the check, then of the run
    undone = models.JSONField(default=dict)  # {"deleted", "restored", "left": leads}
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True)
    lease_token = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of leads")
        verbose_name_plural = _("imports of leads")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["dealership", "created_at", "id"], name="import_list"),
            models.Index(fields=["state", "created_at"], name="import_busy"),
        ]

    def __str__(self):
        return self.file_name

    def can_be_undone(self, now):
        """Also what a bug stopped half-way."""
        is_over = self.state in (ImportState.DONE, ImportState.FAILED) and self.finished_at is not None
        return is_over and now < self.finished_at + self.KEPT


class ImportRow(models.Model):
    """One row of a file: first its cells, then what became of it. Of a lead that was made, its id and a key stay for good.

    The key, a keyed digest of what the row was known by, names nobody: by it the row is known again, also when its lead
    is deleted. Only refused rows keep their cells, for as long as they can be downloaded.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.ForeignKey(Dealership, models.CASCADE, related_name="+", db_index=False)
    run = models.ForeignKey(Import, models.CASCADE, related_name="+", db_index=False)
    line = models.PositiveIntegerField()
    cells = models.JSONField(null=True)  # texts by column
    unreadable = models.BooleanField(default=False)  # from its file: its cells are for who mends it
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, default="")  # "": it waits
    key = models.CharField(max_length=64, blank=True, default="")
    lead_id = models.UUIDField(null=True)
    version = models.PositiveIntegerField(default=0)  # of the lead, when this row had been written
    car_id = models.UUIDField(null=True)  # of a car that was made for it
    title = models.CharField(max_length=200, blank=True, default="")
    code = models.CharField(max_length=20, blank=True, default="")
    message = models.CharField(max_length=300, blank=True, default="")

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dealership", "run", "line"], name="one_row_a_line")]
        indexes = [
            models.Index(fields=["dealership", "key"], name="import_known", condition=~Q(key="")),
            models.Index(fields=["run", "outcome", "line"], name="import_outcome"),
            models.Index(fields=["lead_id"], name="import_lead", condition=Q(lead_id__isnull=False)),
        ]


class Overwritten(models.Model):
    """What an import wrote over in a lead, for who undoes it. It goes when the lead goes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.ForeignKey(Dealership, models.CASCADE, related_name="+", db_index=False)
    run = models.ForeignKey(Import, models.CASCADE, related_name="+", db_index=False)
    line = models.PositiveIntegerField()
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="+")
    version = models.PositiveIntegerField(default=0)  # of the lead, before
    before = models.JSONField()  # {column: value}

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dealership", "run", "line"], name="one_overwritten_a_line")]
