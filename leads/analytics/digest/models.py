"""Who wants the weekly digest, and when each is due."""

from django.db import models

from steerleads.db.ids import new_id
from steerleads.db.tenants import TenantQuerySet
from steerleads.dealers.models import Dealership, User


class Digest(models.Model):
    """That a manager has switched it on. Whoever is no manager any more gets none, but may be one again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.ForeignKey(Dealership, models.CASCADE, related_name="+")
    user = models.OneToOneField(User, models.CASCADE, related_name="digest")
    # When it is due; while a worker has it, when its lease ends. None: the dealership is never open.
    next_at = models.DateTimeField(null=True, db_index=True)
    lease = models.UUIDField(null=True)  # of the worker that has it
    attempts = models.PositiveSmallIntegerField(default=0)  # that failed, for the week that is due
    done_for = models.DateField(null=True)  # the Monday of the last week that is dealt with: sent, or nothing to say

    objects = TenantQuerySet.as_manager()
