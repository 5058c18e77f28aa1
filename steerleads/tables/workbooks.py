"""Tables in workbooks of Excel (XLSX, XLS): the sheet with the most known titles, read by processes with limits."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import IO, Any, BinaryIO

from steerleads.tables.guards import cell_text
from steerleads.tables.headers import Header, best_header, read_columns
from steerleads.tables.strangers import SAVE_AGAIN
from steerleads.tables.table import Column, NotATable, Problem, Row, Table
from steerleads.tables.titles import Titles
from steerleads.tables.workbook_process import LONGEST_TEXT, MOST_ROWS

PROCESS = Path(__file__).with_name("workbook_process.py")
PATIENCE = 120  # seconds: the process has 30 of the processor's, and may have to wait for it
# Of a server's process, one reads a workbook at a time: several may ask for 768 MiB each. Others wait, in seconds.
_PROCESSES, WAIT = BoundedSemaphore(1), 30
REASONS = {
    "locked": "The workbook is locked by a password. Save it without one.",
    "not_a_table": f"This is not a workbook of Excel, or it is damaged. {SAVE_AGAIN}",
    "empty": "The workbook has no sheet with anything in it.",
    "too_many_rows": f"It has over {MOST_ROWS:,} rows: give at most these at a time, or save it as “CSV UTF-8”.",
    "too_large": "The workbook is small, but what is in it is too large. Save its sheet as “CSV UTF-8”.",
}


def read_workbook(file: BinaryIO, kind: str, titles: Titles) -> Table:
    """The Table in a workbook of this kind. Raises NotATable."""
    if not _PROCESSES.acquire(timeout=WAIT):
        raise NotATable("busy", "Others' workbooks are being read. Give it again in a minute.")
    try:
        sheet, header = _find_sheet(file, titles)
        rows, last = _run(file, str(sheet))
    finally:
        _PROCESSES.release()
    below = (row for row in _unpacked(rows) if row[0] >= header.line)
    columns = read_columns(next(below)[1], titles)
    return Table(kind, None, None, header.line, columns, last, _rows(below, columns))


def _find_sheet(file: BinaryIO, titles: Titles) -> tuple[int, Header]:
    """The sheet with the most known titles, and where these are; of equals, the first that has anything in it."""
    heads, _count = _run(file)
    headers = [best_header(head, titles) for head in _unpacked(heads)]
    filled = [(sheet, header) for sheet, header in enumerate(headers) if header]
    if not filled:
        raise _refusal("empty")
    return max(filled, key=lambda found: (found[1].known, -found[0]))


def _run(file: BinaryIO, *arguments: str) -> tuple[IO[bytes], int]:
    """(a temporary file with what the process writes, the number that it says)."""
    written = TemporaryFile()
    with TemporaryFile() as workbook:
        file.seek(0)
        shutil.copyfileobj(file, workbook)
        workbook.seek(0)
        command = [sys.executable, "-I", str(PROCESS), *arguments]
        try:
            done = subprocess.run(command, stdin=workbook, stdout=written, stderr=subprocess.PIPE, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            raise _refusal("too_large") from None
    *_, said = ["", *done.stderr.decode("utf-8", "replace").split()]  # behind what the system or a library says
    if done.returncode:
        raise _refusal(_reason(done.returncode, said))
    return written, int(said)


def _reason(exit_code: int, said: str) -> str:
    if exit_code == 1:  # it says why, or a part of the workbook has broken the library
        return said if said in REASONS else "not_a_table"
    return "too_large"  # the system has ended it for its memory or time, or it did so itself


def _refusal(code: str) -> NotATable:
    return NotATable(code, REASONS[code])


def _unpacked(lines: IO[bytes]) -> Iterator[Any]:
    lines.seek(0)
    return map(json.loads, lines)


def _rows(rows: Iterator[tuple[int, list[str]]], columns: tuple[Column, ...]) -> Iterator[Row]:
    for number, values in rows:
        # What stands beside the table is under no title, and shifts nothing.
        cells = [cell_text(value) for value in values[: len(columns)]]
        too_long = [column.title for column, value in zip(columns, values, strict=False) if len(value) > LONGEST_TEXT]
        if too_long:
            message = f"It has over {LONGEST_TEXT} characters."
            yield Row(number, tuple(cells), Problem("too_long", too_long[0], message))
        elif any(cells):
            yield Row(number, (*cells, *[""] * (len(columns) - len(cells))))
