"""An export from its rows to its record: the number is judged, the file made whole, and written down that it went out."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from datetime import datetime
from typing import Any, BinaryIO

from django.db.models import QuerySet
from django.http import FileResponse

from leads.interchange.exports.base import Context, Exporter
from leads.interchange.models import Export
from steerleads.api.errors import ValidationFailed
from steerleads.api.streaming import BYTES_A_CHUNK, ROWS_A_READ, long_read
from steerleads.dealers.actors import Actor

Progress = Callable[[int], None]


class TooMany(ValidationFailed):
    """There are more rows than the format takes."""

    def __init__(self, exporter: Exporter, count: int):
        message = (
            f"There are {count:,}, and {exporter.name} takes at most {exporter.most:,}. "
            "Use csv or jsonl, which take any number, or filters that leave fewer."
        )
        super().__init__(message, field="format", reason="too_many")


class ExportResponse(FileResponse):
    """A file that is there, whole: of its announced length, or not at all. It has so many `rows`."""

    block_size = BYTES_A_CHUNK

    def __init__(self, file: BinaryIO, *, rows: int, **said: Any):
        self.rows = rows
        super().__init__(file, **said)


def export(
    queryset: QuerySet,
    exporter: Exporter,
    context: Context,
    *,
    door: str,
    actor: Actor,
    filters: Mapping[str, list[str]],
    now: datetime,
) -> ExportResponse:
    """All rows of a sorted queryset of the contents' model, as a file to be kept; recorded as `record` says.

    Raises TooMany, and whatever the database does: nobody gets half a file.
    """
    file = tempfile.TemporaryFile()
    try:
        rows = fill(file, queryset, exporter, context)
        record(exporter, context, door=door, actor=actor, filters=filters, rows=rows, now=now)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    name = file_name(exporter, context, now)
    return ExportResponse(file, rows=rows, as_attachment=True, filename=name, content_type=exporter.content_type)


def fill(
    file: BinaryIO, queryset: QuerySet, exporter: Exporter, context: Context, *, progress: Progress = lambda done: None
) -> int:
    """Write all rows of a sorted queryset, from one snapshot; how many they are. Raises TooMany."""
    rows = queryset.values_list(*context.contents.listing.columns)
    with long_read():
        refuse_too_many(queryset, exporter)
        with closing(rows.iterator(chunk_size=ROWS_A_READ)) as read:
            return write_rows(read, exporter, file, context, progress=progress)


def refuse_too_many(queryset: QuerySet, exporter: Exporter) -> None:
    """Raise TooMany if the format takes fewer rows."""
    if exporter.most is not None and (count := queryset.count()) > exporter.most:
        raise TooMany(exporter, count)


def write_rows(
    rows: Iterable[tuple],
    exporter: Exporter,
    file: BinaryIO,
    context: Context,
    *,
    progress: Progress = lambda done: None,
) -> int:
    """Write rows of the contents' columns in a format; how many they were."""
    counted = _Counted(rows, progress)
    shape: Callable[[Any], Any] = context.contents.listing.render if exporter.takes_objects else context.contents.flat
    exporter.write(map(shape, counted), file, context)
    return counted.count


class _Counted:
    def __init__(self, rows: Iterable[tuple], progress: Progress):
        self._rows, self._progress, self.count = rows, progress, 0

    def __iter__(self) -> Iterator[tuple]:
        for row in self._rows:
            self.count += 1
            if not self.count % ROWS_A_READ:
                self._progress(self.count)
            yield row


def file_name(exporter: Exporter, context: Context, now: datetime) -> str:
    """With the date as it is at the dealership."""
    return exporter.file_name(context.contents, now.astimezone(context.dealership.tz).date())


def record(
    exporter: Exporter,
    context: Context,
    *,
    door: str,
    actor: Actor,
    filters: Mapping[str, list[str]],
    rows: int,
    now: datetime,
) -> None:
    """Write down that it went out. Of `filters`, {name: values}, the names are kept, and of the status its values."""
    Export.objects.create(
        dealership=context.dealership,
        at=now,
        actor_type=actor.type,
        actor_name=actor.name,
        door=door,
        contents=context.contents.name,
        format=exporter.name,
        filters=[_kept_of(name, values) for name, values in filters.items()],
        rows=rows,
    )


def _kept_of(name: str, values: list[str]) -> str:
    return f"{name}={','.join(values)}" if name == "status" else name
