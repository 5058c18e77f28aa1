"""What a table is once it is read: its columns, its rows, and what is wrong with a row or with all of it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass


class NotATable(Exception):
    """The file as a whole cannot be read: a `code` for programs, and a message that says what to do."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Column:
    """A column by its title, and the field that this names, if it is known."""

    title: str
    field: str | None


@dataclass(frozen=True)
class Problem:
    """Why a row cannot be read: a code, the title of the cell if it is one cell's fault, and a sentence."""

    code: str
    title: str
    message: str


@dataclass(frozen=True)
class Row:
    """A row's cells by the position of their column; with a problem, what stands there, for who is to mend it.

    `line` is the file's (of several, the first), or the sheet's row. Where the line ended before its last title, that many
    cells are `missing`, and empty.
    """

    line: int
    cells: tuple[str, ...]
    problem: Problem | None = None
    missing: int = 0


@dataclass(frozen=True)
class Table:
    """A table that is being read; its `rows` can be walked through once.

    `kind` is `csv`, `xlsx` or `xls`; only a `csv` has an encoding and a separator. `lines` is the last line's number.
    """

    kind: str
    encoding: str | None
    separator: str | None
    header_line: int
    columns: tuple[Column, ...]
    lines: int
    rows: Iterator[Row]

    @property
    def ignored(self) -> list[str]:
        """The titles that name no field."""
        return [column.title for column in self.columns if column.title and not column.field]


def clashes(columns: Collection[Column], single: Collection[str]) -> dict[str, list[str]]:
    """The fields among `single` that more than one column names, each with the titles of these."""
    named: dict[str, list[str]] = {}
    for column in columns:
        if column.field in single:
            named.setdefault(str(column.field), []).append(column.title)
    return {field: titles for field, titles in named.items() if len(titles) > 1}
