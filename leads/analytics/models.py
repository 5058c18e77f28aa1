"""What is known of each lead for figures: made of its numbered events alone (folding.py), never written by hand.

Instants are whole seconds since 1970 in UTC, cut down: both databases then do plain integer arithmetic. None is never.
"""

from django.db import models
from django.db.models import Q

from leads.fields import Status
from steerleads.db.ids import new_id
from steerleads.db.tenants import TenantQuerySet
from steerleads.dealers.actors import Actor, ActorType
from steerleads.dealers.models import Dealership

LONGEST_BY = len("api_key:") + Actor.LONGEST_NAME


class Way(models.TextChoices):
    """How a lead came in: each came in one of these ways."""

    ASKED = "asked"  # a customer asked: made by a key, as NEW
    BY_HAND = "byHand"  # typed by staff, in any status
    BORN_CLOSED = "bornClosed"  # made by a key, with its work done already
    BY_IMPORT = "byImport"  # all others, those of commands too


# Nothing but IS NULL and a boolean, so that SQLite sees that the partial index answers it.
OPEN = Q(decided_at=None, archived=False, deleted_at=None)


class LeadFact(models.Model):
    """One lead: where it came from, what became of it, and when people took care of it. It outlives its lead.

    Nothing that a person typed about a customer is in it: a deletion leaves it as it is.
    """

    lead_id = models.UUIDField(primary_key=True, editable=False)
    dealership = models.ForeignKey(Dealership, models.PROTECT, related_name="+", db_index=False)
    car_id = models.UUIDField()
    # The actor of its creation. A person's name here is erased with those of the history.
    source_type = models.CharField(max_length=10, choices=ActorType)
    source_name = models.CharField(max_length=Actor.LONGEST_NAME)
    way = models.CharField(max_length=10, choices=Way)
    born_status = models.CharField(max_length=12, choices=Status)
    # As they are now, or were when it was deleted.
    status = models.CharField(max_length=12, choices=Status)
    archived = models.BooleanField(default=False)
    created_at = models.BigIntegerField()
    deleted_at = models.BigIntegerField(null=True)
    # Human actions: those of staff on this lead alone. `by` is "staff:" and a name.
    first_human_at = models.BigIntegerField(null=True)
    first_human_by = models.CharField(max_length=LONGEST_BY, null=True)
    last_human_at = models.BigIntegerField(null=True)
    # The first change to COMPLETED: a lead that was made so has none.
    first_completed_at = models.BigIntegerField(null=True)
    completion_seconds = models.BigIntegerField(null=True)  # to it from its creation
    # The change (or creation, by nobody) that made the present decision; both None while NEW.
    decided_at = models.BigIntegerField(null=True)
    decided_by = models.CharField(max_length=LONGEST_BY, null=True)
    # Who has it as of now, or had it when it was deleted: "staff:" and a name.
    assignee = models.CharField(max_length=LONGEST_BY, null=True)
    # COMPLETED or NOT_NEEDED at any time, made so too; and whether it became NEW again after that.
    ever_decided = models.BooleanField(default=False)
    reopened = models.BooleanField(default=False)
    # From its creation to the first human action, in all seconds and in those when the dealership was open.
    answer_seconds = models.BigIntegerField(null=True)
    answer_business_seconds = models.BigIntegerField(null=True)
    # A bit for each kind of LeadTurn that it has had.
    turned = models.SmallIntegerField(default=0)
    # What an index counts it by (profiles.py).
    outcome_profile = models.SmallIntegerField()
    answer_profile = models.SmallIntegerField()
    business_profile = models.SmallIntegerField()

    objects = TenantQuerySet.as_manager()

    class Meta:
        indexes = [
            # A period is gone through in the first of them. In the others a profile is looked for, with values at ranks.
            models.Index(
                fields=[
                    "dealership",
                    "created_at",
                    "deleted_at",
                    "outcome_profile",
                    "answer_profile",
                    "business_profile",
                ],
                name="fact_created",
            ),
            models.Index(
                fields=["dealership", "outcome_profile", "created_at", "completion_seconds"], name="fact_outcome"
            ),
            models.Index(fields=["dealership", "answer_profile", "created_at", "answer_seconds"], name="fact_answer"),
            models.Index(
                fields=["dealership", "business_profile", "created_at", "answer_business_seconds"],
                name="fact_business",
            ),
            models.Index(fields=["dealership", "lead_id"], name="fact_lead"),
            models.Index(fields=["dealership", "created_at", "last_human_at"], condition=OPEN, name="fact_open"),
            models.Index(
                fields=["dealership", "deleted_at"], condition=Q(deleted_at__isnull=False), name="fact_deleted"
            ),
        ]


class LeadTurn(models.Model):
    """That something happened to a lead that `activity` counts. Once a second: it counts distinct leads."""

    class Kind(models.TextChoices):
        COMPLETED = "completed"
        NOT_NEEDED = "notNeeded"
        REOPENED = "reopened"
        ARCHIVED = "archived"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.ForeignKey(Dealership, models.PROTECT, related_name="+", db_index=False)
    lead_id = models.UUIDField()
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.BigIntegerField()
    # Whether the same had happened to it before, and whether it was deleted since.
    again = models.BooleanField(default=False)
    gone = models.BooleanField(default=False)

    objects = TenantQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["dealership", "at", "kind", "gone"], name="turn_at"),
            models.Index(fields=["dealership", "at"], condition=Q(again=True), name="turn_again"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["dealership", "lead_id", "kind", "at"], name="one_turn_a_second")
        ]


class LeadSpan(models.Model):
    """When a lead was open: NEW, not archived, not deleted. At `from_at` it was, at `to_at` no more; None: it still is."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.ForeignKey(Dealership, models.PROTECT, related_name="+", db_index=False)
    lead_id = models.UUIDField()
    from_at = models.BigIntegerField()
    to_at = models.BigIntegerField(null=True)
    gone = models.BooleanField(default=False)  # whether its lead was deleted since

    objects = TenantQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["dealership", "from_at", "gone"], name="span_from"),
            models.Index(fields=["dealership", "to_at", "gone"], name="span_to"),
            models.Index(fields=["dealership", "lead_id"], condition=Q(to_at=None), name="span_open"),
        ]
        constraints = [models.UniqueConstraint(fields=["dealership", "lead_id", "from_at"], name="one_span_a_second")]


class FactState(models.Model):
    """How far a dealership's facts follow its events. Its lock is held by who writes them.

    `mark` names the state that its facts are in: whoever writes some gives them another one.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.OneToOneField(Dealership, models.CASCADE, related_name="fact_state")
    after = models.BigIntegerField(default=0)  # the sequence of the last event counted
    # The fingerprint of the Calendar by which business seconds are made: of all leads, or of those up to `redone_to`.
    calendar = models.CharField(max_length=100, default="")
    redone_to = models.UUIDField(null=True)
    mark = models.UUIDField(default=new_id)

    objects = TenantQuerySet.as_manager()
