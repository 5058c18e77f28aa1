"""Who works on which import: a lease with a token, which each batch asks for in its own transaction.

So a process that was killed holds up nobody for long, and one that comes to life again can write nothing more.
"""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from leads.interchange.imports.models import BUSY, Import, ImportRow, ImportState, Outcome
from steerleads.db.clock import credible_until

LEASE = timedelta(seconds=30)


class LeaseLost(Exception):
    """Somebody else works on it now, or it was stopped."""


def start(run: Import, state: ImportState) -> None:
    """Have it checked, run or undone from its first row on, by whoever claims it."""
    run.state, run.line, run.problem, run.finished_at = state, 0, "", None
    run.counts = dict.fromkeys(Outcome.values, 0) if state != ImportState.UNDOING else run.counts
    run.lease_token = None
    if state == ImportState.CHECKING:  # what an earlier one found, of other columns
        found = ImportRow.objects.of(run.dealership_id).filter(run=run, outcome="").exclude(code="")
        found.exclude(cells=[]).update(title="", code="", message="")
        run.options |= {"words": [], "first": []}
    run.save(update_fields=["state", "line", "problem", "counts", "finished_at", "lease_token", "options"])


def begin_again(run: Import) -> None:
    """Of one that is leased to us, from its first row."""
    if run.line:
        run.line, run.counts = 0, dict.fromkeys(Outcome.values, 0)
        run.save(update_fields=["line", "counts"])


def due(now: datetime) -> QuerySet[Import]:
    """Those that somebody should work on, and nobody does."""
    free = Q(lease_token=None) | Q(leased_until__lte=now) | Q(leased_until__gt=credible_until(now, LEASE))
    return Import.objects.filter(free, state__in=BUSY)


def claim(run: Import, *, now: datetime, by_force: bool = False) -> Import | None:
    """The import, now leased to us; None if somebody works on it, or on another one of the dealership.

    `by_force` takes it from whoever has it: they notice it at their next batch.
    """
    with transaction.atomic():
        busy = Import.objects.of(run.dealership_id).filter(state__in=BUSY).order_by("pk").select_for_update()
        all_busy = {each.pk: each for each in busy}
        ours = all_busy.pop(run.pk, None)
        if ours is None or any(_is_held(other, now) for other in all_busy.values()):
            return None
        if _is_held(ours, now) and not by_force:
            return None
        ours.lease_token, ours.leased_until = uuid.uuid4(), now + LEASE
        ours.save(update_fields=["lease_token", "leased_until"])
    return ours


def locked(run: Import) -> Import:
    """The import as it is, locked, if it still is ours, in the state that we know. Raises LeaseLost."""
    ours = {"pk": run.pk, "lease_token": run.lease_token, "state": run.state}
    found = Import.objects.of(run.dealership_id).select_for_update().filter(**ours).first()
    if found is None:
        raise LeaseLost()
    found.dealership = run.dealership  # known: it need not be read
    return found


def release(run: Import) -> None:
    """Let others go on at once."""
    Import.objects.of(run.dealership_id).filter(pk=run.pk, lease_token=run.lease_token).update(lease_token=None)


def _is_held(run: Import, now: datetime) -> bool:
    return run.lease_token is not None and now < run.leased_until <= credible_until(now, LEASE)
