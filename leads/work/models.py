"""Whose lead it is and until when, apart from the lead; and the colleagues who have left, whom this may still name."""

from django.db import models
from django.db.models import Q

from leads.models import Lead
from steerleads.db.ids import new_id
from steerleads.db.tenants import TenantQuerySet
from steerleads.dealers.actors import Actor
from steerleads.dealers.models import Dealership, Role

LONGEST_STEP = 200
LONGEST_PHONE = 20
LONGEST_EMAIL = 500  # of what a lead has room for


class Work(models.Model):
    """What is to be done about a lead: by whom, what next, until when. A lead without a row has nothing of it.

    Written only by the verbs (leads/work/actions.py), under the lead's lock; the lead itself stays as it is.
    """

    lead = models.OneToOneField(Lead, models.CASCADE, primary_key=True)
    dealership = models.ForeignKey(Dealership, models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveIntegerField(default=0)
    # The id of a membership, and no foreign key: it names the colleague still when the membership has ended.
    assignee = models.UUIDField(null=True)
    assigned_at = models.DateTimeField(null=True)
    next_step = models.CharField(max_length=LONGEST_STEP, null=True)
    # When it is due: an instant, or the last moment of `due_on` where a whole local day was said.
    due = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    # Of the lead's contact when this was last written: by these, who comes back goes to whom they had.
    contact_phone = models.CharField(max_length=LONGEST_PHONE, null=True)
    contact_email = models.CharField(max_length=LONGEST_EMAIL, null=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["dealership", "assignee"], name="work_assignee"),
            models.Index(fields=["dealership", "due"], name="work_due"),
            models.Index(
                fields=["dealership", "contact_phone"], condition=Q(contact_phone__isnull=False), name="work_phone"
            ),
            models.Index(
                fields=["dealership", "contact_email"], condition=Q(contact_email__isnull=False), name="work_email"
            ),
        ]

    @property
    def due_at(self):
        return None if self.due_on else self.due


class FormerColleague(models.Model):
    """Somebody who has left a dealership's staff and whom its leads or their history name, by the membership's id."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.ForeignKey(Dealership, models.CASCADE, related_name="+")
    name = models.CharField(max_length=Actor.LONGEST_NAME)
    role = models.CharField(max_length=20, choices=Role)

    objects = TenantQuerySet.as_manager()


class Turns(models.Model):
    """How far a dealership's new leads are dealt out in turn, and whose turn was last. A lock for who deals them.

    What waits is what the feed has behind `after`: so nothing is lost by whoever is killed, and the oldest comes first.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.OneToOneField(Dealership, models.CASCADE, related_name="turns")
    after = models.BigIntegerField(default=0)  # the sequence of the last event that is seen to
    last_served = models.UUIDField(null=True)  # a membership's id, and no foreign key: who has left keeps the place
    nobody_since = models.DateTimeField(null=True)  # when leads began to wait, as nobody was available
    look_at = models.DateTimeField(null=True)  # when to look again whether somebody is

    objects = TenantQuerySet.as_manager()
