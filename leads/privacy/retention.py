"""The verbs in bulk: archiving and purging old leads, batch by batch, each batch whole or not at all.

Beside leads/actions.py because they work on as many leads as there are, in a constant number of statements a batch
where it can be, and lock as it does: leads by id, then events are inserted. Who deletes many leads takes the feed first,
as whoever numbers their events locks those in another order.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import F, Q, QuerySet

from leads.feed import locked_feed
from leads.history import erase_texts, event_of, time_after, tombstone
from leads.models import EventKind, Lead, LeadEvent
from steerleads.dealers.actors import FORMER_COLLEAGUE, Actor, ActorType
from steerleads.dealers.idempotency import forget_subjects
from steerleads.dealers.models import Dealership

BATCH = 500
Progress = Callable[[int], None]


def leads_to_archive(dealership: Dealership, *, before: datetime, statuses: Iterable[str]) -> QuerySet[Lead]:
    """Leads of these statuses that were last changed before that time."""
    return Lead.objects.of(dealership).with_archived(False).with_status(*statuses).filter(updated_at__lt=before)


def leads_to_purge(dealership: Dealership, *, before: datetime) -> QuerySet[Lead]:
    """Archived leads that were last changed, which archiving does, before that time."""
    return Lead.objects.of(dealership).with_archived(True).filter(updated_at__lt=before)


def archive_leads(
    dealership: Dealership,
    *,
    before: datetime,
    statuses: Iterable[str],
    actor: Actor,
    now: datetime,
    progress: Progress = lambda done: None,
) -> int:
    """How many leads were archived. `progress` is called with how many so far."""
    leads = leads_to_archive(dealership, before=before, statuses=statuses)
    return _in_batches(leads, lambda batch: _archive(dealership, batch, actor, now), progress)


def purge_leads(
    dealership: Dealership,
    *,
    before: datetime,
    actor: Actor,
    now: datetime,
    progress: Progress = lambda done: None,
) -> int:
    """How many archived leads were deleted for good. `progress` is called with how many so far."""
    leads = leads_to_purge(dealership, before=before)
    lock = partial(locked_feed, dealership)
    return _in_batches(leads, lambda batch: _delete(dealership, batch, actor, now), progress, lock)


def forget_staff_name(dealership: Dealership, names: Collection[str]) -> int:
    """How many entries of history that staff wrote under one of these names now say “a former colleague”."""
    with transaction.atomic():
        locked_feed(dealership)
        _forget_assignees(dealership, names)
        by_staff = LeadEvent.objects.of(dealership).filter(actor_type__in=[ActorType.STAFF, ActorType.IMPORT])
        written = by_staff.filter(actor_name__in=names)
        return written.update(actor_name=FORMER_COLLEAGUE)


def _forget_assignees(dealership, names):
    """The names are in what events tell, too, where leads were given to these."""
    assigned = LeadEvent.objects.of(dealership).filter(kind=EventKind.ASSIGNED)
    named = Q(changes__assignee__from__in=names) | Q(changes__assignee__to__in=names)
    while events := list(assigned.filter(named)[:BATCH]):
        for event in events:
            sides = event.changes["assignee"]
            sides.update({side: FORMER_COLLEAGUE for side, name in sides.items() if name in names})
        LeadEvent.objects.of(dealership).bulk_update(events, ["changes"])


def _in_batches(leads, act, progress, lock=lambda: None):
    """Act on the leads, the longest unchanged first; they must leave the queryset by it."""
    oldest, done = leads.order_by("updated_at", "created_at", "id"), 0
    while oldest_rows := list(oldest.values_list("pk", "updated_at")[:BATCH]):
        with transaction.atomic():
            lock()
            # Looked at again under the lock: somebody may have taken one of them up meanwhile.
            batch = leads.filter(pk__in=[pk for pk, _ in oldest_rows]).order_by("pk").select_for_update(no_key=True)
            done += act(list(batch))
        # What is older has gone; without this, each batch would step over all leads that are not meant.
        oldest = oldest.filter(updated_at__gte=oldest_rows[-1][1])
        progress(done)
    return done


def _archive(dealership, leads, actor, now):
    now = time_after(leads, now=now)
    Lead.objects.of(dealership).filter(pk__in=[lead.pk for lead in leads]).update(
        archived=True, version=F("version") + 1, updated_at=now
    )
    archived = {"archived": {"from": False, "to": True}}
    LeadEvent.objects.bulk_create(event_of(lead, EventKind.ARCHIVED, now, actor, archived) for lead in leads)
    return len(leads)


def _delete(dealership, leads, actor, now):
    ids, now = [lead.pk for lead in leads], time_after(leads, now=now)
    erase_texts(dealership, ids)
    forget_subjects(dealership, ids)
    LeadEvent.objects.bulk_create(tombstone(lead, now, actor=actor) for lead in leads)
    Lead.objects.of(dealership).filter(pk__in=ids).delete()
    return len(leads)
