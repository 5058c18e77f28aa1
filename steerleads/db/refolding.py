"""Writes folded columns anew, for migrations that come with a change of how text is folded."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet

from steerleads.db.columns import FoldedField

BATCH = 1000


def refold(rows: QuerySet, fold: Callable[[Model], object]) -> None:
    """Call `fold(row)` for every row of a queryset, and write those of its folded columns that it changed.

    In batches, each in a transaction of its own: a server that is still running waits for none of them for long.
    """
    folded = [field.attname for field in rows.model._meta.get_fields() if isinstance(field, FoldedField)]
    last = None
    while (last := _refold_batch(rows, fold, folded, last)) is not None:
        pass


def _refold_batch(rows: QuerySet, fold: Callable[[Model], object], folded: list[str], last: Any) -> Any:
    """The id of the batch's last row; None if there was none."""
    with transaction.atomic():
        rest = rows.filter(pk__gt=last) if last else rows
        batch = list(rest.select_for_update().order_by("pk")[:BATCH])
        for row in batch:
            _refold_row(row, fold, folded)
    return batch[-1].pk if batch else None


def _refold_row(row: Model, fold: Callable[[Model], object], folded: list[str]) -> None:
    before = [getattr(row, name) for name in folded]
    fold(row)
    changed = [name for name, value in zip(folded, before, strict=True) if getattr(row, name) != value]
    if changed:
        row.save(update_fields=changed)
