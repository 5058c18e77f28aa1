"""Who works on which import: a lease with a token, which each batch asks for in its own transaction.

So a process that was killed holds up nobody for long, and one that comes to life again can write nothing more.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.expressions import Combinable

from leads.interchange.imports.models import BUSY, Door, Import, ImportRow, ImportState, Outcome
from steerleads.db.clock import credible_until

LEASE = timedelta(seconds=30)
IS_DRY_RUN = Q(door=Door.COMMAND, state=ImportState.CHECKING)


class LeaseLost(Exception):
    """Somebody else works on it now, or it was stopped."""


class MovedOn(Exception):
    """The import no longer stands where it did when it was read: somebody else was faster."""


@contextmanager
def standing(run: Import) -> Iterator[None]:
    """A transaction in which the import stays where it stands, and that nobody else has moved it. Raises MovedOn."""
    with transaction.atomic():
        as_read = Import.objects.of(run.dealership_id).filter(pk=run.pk, state=run.state)
        if not as_read.select_for_update().values_list("pk").first():
            raise MovedOn()
        yield


def start(run: Import, state: ImportState) -> None:
    """Have it checked, run or undone from its first row on, by whoever claims it. Raises MovedOn."""
    with standing(run):
        run.state, run.line, run.finished_at, run.lease_token = state, 0, None, None
        if state == ImportState.UNDOING:
            run.undone.pop("left", None)  # of an undo that a bug stopped: what it left is looked at anew
        else:
            run.counts = dict.fromkeys(Outcome.values, 0)
        if state == ImportState.CHECKING:
            _forget_findings(run)
        run.save(update_fields=["state", "line", "counts", "undone", "finished_at", "lease_token", "options"])


def back_to_columns(run: Import) -> None:
    """Of one that was checked. Raises MovedOn."""
    with standing(run):
        run.state = ImportState.MAPPING
        run.save(update_fields=["state"])


def _forget_findings(run: Import) -> None:
    """What an earlier check found, of other columns."""
    found = ImportRow.objects.of(run.dealership_id).filter(run=run, outcome="").exclude(code="")
    found.filter(unreadable=False).update(title="", code="", message="")
    run.options |= {"words": [], "first": []}


def begin_again(run: Import) -> Import:
    """One that is leased to us, from its first row on. Raises LeaseLost."""
    with transaction.atomic():
        run = locked(run)
        run.line, run.counts = 0, dict.fromkeys(Outcome.values, 0)
        run.save(update_fields=["line", "counts"])
    return run


def due(now: datetime | Combinable) -> QuerySet[Import]:
    """Those that somebody should work on, and nobody does. A dry run is of use to the command alone that began it."""
    return Import.objects.filter(is_free(now), state__in=BUSY).exclude(IS_DRY_RUN)


def is_free(now: datetime | Combinable) -> Q:
    """A condition on imports: nobody works on it."""
    return Q(lease_token=None) | Q(leased_until__lte=now) | Q(leased_until__gt=credible_until(now, LEASE))


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
