"""Mails to managers, that leads wait as nobody is available."""

from django.db import models

from steerleads.db.ids import new_id
from steerleads.db.tenants import TenantQuerySet
from steerleads.dealers.models import Dealership, User


class WaitingMail(models.Model):
    """One to a manager that is still to be sent: see steerleads/dealers/leased_mails.py. It is deleted when its turn comes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.ForeignKey(Dealership, models.CASCADE, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(db_index=True)  # when it is due; while a worker has it, when its lease ends
    lease = models.UUIDField(null=True)  # of the last worker that took it

    objects = TenantQuerySet.as_manager()
