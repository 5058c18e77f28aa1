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
    ANSWER_SOON = "answer_soon", _("half of the time for the first answer is over")
    ANSWER_LATE = "answer_late", _("the first answer is late")
    ANSWER_MISSED = "answer_missed", _("twice the time for the first answer is over")
    ASSIGNED = "assigned", _("a lead is assigned to somebody")
    DUE_SOON = "due_soon", _("a lead will be due in so many minutes")
    OVERDUE = "overdue", _("a lead is overdue")


class Recipient(models.TextChoices):
    """Whom a rule may tell beside addresses: who that is, is looked up when it is time."""

    ASSIGNEE = "assignee", _("whoever has the lead")
    MANAGERS = "managers", _("all managers")


LABELS = dict(Recipient.choices)


class Rule(Destination):
    """A notification that a dealership's managers asked for: when something happens, tell somebody."""

    EMAIL = "email"

    trigger = models.CharField(_("when"), max_length=20, choices=Trigger)
    hours = models.PositiveSmallIntegerField(_("business hours"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes before"), null=True, blank=True)
    channel = models.CharField(_("by"), max_length=50, default=EMAIL)  # or the name of a channel in the settings
    to = models.CharField(_("tell"), max_length=1000)

    objects = Destinations.as_manager()

    class Meta:
        verbose_name = _("notification rule")
        verbose_name_plural = _("notification rules")
        ordering = ["created_at", "id"]

    def __str__(self):
        return f"{self.get_trigger_display()}: {self.told or _('nobody')}"

    @property
    def told(self) -> str:
        """Whom it tells, as people read it."""
        return ", ".join(str(LABELS.get(part, part)) for part in self.to.split(", "))

    @property
    def audit_name(self) -> str:
        """When it tells, not whom; in English, which pages translate."""
        with override(None):
            return str(Trigger(self.trigger).label)
