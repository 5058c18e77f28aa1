"""Tables in workbooks of Excel (XLSX, XLS): the first sheet that people see, read by a process with limits."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, BinaryIO

from steerleads.tables.guards import cell_text
from steerleads.tables.headers import DEPTH, best_header, read_columns
from steerleads.tables.strangers import SAVE_AGAIN
from steerleads.tables.table import Column, NotATable, Problem, Row, Table
from steerleads.tables.titles import Titles
from steerleads.tables.workbook_process import LONGEST_TEXT, MOST_ROWS

PROCESS = Path(__file__).with_name("workbook_process.py")
PATIENCE = 120  # seconds: the process has 30 of the processor's, and may have to wait for it
REASONS = {
    "locked": "The workbook is locked by a password. Save it without one.",
    "not_a_table": f"This is not a workbook of Excel, or it is damaged. {SAVE_AGAIN}",
    "empty": "The workbook has no sheet with anything in it.",
    "too_many_rows": f"It has over {MOST_ROWS:,} rows: give at most these at a time, or save it as “CSV UTF-8”.",
    "too_large": "The workbook is small, but what is in it is too large. Save its sheet as “CSV UTF-8”.",
}


def read_workbook(file: BinaryIO, kind: str, titles: Titles) -> Table:
    """The Table in a workbook of this kind. Raises NotATable."""
    rows, last = _unpack(file)
    header = best_header(islice(_unpacked(rows), DEPTH), titles)
    if header is None:
        raise _refusal("empty")
    below = (row for row in _unpacked(rows) if row[0] >= header.line)
    columns = read_columns(next(below)[1], titles)
    return Table(kind, None, None, header.line, columns, last, _rows(below, columns))


def _unpack(file: BinaryIO) -> tuple[IO[bytes], int]:
    """(a temporary file with the rows, the number of the last)."""
    rows = TemporaryFile()
    with TemporaryFile() as workbook:
        file.seek(0)
        shutil.copyfileobj(file, workbook)
        workbook.seek(0)
        command = [sys.executable, "-I", str(PROCESS)]
        try:
            done = subprocess.run(command, stdin=workbook, stdout=rows, stderr=subprocess.PIPE, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            raise _refusal("too_large") from None
    *_, said = ["", *done.stderr.decode("utf-8", "replace").split()]  # behind what the system or a library says
    if done.returncode:
        raise _refusal(_reason(done.returncode, said))
    return rows, int(said)


def _reason(exit_code: int, said: str) -> str:
    if exit_code == 1:  # it says why, or a part of the workbook has broken the library
        return said if said in REASONS else "not_a_table"
    return "too_large"  # the system has ended it for its memory or time, or it did so itself


def _refusal(code: str) -> NotATable:
    return NotATable(code, REASONS[code])


def _unpacked(rows: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    rows.seek(0)
    for row in rows:
        number, cells = json.loads(row)
        yield number, cells


def _rows(rows: Iterator[tuple[int, list[str]]], columns: tuple[Column, ...]) -> Iterator[Row]:
    for number, values in rows:
        # What stands beside the table is under no title, and shifts nothing.
        cells = [cell_text(value) for value in values[: len(columns)]]
        too_long = [column.title for column, value in zip(columns, values, strict=False) if len(value) > LONGEST_TEXT]
        if too_long:
            message = f"It has over {LONGEST_TEXT} characters."
            yield Row(number, (), Problem("too_long", too_long[0], message))
        elif any(cells):
            yield Row(number, (*cells, *[""] * (len(columns) - len(cells))))
