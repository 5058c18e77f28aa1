"""How long imports keep what they hold, and what of a person is forgotten before."""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta

from django.db.models import Q

from leads.interchange.imports.leases import IS_DRY_RUN, MovedOn, is_free, standing
from leads.interchange.imports.models import BUSY, Import, ImportRow, ImportState, Outcome, Overwritten
from leads.interchange.imports.staging import delete_import
from leads.privacy.people import Person, is_mentioned
from steerleads.dealers.actors import FORMER_COLLEAGUE
from steerleads.dealers.leaving import Keeper, Leaver
from steerleads.dealers.models import Dealership

UNFINISHED_KEPT = timedelta(days=7)  # a file that somebody brought and did not import
READ_WITHIN = timedelta(hours=1)
BATCH = 500
NAMELESS = "…"
WRITTEN = (Outcome.CREATED, Outcome.UPDATED)


def forget_old(now: datetime) -> None:
    """What can no longer be undone keeps the keys of its rows alone; what nobody imported goes."""
    unread = Q(state=ImportState.READING, created_at__lt=now - READ_WITHIN)
    unwanted = Q(state__in=[ImportState.MAPPING, ImportState.CHECKED], created_at__lt=now - UNFINISHED_KEPT)
    dry = IS_DRY_RUN & is_free(now) & Q(created_at__lt=now - READ_WITHIN)  # of a command that was killed
    for run in Import.objects.filter(unread | unwanted | dry):
        with suppress(MovedOn):  # somebody wants it after all
            _forget_run(run)
    over = Import.objects.filter(finished_at__lt=now - Import.KEPT).exclude(state__in=BUSY)
    ImportRow.objects.filter(run__in=over).exclude(outcome__in=WRITTEN).delete()
    Overwritten.objects.filter(run__in=over).delete()


def forget_persons(dealership: Dealership, persons: Collection[Person]) -> None:
    """Delete the rows, and what was written over, that name one of these. A row that waits is not taken in any more."""
    for run in Import.objects.of(dealership).only("pk", "file_name"):
        if is_mentioned(persons, run.file_name):
            Import.objects.of(dealership).filter(pk=run.pk).update(file_name=NAMELESS)
    kept = ImportRow.objects.of(dealership).filter(cells__isnull=False).values_list("pk", "cells", "message")
    named = [pk for pk, cells, message in kept.iterator() if is_mentioned(persons, "\n".join(cells), message)]
    _delete(ImportRow.objects.of(dealership), named)
    befores = Overwritten.objects.of(dealership).values_list("pk", "before").iterator()
    named = [pk for pk, before in befores if is_mentioned(persons, *_texts(before))]
    _delete(Overwritten.objects.of(dealership), named)


class ImportsOfPeople(Keeper):
    """Who brought which file."""

    def erase(self, leaver: Leaver) -> dict[str, int]:
        count = 0
        for dealership in Dealership.objects.all():
            made = Import.objects.of(dealership).filter(actor_name__in=leaver.names_in(dealership))
            count += made.update(actor_name=FORMER_COLLEAGUE)
        return {"imports": count}


def _forget_run(run):
    """With all its rows, unless it wrote some: those stay known. Raises MovedOn."""
    kept = ImportRow.objects.of(run.dealership_id).filter(run=run)
    with standing(run):
        if kept.filter(outcome__in=WRITTEN).exists():
            kept.exclude(outcome__in=WRITTEN).delete()
        else:
            delete_import(run)


def _delete(kept, ids):
    for start in range(0, len(ids), BATCH):
        kept.filter(pk__in=ids[start : start + BATCH]).delete()


def _texts(before):
    return [value for value in before.values() if isinstance(value, str)]
