"""Who is told of what happens to leads, and what became of each telling.

A destination is a row of `Destination` and, by multi-table inheritance, one of its own kind's table: `Webhook` and `Rule`
are in the rooms above.
"""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leads.models import Lead
from steerleads.db.ids import new_id
from steerleads.dealers.models import Dealership


class OfDealership(models.QuerySet):
    def of(self, dealership) -> Self:
        return self.filter(dealership=dealership)


# How a destination fares that nobody has heard complain.
UNHARMED = {"failing_since": None, "paused_until": None, "refusals": 0}


class SwitchedOff(models.TextChoices):
    """Why a destination is off, if nobody switched it off by hand."""

    GONE = "gone", _("it answered 410 Gone")
    FAILING = "failing", _("it only failed for five days")


class Destinations(OfDealership):
    def locked(self) -> Self:
        """Locked until the transaction ends: the one row that all who write to a destination lock first."""
        return self.select_for_update(of=("self" if self.model is Destination else "destination_ptr",))


class Destination(models.Model):
    """Somebody who is told. One worker at a time holds its lease, so at most one message is on its way to it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.ForeignKey(
        Dealership, models.CASCADE, related_name="+", db_index=False, verbose_name=_("dealership")
    )
    # Which Sender serves it (leads/outbox/senders.py): the name of the model that has the rest of it.
    type = models.CharField(max_length=20, editable=False)
    is_on = models.BooleanField(_("on"), default=True)
    # It is told of events behind this sequence: those that were committed after it was made.
    after_sequence = models.BigIntegerField(default=0, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), default=timezone.now, editable=False)
    switched_off_at = models.DateTimeField(_("switched off"), null=True, editable=False)
    switched_off_why = models.CharField(max_length=10, choices=SwitchedOff, blank=True, default="", editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, editable=False)
    # Nothing is sent to it until then (leads/outbox/pauses.py), after so many refusals without a success between.
    paused_until = models.DateTimeField(_("paused until"), null=True, editable=False)
    refusals = models.PositiveSmallIntegerField(default=0, editable=False)
    lease_token = models.UUIDField(null=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)

    objects = Destinations.as_manager()

    class Meta:
        indexes = [models.Index(fields=["dealership", "created_at", "id"], name="destination_list")]

    def __str__(self):
        return f"{self.type} {self.pk}"

    def save(self, *args, **kwargs):
        self.type = self.type or self._meta.model_name
        super().save(*args, **kwargs)

    @property
    def specific(self) -> "Destination":
        """The Webhook or Rule that it is."""
        return getattr(self, self.type) if self._meta.model is Destination else self

    @property
    def etag(self) -> str:
        return str(self.version)


class State(models.TextChoices):
    PENDING = "pending", _("pending")
    DELIVERED = "delivered", _("delivered")
    DEAD = "dead", _("dead letter")
    DROPPED = "dropped", _("no longer needed")


class Delivery(models.Model):
    """One event on its way to one destination; its id is the `webhook-id`. It holds nothing that a person typed.

    There is no state "running": a worker that dies leaves a lease behind, which ends. A test has no event.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.ForeignKey(Dealership, models.CASCADE, related_name="+", db_index=False)
    destination = models.ForeignKey(Destination, models.CASCADE, related_name="deliveries", db_index=False)
    event_id = models.UUIDField(null=True)
    lead_id = models.UUIDField(null=True)
    kind = models.CharField(_("event"), max_length=20)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"), null=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    last_at = models.DateTimeField(_("last attempt"), null=True)
    last_status = models.PositiveSmallIntegerField(_("last answer"), null=True)
    last_error = models.CharField(_("last error"), max_length=40, blank=True, default="")
    delivered_to = models.JSONField(default=list)  # marks of the recipients, of several, who have it

    objects = OfDealership.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            models.Index(fields=["dealership", "created_at", "id"], name="delivery_list"),
            models.Index(fields=["dealership", "destination", "created_at", "id"], name="delivery_of_destination"),
            models.Index(fields=["dealership", "state", "created_at", "id"], name="delivery_of_state"),
            # For the worker, which looks for what is due everywhere.
            models.Index(fields=["destination", "next_at", "id"], condition=Q(state="pending"), name="delivery_due"),
            models.Index(fields=["state", "created_at"], name="delivery_old"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["dealership", "event_id", "destination"], name="one_delivery_a_destination"
            ),
        ]

    def __str__(self):
        return str(self.pk)


class Attempt(models.Model):
    """One try of a delivery. What the other side answered may name a person, so it goes when the lead goes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.ForeignKey(Dealership, models.CASCADE, related_name="+", db_index=False)
    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="tries")
    lead = models.ForeignKey(Lead, models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=40, blank=True, default="")
    milliseconds = models.PositiveIntegerField()
    answer = models.TextField(blank=True, default="")

    objects = OfDealership.as_manager()

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["at"], name="attempt_old")]


class SentPayload(models.Model):
    """The bytes that tell of one event, the same on every retry.

    They go when the lead goes; what is sent afterwards is made anew, without it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.ForeignKey(Dealership, models.CASCADE, related_name="+", db_index=False)
    event_id = models.UUIDField()
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="+")
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    objects = OfDealership.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dealership", "event_id"], name="one_body_an_event")]
        indexes = [models.Index(fields=["created_at"], name="body_old")]
