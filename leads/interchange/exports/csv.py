"""CSV (contract X4): RFC 4180 in UTF-8 for programs, and what Excel opens with a double click for people."""

import csv
from collections.abc import Iterable, Mapping
from io import TextIOWrapper
from typing import Any, BinaryIO

from leads.interchange.exports.base import Context, Exporter
from leads.interchange.exports.cells import guarded

# In these languages Excel takes a comma for the sign before decimals.
WITH_SEMICOLONS = {"fr", "ar"}


class CsvExporter(Exporter):
    name = ending = "csv"
    exports = frozenset({"leads", "vehicles", "history"})
    content_type = "text/csv; charset=utf-8"
    is_paged = True

    def write(self, rows: Iterable[Mapping[str, Any]], file: BinaryIO, context: Context) -> None:
        for_excel_in = context.language if context.for_excel else None
        write_csv(file, context.titles, guarded(rows, context.contents.typed), for_excel_in=for_excel_in)


def write_csv(
    file: BinaryIO, titles: Iterable[str], rows: Iterable[Iterable[object]], *, for_excel_in: str | None = None
) -> None:
    """Write lines of cells below their titles; texts in cells are quoted, None is empty.

    `for_excel_in` is the language of an Excel that will open it. Without the byte order mark it would not know UTF-8.
    """
    text = TextIOWrapper(file, "utf-8-sig" if for_excel_in else "utf-8", newline="")
    separator = ";" if for_excel_in in WITH_SEMICOLONS else ","
    csv.writer(text, delimiter=separator).writerow(titles)
    csv.writer(text, delimiter=separator, quoting=csv.QUOTE_NONNUMERIC).writerows(rows)
    text.detach()
