"""The hours of a dealership, as its manager sets them."""

from datetime import time
from functools import partial

from django.db import models
from django.utils.translation import gettext_lazy as _

from steerleads.db.ids import new_id


class Hours(models.Model):
    """When a dealership works, and when nobody there wants to be told anything; in its own time zone.

    `days` are ISO weekdays, Monday is 1. Quiet hours may pass midnight; equal ends mean there are none.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.OneToOneField(
        "dealers.Dealership", models.CASCADE, related_name="hours", verbose_name=_("dealership")
    )
    # By partial: at nine o'clock to the second, Django takes a bare time(9) for a forgotten “now”, and warns.
    opens = models.TimeField(_("opens"), default=partial(time, 9))
    closes = models.TimeField(_("closes"), default=partial(time, 19))
    days = models.CharField(_("business days"), max_length=20, default="1,2,3,4,5,6")
    quiet_from = models.TimeField(_("quiet from"), default=partial(time, 21))
    quiet_until = models.TimeField(_("quiet until"), default=partial(time, 8))

    class Meta:
        verbose_name = _("hours")
        verbose_name_plural = _("hours")

    def __str__(self):
        return f"{self.opens:%H:%M}–{self.closes:%H:%M}"
