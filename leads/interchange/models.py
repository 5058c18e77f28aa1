"""That data went out by file: who took what, when, and through which door. Of what comes in: `imports/models.py`."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leads.interchange.imports.models import Import, ImportRow, Overwritten  # noqa: F401  where Django looks for models
from steerleads.db.ids import new_id
from steerleads.db.tenants import TenantQuerySet
from steerleads.dealers.actors import ActorType
from steerleads.dealers.models import Dealership


class Export(models.Model):
    """One export. `filters` are the names of those that were set, of the status its values too, and nothing that was typed."""

    class Door(models.TextChoices):
        API = "api", _("API")
        ADMIN = "admin", _("these pages")
        BOARD = "board", _("board")
        COMMAND = "command", _("command line")

    class Kind(models.TextChoices):
        LEADS = "leads", _("leads")
        VEHICLES = "vehicles", _("cars")
        HISTORY = "history", _("history")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.ForeignKey(
        Dealership, models.PROTECT, related_name="+", db_index=False, verbose_name=_("dealership")
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    actor_type = models.CharField(max_length=10, choices=ActorType)
    actor_name = models.CharField(_("who"), max_length=200)
    door = models.CharField(_("through"), max_length=10, choices=Door)
    contents = models.CharField(_("contents"), max_length=10, choices=Kind)
    format = models.CharField(_("format"), max_length=20)
    filters = models.JSONField(_("filters"), default=list)
    rows = models.PositiveIntegerField(_("lines"))

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        indexes = [
            models.Index(fields=["dealership", "at"], name="export_at"),
            models.Index(fields=["at"], name="export_old"),
        ]

    def __str__(self):
        return f"{self.contents} ({self.format})"
