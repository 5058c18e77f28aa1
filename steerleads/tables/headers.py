"""Finds the line that names the columns: the one with the most known titles, below whatever stands above the table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from steerleads.tables.guards import cell_text
from steerleads.tables.table import Column, NotATable
from steerleads.tables.titles import Titles

DEPTH = 15  # lines among which it is looked for
SEPARATORS = ",;\t|"
MOST_COLUMNS = 1000


@dataclass(frozen=True)
class Header:
    """A line that may name the columns: how many of its titles are known, of how many that are not blank."""

    line: int
    known: int
    filled: int

    @property
    def rank(self) -> tuple[int, int, int]:
        """The greatest is the likeliest. Where no title is known, that is the first line."""
        return (self.known, -self.line, self.filled)


def best_header(rows: Iterable[tuple[int, Sequence[str]]], titles: Titles) -> Header | None:
    """The likeliest of these (line, cells), or None if all are blank."""
    trimmed = ((line, [cell_text(cell) for cell in cells[:MOST_COLUMNS]]) for line, cells in rows)
    # A row of separators is blank, also when it is read by another one.
    filled = ((line, [cell for cell in cells if cell.strip(SEPARATORS)]) for line, cells in trimmed)
    headers = [Header(line, titles.known(cells), len(cells)) for line, cells in filled if cells]
    return max(headers, key=lambda header: header.rank, default=None)


def read_columns(cells: Sequence[str], titles: Titles) -> tuple[Column, ...]:
    """The columns that a header names, without the blank ones at its end. Raises NotATable for too many."""
    texts = [cell_text(cell) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    if len(texts) > MOST_COLUMNS:
        raise NotATable("too_many_columns", f"It has {len(texts):,} columns: a table has at most {MOST_COLUMNS:,}.")
    return tuple(Column(text, titles.field(text)) for text in texts)
