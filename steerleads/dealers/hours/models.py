"""The hours of a dealership, as its manager sets them."""

from datetime import time
from functools import partial

from django.db import models
from django.utils.translation import gettext_lazy as _

from steerleads.db.ids import new_id


class Hours(models.Model):
    """When nobody wants to be told anything, in the dealership's time zone; and what counts as late.

    Quiet hours may pass midnight; equal ends mean there are none.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.OneToOneField(
        "dealers.Dealership", models.CASCADE, related_name="hours", verbose_name=_("dealership")
    )
    # By partial: at nine o'clock to the second, Django takes a bare time(9) for a forgotten “now”, and warns.
    quiet_from = models.TimeField(_("quiet from"), default=partial(time, 21))
    quiet_until = models.TimeField(_("quiet until"), default=partial(time, 8))
    target_seconds = models.PositiveIntegerField(_("target for the first answer"), default=1800)  # of open time
    stale_seconds = models.PositiveIntegerField(_("stale after"), default=604_800)

    class Meta:
        verbose_name = _("quiet hours and targets")
        verbose_name_plural = _("quiet hours and targets")

    def __str__(self):
        return f"{self.quiet_from:%H:%M}–{self.quiet_until:%H:%M}"


class OpeningWeek(models.Model):
    """When a dealership is open from a date on, until the next one's date. A special day says otherwise."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.ForeignKey(
        "dealers.Dealership", models.CASCADE, related_name="opening_weeks", verbose_name=_("dealership")
    )
    valid_from = models.DateField(_("valid from"))
    week = models.JSONField(_("week"))  # {"monday": [["09:00", "12:30"], …], …, "sunday": []}

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["-valid_from"]
        constraints = [models.UniqueConstraint(fields=["dealership", "valid_from"], name="one_week_a_date")]

    def __str__(self):
        return f"{self.valid_from}"


class SpecialDay(models.Model):
    """A date, or a range with both ends counted, with hours of its own: a holiday, Ramadan."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.ForeignKey(
        "dealers.Dealership", models.CASCADE, related_name="special_days", verbose_name=_("dealership")
    )
    name = models.CharField(_("name"), max_length=100)
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))
    hours = models.JSONField(_("hours"), default=list)  # as of a weekday; none: closed

    class Meta:
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        ordering = ["-first", "last"]
        constraints = [models.UniqueConstraint(fields=["dealership", "first", "last"], name="one_special_day_a_range")]

    def __str__(self):
        return self.name
