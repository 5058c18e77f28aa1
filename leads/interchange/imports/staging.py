"""Takes a file in: its rows are kept, as they stand, until somebody has said what to make of them."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO

from django.db import transaction
from django.utils import translation

from leads.interchange.imports import own_formats
from leads.interchange.imports.dates import says_month_first
from leads.interchange.imports.leases import standing
from leads.interchange.imports.models import Door, Import, ImportRow, ImportState
from leads.interchange.imports.titles import fields_of, kind_of, known_titles
from steerleads.db.text import is_blank, one_line
from steerleads.dealers.models import Dealership
from steerleads.tables.delimited import MOST_ROWS
from steerleads.tables.reading import LARGEST_FILE, open_table, too_large
from steerleads.tables.sentences import ROW_PROBLEMS
from steerleads.tables.table import NotATable, Row

BATCH = 500  # rows in one transaction
CHUNK = 1024 * 1024


def stage(dealership: Dealership, file: BinaryIO, name: str, *, door: Door, actor_name: str) -> Import:
    """An Import of the file, with its rows, that waits for its columns. Raises NotATable."""
    digest = digest_of(file)
    table = own_formats.open_own(file) or open_table(file, known_titles())
    titles = [one_line(column.title, 200) for column in table.columns]
    run = Import.objects.create(
        dealership=dealership,
        actor_name=actor_name,
        door=door,
        file_name=one_line(name, 200),
        digest=digest,
        kind=kind_of(titles, table.kind),
        titles=titles,
        options={"columns": fields_of(titles, [column.field for column in table.columns])},
    )
    try:
        with translation.override(dealership.language):  # as the other problems of rows
            _keep(run, table.rows)
    except NotATable:  # found out half-way
        delete_import(run)
        raise
    return run


def delete_import(run: Import) -> None:
    """With its rows: of one that has not written anything yet, and stands where it was read. Raises MovedOn."""
    with standing(run):
        ImportRow.objects.of(run.dealership_id).filter(run=run).delete()
        run.delete()


def withdraw(run: Import) -> bool:
    """Delete one that nobody has begun to work on; whether that could be. Raises MovedOn."""
    with standing(run):
        is_idle = Import.objects.of(run.dealership_id).filter(pk=run.pk, line=0, lease_token=None).exists()
        if is_idle:
            delete_import(run)
    return is_idle


def digest_of(file: BinaryIO) -> str:
    """SHA-256 of a file. Raises NotATable for one that is too large."""
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if size > LARGEST_FILE:
            raise too_large(size)
    file.seek(0)
    return digest.hexdigest()


def _keep(run: Import, rows: Iterator[Row]) -> None:
    """Batch by batch: on SQLite, one transaction for all would stop everybody who writes."""
    months: dict[int, set[bool]] = {}  # by column: whichever may turn out to be the one of times
    while batch := list(islice(rows, BATCH)):
        if run.rows + len(batch) > MOST_ROWS:
            raise NotATable("too_many_rows", f"It has over {MOST_ROWS:,} rows: give at most these at a time.")
        with transaction.atomic():
            ImportRow.objects.bulk_create(_row(run, row) for row in batch)
        run.rows += len(batch)
        _note_months(months, batch)
    # One date that can only be read so says how all of its column are written.
    run.options["month_first_in"] = [place for place, said in months.items() if said == {True}]
    run.state = ImportState.MAPPING
    run.save(update_fields=["rows", "options", "state"])


def _note_months(months: dict[int, set[bool]], rows: Iterable[Row]) -> None:
    for row in rows:
        for place, text in enumerate(row.cells):
            if text[:1].isdigit() and (said := says_month_first(text)) is not None:
                months.setdefault(place, set()).add(said)


def _row(run: Import, row: Row) -> ImportRow:
    problem: dict[str, Any] = {}
    if row.problem:
        code, message = row.problem.code, row.problem.message
        message = message if run.door == Door.COMMAND else str(ROW_PROBLEMS[code])
        problem = {"title": row.problem.title[:200], "code": code, "message": message[:300]}
    return ImportRow(
        dealership_id=run.dealership_id,
        run=run,
        line=row.line,
        cells=[_storable(cell) for cell in row.cells],
        unreadable=row.problem is not None,
        **problem,
    )


def _storable(text: str) -> str:
    """Without what PostgreSQL's JSON cannot keep."""
    return text if text.isprintable() else text.replace("\0", " ").encode("utf-8", "replace").decode()


def cells_by_field(
    columns: Sequence[str | None], titles: Sequence[str], cells: Iterable[str]
) -> dict[str, list[tuple[str, str]]]:
    """{field: [(title, text)]} of a row's cells that say anything."""
    found: dict[str, list[tuple[str, str]]] = {}
    for field, title, text in zip(columns, titles, cells, strict=False):
        if field and not is_blank(text):
            found.setdefault(field, []).append((title, text))
    return found
