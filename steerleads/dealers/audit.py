"""The audit log: what happened to accounts, keys and settings, by whom, when and from where. Only ever added to."""

from datetime import timedelta

from django.db.models import F, Q
from django.utils import timezone

from steerleads.dealers.actors import FORMER_COLLEAGUE, Actor, ActorType, client_address
from steerleads.dealers.models import AuditEvent

KEPT = timedelta(days=730)
BATCH = 1000


def record(kind, *, actor=None, dealership=None, subject=None, address=None, folded=None, **details):
    """Add an AuditEvent, in the verb's own transaction. Without an `actor` it was the operator, by a command.

    `subject` is the row that it was done to; its `audit_name`, if it has one, stands for it, else its text. `details`
    are shown to managers: never a secret, nor anything of a contact. With `folded` (a timedelta), the same again
    within that time only raises the count of the row there is, so that nobody fills the disk by repeating it.
    """
    actor, now = actor or Actor.of_operator(), timezone.now()
    fields = {
        "kind": kind,
        "dealership_id": dealership and dealership.pk,
        "actor_type": actor.type,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "address": client_address.get() if address is None else address,
        **_named(subject),
    }
    recent = folded and AuditEvent.objects.filter(at__gt=now - folded, at__lte=now, **fields)
    if folded and recent.update(times=F("times") + 1, last_at=now):
        return
    AuditEvent.objects.create(at=now, last_at=now, details=details, **fields)


def dealerships_of(user):
    """Ids of the dealerships where somebody did something, or something was done to them, as far as is known."""
    events = AuditEvent.objects.filter(_by(user) | _to(user), dealership__isnull=False)
    return set(events.values_list("dealership_id", flat=True).distinct())


def names_of(user):
    """What somebody was called here, as far as is known: a name can change with a new invitation."""
    by, to = AuditEvent.objects.filter(_by(user)), AuditEvent.objects.filter(_to(user))
    return {*by.values_list("actor_name", flat=True), *to.values_list("subject_name", flat=True)}


def forget(user):
    """How many entries had the person's name, and have it no more. Their id stays, which is nobody's then."""
    done = AuditEvent.objects.filter(_by(user)).update(actor_name=FORMER_COLLEAGUE)
    return done + AuditEvent.objects.filter(_to(user)).update(subject_name=FORMER_COLLEAGUE)


def delete_old(now):
    """Delete what is older than two years; how many rows."""
    deleted = 0
    while batch := list(AuditEvent.objects.filter(at__lt=now - KEPT).values_list("pk", flat=True)[:BATCH]):
        deleted += AuditEvent.objects.filter(pk__in=batch).delete()[0]
    return deleted


def _by(user):
    return Q(actor_type=ActorType.STAFF, actor_id=str(user.pk))


def _to(user):
    return Q(subject_type=user._meta.model_name, subject_id=str(user.pk))


def _named(subject):
    if subject is None:
        return {"subject_type": "", "subject_id": "", "subject_name": ""}
    name = subject.audit_name if hasattr(subject, "audit_name") else str(subject)
    return {
        "subject_type": subject._meta.model_name,
        "subject_id": str(subject.pk),
        "subject_name": name[: AuditEvent.LONGEST_NAME],
    }
