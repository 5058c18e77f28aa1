"""Tables in text files, whose cells stand between commas, semicolons, tabs or bars (CSV, TSV)."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from steerleads.db.text import WHITE_SPACE
from steerleads.tables.encodings import find_encoding, read_lines
from steerleads.tables.guards import cell_text
from steerleads.tables.headers import DEPTH, MOST_COLUMNS, SEPARATORS, Header, best_header, read_columns
from steerleads.tables.strangers import refuse_controls
from steerleads.tables.table import NotATable, Problem, Row, Table
from steerleads.tables.titles import Titles

NAMED_SEPARATOR = re.compile(r'"?sep=([,;\t|])"?\s*', re.IGNORECASE)  # how Excel writes it down, in the first line
MOST_ROWS = 200_000


@dataclass(frozen=True)
class Record:
    """The cells of one row; or what may be them, and csv's words for what is wrong. It stands in lines `first` to `last`."""

    first: int
    last: int
    cells: Sequence[str]
    error: str = ""


def read_delimited(file: BinaryIO, titles: Titles) -> Table:
    """The Table in a text file that can be read twice. Raises NotATable."""
    encoded = find_encoding(file)
    separator, header = _find_header(list(islice(read_lines(file, encoded.encoding), DEPTH + 1)), titles)

    def records() -> Iterator[Record]:
        return _records(read_lines(file, encoded.encoding), separator, header.line, strict=True)

    columns = read_columns(_titles(next(records())), titles)
    if encoded.lines > MOST_ROWS:
        _refuse_too_many(records())
    rows = _rows(records(), len(columns))
    return Table("csv", encoded.encoding, separator, header.line, columns, encoded.lines, rows)


def _find_header(head: list[str], titles: Titles) -> tuple[str, Header]:
    named = NAMED_SEPARATOR.fullmatch(head[0]) if head else None
    first = 2 if named else 1
    lines = head[: DEPTH + first - 1]
    found = [
        (separator, header)
        for separator in (named[1] if named else SEPARATORS)
        if (header := best_header(_head_records(lines, separator, first), titles))
    ]
    if not found:
        raise NotATable("empty", "The file is empty, or its first lines are: one of them must name the columns.")
    separator, header = max(found, key=lambda pair: pair[1].rank)
    if not header.known:
        refuse_controls("".join(head))
    return separator, header


def _head_records(lines: list[str], separator: str, first: int) -> Iterator[tuple[int, Sequence[str]]]:
    return ((record.first, record.cells) for record in _records(iter(lines), separator, first, strict=False))


def _records(lines: Iterator[str], separator: str, first: int, *, strict: bool) -> Iterator[Record]:
    """The records from the `first` line on. strict: a stray quote is an error, and swallows no rows below it."""
    noted: list[str] = []
    lines = _noted(islice(lines, first - 1, None), noted)
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=strict)
    while True:
        noted.clear()
        line = first + reader.line_num
        try:
            cells, error = next(reader), ""
        except StopIteration:
            return
        except csv.Error as problem:
            cells, error = _as_it_stands(noted, separator), str(problem)
        yield Record(line, first + reader.line_num - 1, cells, error)


def _noted(lines: Iterator[str], noted: list[str]) -> Iterator[str]:
    for line in lines:
        noted.append(line)
        yield line


def _as_it_stands(lines: list[str], separator: str) -> list[str]:
    """What may be the cells of a row that is not CSV; of several lines, all of it in one."""
    text = "".join(lines).rstrip("\r\n")
    return [text] if len(lines) > 1 else text.split(separator, MOST_COLUMNS)


def _titles(header: Record) -> Sequence[str]:
    if header.error:
        raise NotATable("quote", f"Line {header.first} names the columns, and is not CSV: {header.error}.")
    return header.cells


def _refuse_too_many(records: Iterator[Record]) -> None:
    filled = sum(any(record.cells) or bool(record.error) for record in records) - 1
    if filled > MOST_ROWS:
        raise NotATable("too_many_rows", f"It has {filled:,} rows: give at most {MOST_ROWS:,} at a time.")


def _rows(records: Iterator[Record], width: int) -> Iterator[Row]:
    header = next(records)
    good = header.first
    for record in records:
        if record.error:
            yield Row(record.first, tuple(record.cells), _not_csv(record, good))
        elif any(value.strip(WHITE_SPACE) for value in record.cells):
            row = _row(record, header, width)
            good = good if row.problem else record.first
            yield row


def _row(record: Record, header: Record, width: int) -> Row:
    values = record.cells
    if any(value.strip(WHITE_SPACE) for value in values[len(header.cells) :]):
        return Row(record.first, tuple(map(cell_text, values[:MOST_COLUMNS])), _too_wide(record, header))
    cells = [cell_text(value) for value in values[:width]]
    missing = width - len(cells)
    return Row(record.first, (*cells, *[""] * missing), missing=missing)


def _too_wide(record: Record, header: Record) -> Problem:
    line = "the first line" if header.first == 1 else f"line {header.first}"
    message = f"It has {len(record.cells)} columns, and {line} names {len(header.cells)}."
    return Problem("columns", "", message)


def _not_csv(record: Record, good: int) -> Problem:
    if "unexpected end of data" in record.error:
        message = f"A quoted text begins in this row and does not end. The last good line is {good}."
        return Problem("quote", "", message)
    if "field larger" in record.error:
        code = "quote" if record.last > record.first else "too_long"
        limit = csv.field_size_limit()
        return Problem(code, "", f"A text in it, still going on in line {record.last}, has over {limit} characters.")
    if "expected after" in record.error:
        return Problem("quote", "", "A quote stands inside a quoted text. Write it twice.")
    return Problem("quote", "", f"It is not CSV: {record.error}.")
