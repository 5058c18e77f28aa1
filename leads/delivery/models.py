"""Who is told of what happens to leads, and what became of each telling."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from leads.models import EventKind, Lead
from steerleads.db.ids import new_id
from steerleads.dealers.models import Dealership

# All but moves, of which one reorder can make thousands.
DEFAULT_KINDS = [kind.value for kind in EventKind if kind != EventKind.MOVED]


def default_kinds():
    return list(DEFAULT_KINDS)


class OfDealership(models.QuerySet):
    def of(self, dealership):
        return self.filter(dealership=dealership)


# How a destination fares that nobody has heard complain.
UNHARMED = {"failing_since": None, "paused_until": None, "refusals": 0}


class SwitchedOff(models.TextChoices):
    """Why a destination is off, if nobody switched it off by hand."""

    GONE = "gone", _("it answered 410 Gone")
    FAILING = "failing", _("it only failed for five days")


class Destination(models.Model):
    """Somebody who is told. One worker at a time holds its lease, so at most one message is on its way to it."""

    LEASE = timedelta(seconds=45)  # three times what a request may take: a slow machine does not lose it on the way

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.ForeignKey(
        Dealership, models.CASCADE, related_name="+", db_index=False, verbose_name=_("dealership")
    )
    is_on = models.BooleanField(_("on"), default=True)
    # It is told of events behind this sequence: those that were committed after it was made.
    after = models.BigIntegerField(default=0, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), default=timezone.now, editable=False)
    switched_off_at = models.DateTimeField(_("switched off"), null=True, editable=False)
    switched_off_why = models.CharField(max_length=10, choices=SwitchedOff, blank=True, default="", editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, editable=False)
    # Nothing is sent to it until then (leads/delivery/pauses.py), after so many refusals without a success between.
    paused_until = models.DateTimeField(_("paused until"), null=True, editable=False)
    refusals = models.PositiveSmallIntegerField(default=0, editable=False)
    lease_token = models.UUIDField(null=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)

    objects = OfDealership.as_manager()

    class Meta:
        abstract = True

    @property
    def etag(self):
        return str(self.version)


class Webhook(Destination):
    """An address that is sent signed requests, as Standard Webhooks 1.0 says."""

    url = models.CharField(_("URL"), max_length=2000)
    kinds = models.JSONField(_("events"), default=default_kinds)
    description = models.CharField(_("description"), max_length=200, blank=True, default="")
    # In the clear: every request is signed with it. `old_secret` signs too while it is being replaced.
    secret = models.CharField(max_length=100, editable=False)
    old_secret = models.CharField(max_length=100, blank=True, default="", editable=False)
    old_secret_until = models.DateTimeField(null=True, editable=False)
    # Switched off by the worker, and the managers have not been told yet.
    owes_notice = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["dealership", "created_at", "id"], name="webhook_list")]

    def __str__(self):
        return self.description or self.url

    @property
    def audit_name(self):
        """Its host: the rest of a URL may be a secret."""
        return urlsplit(self.url).hostname or ""

    def secrets_at(self, now):
        """The secrets that sign at that time, the newest first."""
        rotating = self.old_secret and self.old_secret_until and now < self.old_secret_until
        return [self.secret, self.old_secret] if rotating else [self.secret]


class Occasion(models.TextChoices):
    """When a rule tells."""

    CREATED = "created", _("a lead is created")
    COMPLETED = "completed", _("a lead becomes Completed")
    NOT_NEEDED = "not_needed", _("a lead becomes Not needed")
    STAYS_NEW = "stays_new", _("a lead stays New for longer than so many business hours")


class Rule(Destination):
    """A notification that a dealership's managers asked for: when something happens, tell somebody."""

    EMAIL = "email"
    LEASE = timedelta(minutes=5)  # a mail server may take 10 s for each recipient

    occasion = models.CharField(_("when"), max_length=12, choices=Occasion)
    hours = models.PositiveSmallIntegerField(_("business hours"), null=True, blank=True)
    channel = models.CharField(_("by"), max_length=50, default=EMAIL)  # or the name of a channel in the settings
    to = models.CharField(_("tell"), max_length=1000)

    class Meta:
        verbose_name = _("notification rule")
        verbose_name_plural = _("notification rules")
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["dealership", "created_at", "id"], name="rule_list")]

    def __str__(self):
        return f"{self.get_occasion_display()}: {self.to or _('nobody')}"

    @property
    def audit_name(self):
        """When it tells, not whom; in English, which pages translate."""
        with override(None):
            return str(Occasion(self.occasion).label)


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
    webhook = models.ForeignKey(Webhook, models.CASCADE, null=True, related_name="deliveries", db_index=False)
    rule = models.ForeignKey(Rule, models.CASCADE, null=True, related_name="deliveries", db_index=False)
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
    reached = models.JSONField(default=list)  # marks of the recipients, of several, who have it

    objects = OfDealership.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            models.Index(fields=["dealership", "created_at", "id"], name="delivery_list"),
            models.Index(fields=["dealership", "webhook", "created_at", "id"], name="delivery_of_webhook"),
            models.Index(fields=["dealership", "rule", "created_at", "id"], name="delivery_of_rule"),
            models.Index(fields=["dealership", "state", "created_at", "id"], name="delivery_of_state"),
            # For the worker, which looks for what is due everywhere.
            models.Index(
                fields=["webhook", "next_at", "id"], condition=Q(state="pending"), name="delivery_due_webhook"
            ),
            models.Index(fields=["rule", "next_at", "id"], condition=Q(state="pending"), name="delivery_due_rule"),
            models.Index(fields=["state", "created_at"], name="delivery_old"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["dealership", "event_id", "webhook"], name="one_delivery_a_webhook"),
            models.UniqueConstraint(fields=["dealership", "event_id", "rule"], name="one_delivery_a_rule"),
            models.CheckConstraint(
                condition=Q(webhook__isnull=False, rule__isnull=True) | Q(webhook__isnull=True, rule__isnull=False),
                name="delivery_has_one_destination",
            ),
        ]

    def __str__(self):
        return str(self.pk)

    @property
    def destination(self):
        return self.webhook or self.rule


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


class Body(models.Model):
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
        verbose_name_plural = "bodies"
        constraints = [models.UniqueConstraint(fields=["dealership", "event_id"], name="one_body_an_event")]
        indexes = [models.Index(fields=["created_at"], name="body_old")]
