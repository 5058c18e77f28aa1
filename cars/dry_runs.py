"""What a dry run of cars wrote and took back with its batch: written again for later rows that may mean the same car."""

import pickle
import sqlite3
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

Fields = dict[str, Any]


class Written:
    """The rows of earlier batches, by marks: what a later row would find their cars by. On disk when there are many."""

    def __init__(self) -> None:
        self.database = sqlite3.connect("", isolation_level=None)
        self.database.execute("CREATE TABLE written (mark TEXT, line INTEGER, fields BLOB)")
        self.database.execute("CREATE INDEX by_mark ON written (mark, line)")
        self.there: set[int] = set()  # lines whose cars are there, in this batch

    def next_batch(self) -> None:
        self.there = set()

    def note(self, line: int, fields: Fields, marks: Iterable[Iterable[Any]]) -> None:
        """That a line wrote these fields, into a car that had, or has, these marks."""
        self.there.add(line)
        kept = pickle.dumps(fields)
        self.database.executemany("INSERT INTO written VALUES (?, ?, ?)", [(_key(mark), line, kept) for mark in marks])

    def write_again(self, mark: Iterable[Any], write: Callable[[Fields], object]) -> None:
        """`write` what lines with this mark wrote, in their order, but for those whose cars are there."""
        found = self.database.execute("SELECT line, fields FROM written WHERE mark = ? ORDER BY line", [_key(mark)])
        for line, fields in found.fetchall():
            if line not in self.there:
                self.there.add(line)
                write(pickle.loads(fields))  # our own, from a file that nobody else has


def _key(mark):
    return repr([format(each.normalize(), "f") if isinstance(each, Decimal) else each for each in mark])
