"""What stands in the cells of a sheet, whichever format it has."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from leads.interchange.exports.contents import Contents
from steerleads.tables.guards import guard

SPELLED = {False: "false", True: "true"}


def guarded(
    rows: Iterable[Mapping[str, Any]], contents: Contents, guard: Callable[[str], str] = guard
) -> Iterator[list[Any]]:
    """The cells of each flat row: nothing that somebody typed is a formula, and what is true is `true`."""
    typed = [place for place, name in enumerate(contents.titles) if name in contents.typed]
    truths = [place for place, name in enumerate(contents.titles) if name in contents.truths]
    for row in rows:
        cells = list(row.values())
        for place in typed:
            if text := cells[place]:
                cells[place] = guard(text)
        for place in truths:
            cells[place] = SPELLED[cells[place]]
        yield cells
