"""The rows that an import refused, as a file to be mended and imported again: what was wrong, and the row as it was."""

import csv
import io
import tempfile
from collections.abc import Sequence
from typing import BinaryIO

from leads.interchange.imports.models import Import, ImportRow, Outcome
from steerleads.tables.guards import guard

REASON = "Reason"
WITH_SEMICOLONS = ("fr", "ar")  # as spreadsheets in these languages write tables
IN_MEMORY = 1024 * 1024  # bytes; more go to the disk


def refused_file(run: Import) -> BinaryIO:
    """A temporary file, from its beginning: CSV as spreadsheets open it."""
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    separator = ";" if run.dealership.language in WITH_SEMICOLONS else ","
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerow([REASON, *run.titles])
    rows = ImportRow.objects.of(run.dealership_id).filter(run=run, outcome=Outcome.REFUSED).order_by("line")
    for title, message, cells in rows.values_list("title", "message", "cells").iterator():
        writer.writerow([_reason(title, message), *map(guard, _filled(cells or [], len(run.titles)))])
    text.detach()
    file.seek(0)
    return file


def _reason(title: str, message: str) -> str:
    return guard(f"{title}: {message}" if title else message)


def _filled(cells: Sequence[str], count: int) -> list[str]:
    return [*cells, *[""] * (count - len(cells))]
