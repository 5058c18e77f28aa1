"""The process that reads one workbook, within limits that end it: from standard input, to JSON lines.

Without an argument, these are the first rows of each sheet, a line for a sheet; with the number of one, its rows. It is run as a file, so that neither Django nor anything else of ours is loaded. A small workbook can ask for any amount
of memory (its sizes lie, or it has a cell in the last row and column), so the system counts, and not we. At the end, the
number of sheets, or of the last row, is on standard error, or the code of why there is none.
"""

import io
import json
import os
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

MEMORY = 768 * 1024 * 1024  # bytes; 50,000 rows of 60 columns take 430 million
PROCESSOR = 30  # seconds; those take 5
OUTPUT = 256 * 1024 * 1024  # bytes
UNPACKED = 512 * 1024 * 1024  # bytes that a workbook says it has when unpacked
MOST_ROWS = 50_000
MOST_SHEETS = 20  # that are looked at
HEAD = 15  # rows of each, among which its titles are
MOST_CELLS = 1001  # of a row: one more than a table's columns, so that these are counted
LONGEST_TITLE = 1000  # characters
LONGEST_TEXT = 131_072  # characters, as in a CSV; Excel's own limit is 32,767
TOO_LARGE = 3  # the exit code
LOCKED = "EncryptedPackage".encode("utf-16-le")  # what the file around a workbook with a password has in it
EXACT = 10**15  # up to here a spreadsheet keeps each digit of a number


class Refusal(Exception):
    """The code of why this workbook is not read."""


def set_limits() -> None:
    limits = {"RLIMIT_CORE": 0, "RLIMIT_AS": MEMORY, "RLIMIT_CPU": PROCESSOR, "RLIMIT_FSIZE": OUTPUT}
    for name, most in limits.items():
        which = getattr(resource, name)
        hard = resource.getrlimit(which)[1]  # which may be lowered only
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(which, (most, most))


def check_unpacked_size(content: bytes) -> None:
    """Raises Refusal where a workbook says itself that it is too large."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > UNPACKED:
                raise Refusal("too_large")


def sheets_of(content: bytes) -> Iterator["CalamineSheet"]:
    """The sheets that people see and that have something in them, each read when it is asked for."""
    import python_calamine as calamine

    check_unpacked_size(content)
    if LOCKED in content:
        raise Refusal("locked")
    try:
        workbook = calamine.load_workbook(io.BytesIO(content))
        for index, sheet in enumerate(workbook.sheets_metadata):
            if sheet.typ == calamine.SheetTypeEnum.WorkSheet and sheet.visible == calamine.SheetVisibleEnum.Visible:
                found = workbook.get_sheet_by_index(index)
                if found.start is not None:
                    yield found
    except calamine.PasswordError:
        raise Refusal("locked") from None
    except calamine.CalamineError:
        raise Refusal("not_a_table") from None


def filled_rows(sheet: "CalamineSheet") -> Iterator[tuple[int, list[str]]]:
    """(row of the sheet, its cells up to the last that is filled) of the rows that are not blank."""
    count = 0
    for number, values in enumerate(sheet.iter_rows(), 1):
        cells = [text_of(value) for value in values[:MOST_CELLS]]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            count += 1
            if count > MOST_ROWS + 1:
                raise Refusal("too_many_rows")
            yield number, cells


def text_of(value: object) -> str:
    """What a person reads in the cell; times as in ISO 8601."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < EXACT else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)[: LONGEST_TEXT + 1]


def write_heads() -> int:
    """Of each sheet its first rows. How many sheets there are."""
    count = 0
    for sheet in islice(sheets_of(sys.stdin.buffer.read()), MOST_SHEETS):
        head = [
            (number, [cell[:LONGEST_TITLE] for cell in cells]) for number, cells in islice(filled_rows(sheet), HEAD)
        ]
        sys.stdout.write(json.dumps(head) + "\n")
        count += 1
    sys.stdout.flush()
    return count


def write_rows(sheet: int) -> int:
    """Those of one sheet, counted as the heads are. The number of the last row."""
    last = 0
    for row in filled_rows(next(islice(sheets_of(sys.stdin.buffer.read()), sheet, None))):
        sys.stdout.write(json.dumps(row) + "\n")
        last = row[0]
    sys.stdout.flush()
    return last


def main() -> None:
    set_limits()
    try:
        sys.stderr.write(str(write_rows(int(sys.argv[1])) if sys.argv[1:] else write_heads()))
    except Refusal as refusal:
        sys.exit(str(refusal))
    except (MemoryError, OSError):  # the latter: what it writes has grown over the limit
        os._exit(TOO_LARGE)  # with what is not written yet left behind


if __name__ == "__main__":
    main()
