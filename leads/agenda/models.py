"""The secret addresses at which calendar programs fetch agendas."""

from django.db import models
from django.utils import timezone

from steerleads.db.ids import new_id
from steerleads.db.tenants import TenantQuerySet
from steerleads.dealers.models import Dealership, Membership


class Agenda(models.Model):
    """That a colleague has an address for theirs. It ends with the membership."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.ForeignKey(Dealership, models.CASCADE, related_name="+")
    membership = models.OneToOneField(Membership, models.CASCADE, related_name="agenda")
    digest = models.CharField(max_length=64, unique=True)  # of the address's token, which is kept nowhere
    with_contacts = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TenantQuerySet.as_manager()
