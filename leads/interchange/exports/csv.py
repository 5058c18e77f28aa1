"""CSV (contract X4), for programs and for people."""

from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

from leads.interchange.exports.base import Context, Exporter
from leads.interchange.exports.cells import guarded
from steerleads.tables.writing import write_csv, write_for_excel


class CsvExporter(Exporter):
    name = ending = "csv"
    exports = frozenset({"leads", "vehicles", "history"})
    content_type = "text/csv; charset=utf-8"
    is_paged = True

    def write(self, rows: Iterable[Mapping[str, Any]], file: BinaryIO, context: Context) -> None:
        cells = guarded(rows, context.contents)
        if context.for_excel:
            write_for_excel(file, context.titles, cells, context.language)
        else:
            write_csv(file, context.titles, cells)
