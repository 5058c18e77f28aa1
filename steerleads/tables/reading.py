"""Opens a table in whatever file it came: text in any encoding, or a workbook."""

import os
from typing import BinaryIO

from steerleads.tables.delimited import read_delimited
from steerleads.tables.strangers import WORKBOOKS, refuse_stranger
from steerleads.tables.table import NotATable, Table
from steerleads.tables.titles import Titles
from steerleads.tables.workbooks import read_workbook

LARGEST_MIB = 20
LARGEST_FILE = LARGEST_MIB * 1024 * 1024  # bytes
HEAD = 4096  # bytes that tell what a file is


def open_table(file: BinaryIO, titles: Titles) -> Table:
    """The Table in a file that can be read twice. Raises NotATable; rows that cannot be read say so themselves."""
    size = file.seek(0, os.SEEK_END)
    if size > LARGEST_FILE:
        raise too_large(size)
    file.seek(0)
    head = file.read(HEAD)
    refuse_stranger(head)
    kind = next((kind for magic, kind in WORKBOOKS.items() if head.startswith(magic)), None)
    return read_workbook(file, kind, titles) if kind else read_delimited(file, titles)


def too_large(size: int) -> NotATable:
    return NotATable("too_large", f"It has {size:,} bytes: give at most {LARGEST_MIB} MiB at a time.")
