"""Notification rules: what a dealership's managers want their people to be told of."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from leads.outbox.models import Destination, Destinations


class Trigger(models.TextChoices):
    """When a rule tells."""

    CREATED = "created", _("a lead is created")
    COMPLETED = "completed", _("a lead becomes Completed")
    NOT_NEEDED = "not_needed", _("a lead becomes Not needed")
    STAYS_NEW = "stays_new", _("a lead stays New for longer than so many business hours")


class Rule(Destination):
    """A notification that a dealership's managers asked for: when something happens, tell somebody."""

    EMAIL = "email"

    trigger = models.CharField(_("when"), max_length=12, choices=Trigger)
    hours = models.PositiveSmallIntegerField(_("business hours"), null=True, blank=True)
    channel = models.CharField(_("by"), max_length=50, default=EMAIL)  # or the name of a channel in the settings
    to = models.CharField(_("tell"), max_length=1000)

    objects = Destinations.as_manager()

    class Meta:
        verbose_name = _("notification rule")
        verbose_name_plural = _("notification rules")
        ordering = ["created_at", "id"]

    def __str__(self):
        return f"{self.get_trigger_display()}: {self.to or _('nobody')}"

    @property
    def audit_name(self) -> str:
        """When it tells, not whom; in English, which pages translate."""
        with override(None):
            return str(Trigger(self.trigger).label)
