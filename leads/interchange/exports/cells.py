"""What stands in the cells of a sheet, whichever format it has."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from steerleads.tables.guards import guard

SPELLED = {False: "false", True: "true"}


def guarded(
    rows: Iterable[Mapping[str, Any]], typed: Collection[str], guard: Callable[[str], str] = guard
) -> Iterator[list[Any]]:
    """The cells of each flat row: nothing that somebody `typed` is a formula, and what is true is `true`."""
    for row in rows:
        yield [
            guard(value) if name in typed and value else SPELLED[value] if value.__class__ is bool else value
            for name, value in row.items()
        ]
