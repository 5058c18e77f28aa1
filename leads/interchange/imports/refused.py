"""Files of what an import refused, to be mended and imported again, and of what its undoing left."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import BinaryIO

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from leads.interchange.imports.models import Import, ImportRow, Left
from leads.models import Lead
from steerleads.tables.guards import guard
from steerleads.tables.writing import write_for_excel

REASON = "Reason"
BATCH = 500
IN_MEMORY = 1024 * 1024  # bytes; more go to the disk


def rows_with_problems(run: Import) -> QuerySet[ImportRow]:
    """What a check has found, or a run refused, with the cells."""
    rows = ImportRow.objects.of(run.dealership_id).filter(run=run, cells__isnull=False)
    return rows.exclude(code="").order_by("line")


def rows_left(run: Import) -> QuerySet[ImportRow]:
    """What an undo left."""
    return ImportRow.objects.of(run.dealership_id).filter(run=run, code__in=Left.values).order_by("line")


def refused_file(run: Import) -> BinaryIO:
    """A temporary file, from its beginning: CSV as spreadsheets open it."""
    return _file(run, [REASON, *run.titles], _refused(run))


def left_file(run: Import) -> BinaryIO:
    """The same of what an undo left, with the leads that are still there."""
    return _file(run, [REASON, "id", "targetName", "targetInfo"], _left(run))


def _file(run: Import, titles: Iterable[str], rows: Iterable[Sequence[str]]) -> BinaryIO:
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)
    language = run.dealership.language
    with translation.override(language):
        write_for_excel(file, map(guard, titles), rows, language)
    file.seek(0)
    return file


def _refused(run: Import) -> Iterator[list[str]]:
    for row in rows_with_problems(run).iterator():
        yield [_reason(row), *map(guard, _filled(row.cells or [], len(run.titles)))]


def _left(run: Import) -> Iterator[list[str]]:
    rows = rows_left(run).iterator()
    while batch := list(islice(rows, BATCH)):
        leads = Lead.objects.of(run.dealership_id).in_bulk([row.lead_id for row in batch if row.lead_id])
        for row in batch:
            lead = leads.get(row.lead_id)
            told = [str(lead.pk), lead.target_name, lead.target_info] if lead else ["", "", ""]
            yield [f"{_('Line')} {row.line}: {Left(row.code).label}", *map(guard, told)]


def _reason(row: ImportRow) -> str:
    return f"{_('Line')} {row.line}: " + (f"{row.title}: {row.message}" if row.title else row.message)


def _filled(cells: Sequence[str], count: int) -> list[str]:
    """What stands beyond the last title stays there."""
    return [*cells, *[""] * (count - len(cells))]
