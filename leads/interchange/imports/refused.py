"""The rows that an import refused, as a file to be mended and imported again: what was wrong, and the row as it was."""

import tempfile
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from django.utils import translation
from django.utils.translation import gettext as _

from leads.interchange.exports.csv import write_csv
from leads.interchange.imports.models import Import, ImportRow, Outcome
from steerleads.tables.guards import guard

REASON = "Reason"
IN_MEMORY = 1024 * 1024  # bytes; more go to the disk


def refused_file(run: Import) -> BinaryIO:
    """A temporary file, from its beginning: CSV as spreadsheets open it."""
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)
    language = run.dealership.language
    with translation.override(language):
        write_csv(file, map(guard, [REASON, *run.titles]), _rows(run), for_excel_in=language)
    file.seek(0)
    return file


def _rows(run: Import) -> Iterator[list[str]]:
    rows = ImportRow.objects.of(run.dealership_id).filter(run=run, outcome=Outcome.REFUSED).order_by("line")
    for row in rows.iterator():
        yield [_reason(row), *map(guard, _filled(row.cells or [], len(run.titles)))]


def _reason(row: ImportRow) -> str:
    return f"{_('Line')} {row.line}: " + (f"{row.title}: {row.message}" if row.title else row.message)


def _filled(cells: Sequence[str], count: int) -> list[str]:
    """What stands beyond the last title stays there."""
    return [*cells, *[""] * (count - len(cells))]
