"""Leads, where they came from, and the append-only record of everything that happened to them."""

from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cars.models import Car
from leads.contacts.search import contact_search_text
from leads.fields import FOLDED_FIELDS, Status
from leads.searching import matching
from steerleads.db.columns import FoldedField
from steerleads.db.ids import new_id
from steerleads.db.tenants import TenantQuerySet
from steerleads.db.text import fold
from steerleads.dealers.actors import ActorType
from steerleads.dealers.models import Dealership

# The order in which the workflow lists them, which is not that of the alphabet.
WORKFLOW = {status: rank for rank, status in enumerate(Status.values)}


class LeadQuerySet(TenantQuerySet):
    def with_archived(self, *states):
        # `IN`, because SQLite cannot use an index for the `NOT archived` that Django makes of `archived=False`.
        return self.filter(archived__in=states)

    def with_status(self, *statuses):
        return self.filter(status_rank__in=[WORKFLOW[status] for status in statuses])

    def matching(self, typed, dealership=None):
        """What staff look for by the words of all that a card shows, or by a number: in any spelling, or half of it.

        The dealership whose leads they are, if they are of one, has its cars looked for, and no others.
        """
        return self.filter(matching(typed, dealership))


class Lead(models.Model):
    """Something to do for a customer about a car. Written only by the verbs, in `leads/actions.py` or in bulk.

    What clients write of it, and what becomes of it, is in `leads/fields.py`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.ForeignKey(
        Dealership, models.PROTECT, related_name="+", db_index=False, verbose_name=_("dealership")
    )
    car = models.ForeignKey(Car, models.PROTECT, related_name="leads", verbose_name=_("car"))
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.NEW)
    action = models.CharField(_("action"), max_length=200)
    target_name = models.CharField(_("contact name"), max_length=200)
    target_info = models.CharField(_("phone or e-mail"), max_length=500)
    tag = models.CharField(_("tag"), max_length=100, null=True, blank=True)
    note = models.CharField(_("note"), max_length=1000, null=True, blank=True)
    order = models.IntegerField(_("order"), default=0)
    archived = models.BooleanField(_("archived"), default=False, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    status_rank = models.GeneratedField(
        expression=Case(
            *(When(status=status, then=Value(rank)) for status, rank in WORKFLOW.items()), default=Value(0)
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    action_folded = FoldedField()
    target_name_folded = FoldedField()
    tag_folded = FoldedField(null=True)
    search_text = FoldedField()
    contact_text = FoldedField()
    note_text = FoldedField(null=True)

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        ordering = ["order", "created_at", "id"]
        indexes = [
            models.Index(fields=["dealership", "archived", "order", "created_at", "id"], name="lead_order"),
            models.Index(fields=["dealership", "car", "order", "created_at", "id"], name="lead_car"),
            models.Index(
                fields=["dealership", "archived", "status_rank", "order", "created_at", "id"], name="lead_column"
            ),
            models.Index(fields=["dealership", "archived", "status_rank", "created_at", "id"], name="lead_status"),
            models.Index(fields=["dealership", "archived", "action_folded", "created_at", "id"], name="lead_action"),
            models.Index(
                fields=["dealership", "archived", "target_name_folded", "created_at", "id"], name="lead_target_name"
            ),
            models.Index(fields=["dealership", "archived", "created_at", "id"], name="lead_created"),
            models.Index(fields=["dealership", "archived", "updated_at", "created_at", "id"], name="lead_updated"),
            models.Index(fields=["dealership", "tag_folded", "tag"], name="lead_tags"),
        ]

    def __str__(self):
        # Without the contact's name: this text ends up in messages and admin logs.
        return self.action

    @property
    def etag(self):
        return str(self.version)

    def fold(self):
        """Bring the folded columns in line with the texts. Called by the verbs before every save."""
        for field in FOLDED_FIELDS:
            text = getattr(self, field.column)
            setattr(self, field.folded, None if field.is_nullable and not text else fold(text))
        # One column for the search; a word has no line break, so none can match across two fields.
        self.search_text = "\n".join(getattr(self, field.folded) or "" for field in FOLDED_FIELDS)
        self.contact_text = contact_search_text(self.target_info, self.target_name)
        self.note_text = fold(self.note) if self.note else None  # apart, as the API does not search it


class Origin(models.Model):
    """From where a lead came that an import or a message of another system brought. Those typed by hand have none.

    Written with the lead, by `create_leads`, and never changed. `external_id` is what the source calls the lead: the
    same (source, id) is never taken in twice. Where the source names no id, it is null, and nothing collides.
    """

    lead = models.OneToOneField(Lead, models.CASCADE, primary_key=True)
    dealership = models.ForeignKey(Dealership, models.PROTECT, related_name="+", db_index=False)
    source = models.CharField(max_length=100)
    external_id = models.CharField(max_length=255, null=True)
    received_at = models.DateTimeField(default=timezone.now)

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [
            # The id before the source: the lists' `externalId` looks for it in all sources.
            models.UniqueConstraint(fields=["dealership", "external_id", "source"], name="one_lead_an_origin")
        ]


class EventKind(models.TextChoices):
    CREATED = "lead.created", _("created")
    CHANGED = "lead.changed", _("changed")
    MOVED = "lead.moved", _("moved")
    ARCHIVED = "lead.archived", _("archived")
    RESTORED = "lead.restored", _("restored")
    DELETED = "lead.deleted", _("deleted")
    ASSIGNED = "lead.assigned", _("assigned")
    DUE = "lead.due", _("planned")
    CONTACTED = "lead.contacted", _("contacted")


# What is done about a lead, which itself stays as it is: its version, too (leads/work/).
KINDS_OF_WORK = (EventKind.ASSIGNED, EventKind.DUE, EventKind.CONTACTED)


class LeadEvent(models.Model):
    """One change of one lead, written in the transaction that made it. Later it gets its number, and forgets a person.

    `changes` has what may stay for ever (status, order); `texts` what people typed, erased with the lead. Both
    are {field: {"from": …, "to": …}} in the API's names; a contact's name and info never appear, only that they changed.

    Leads that one act moved or changed share a `batch`. If it is the id of an event of another lead, this lead only made
    room for that one; the other's own event has it, too. The batch of an API reorder, an import, or a change of several
    leads is the id of no event.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.ForeignKey(Dealership, models.PROTECT, related_name="+", db_index=False)
    # Plain ids without foreign keys: an event outlives its lead.
    lead_id = models.UUIDField()
    car_id = models.UUIDField()
    kind = models.CharField(max_length=20, choices=EventKind)
    at = models.DateTimeField()
    actor_type = models.CharField(max_length=10, choices=ActorType)
    actor_name = models.CharField(max_length=200)
    # The id of a User, where somebody of the staff did it: of two of one name. Shown nowhere; it is nobody's once they are
    # erased.
    actor_id = models.BigIntegerField(null=True)
    changes = models.JSONField(default=dict)
    texts = models.JSONField(null=True)
    batch = models.UUIDField(null=True)
    # Given once the event is committed (leads/feed.py). Numbering at the INSERT would let readers skip late commits.
    sequence = models.BigIntegerField(null=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["dealership", "lead_id", "at", "id"], name="event_lead"),
            models.Index(fields=["dealership", "at", "id"], condition=Q(sequence__isnull=True), name="event_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["dealership", "sequence"], condition=Q(sequence__isnull=False), name="event_sequence"
            )
        ]


class Feed(models.Model):
    """How far a dealership's events are numbered (`last`) and told to its subscribers (`told`). A lock for both."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.OneToOneField(Dealership, models.CASCADE, related_name="feed")
    last = models.BigIntegerField(default=0)
    told = models.BigIntegerField(default=0)


class PersonRequest(models.Model):
    """That a person's data was exported or erased, when and by whom; never whose."""

    class Kind(models.TextChoices):
        EXPORT = "export", _("exported")
        ERASE = "erase", _("erased")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.ForeignKey(Dealership, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField(default=timezone.now)
    actor_name = models.CharField(max_length=200)
    leads = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("data request")
        verbose_name_plural = _("data requests")
        indexes = [models.Index(fields=["dealership", "at"], name="person_request_at")]
