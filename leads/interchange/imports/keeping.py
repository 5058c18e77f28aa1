"""How long imports keep what they hold, and what of staff who leave is forgotten before."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from leads.interchange.imports.leases import IS_DRY_RUN, MovedOn, is_free, standing
from leads.interchange.imports.models import BUSY, Import, ImportRow, ImportState, Outcome, Overwritten
from leads.interchange.imports.staging import delete_import
from steerleads.dealers.actors import FORMER_COLLEAGUE
from steerleads.dealers.leaving import Keeper, Leaver
from steerleads.dealers.models import Dealership

UNFINISHED_KEPT = timedelta(days=7)  # a file that somebody brought and did not import
READ_WITHIN = timedelta(hours=1)
UNWRITTEN = ("", Outcome.UNCHANGED, Outcome.REFUSED)
BATCH = 1000  # rows in one transaction: on SQLite, it stops everybody who writes


def forget_old_imports(now: datetime) -> None:
    """What can no longer be undone keeps the keys of its rows alone; what nobody imported goes."""
    unread = Q(state=ImportState.READING, created_at__lt=now - READ_WITHIN)
    unwanted = Q(state__in=[ImportState.MAPPING, ImportState.CHECKED], created_at__lt=now - UNFINISHED_KEPT)
    dry = IS_DRY_RUN & is_free(now) & Q(created_at__lt=now - READ_WITHIN)  # of a command that was killed
    for run in Import.objects.filter(unread | unwanted | dry):
        with suppress(MovedOn):  # somebody wants it after all
            _forget_run(run)
    over = Import.objects.filter(finished_at__lt=now - Import.KEPT).exclude(state__in=BUSY)
    _delete(unwritten(over))
    _delete(Overwritten.objects.filter(run__in=over))


def unwritten(imports: QuerySet[Import]) -> QuerySet[ImportRow]:
    """Their rows of which no lead came. Named, not excluded: an index leads to those few among all that were ever kept."""
    return ImportRow.objects.filter(run__in=imports, outcome__in=UNWRITTEN)


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
        if kept.exclude(outcome__in=UNWRITTEN).exists():
            kept.filter(outcome__in=UNWRITTEN).delete()
        else:
            delete_import(run)


def _delete(unneeded):
    while ids := list(unneeded.order_by().values_list("pk", flat=True)[:BATCH]):
        unneeded.model.objects.filter(pk__in=ids).delete()
