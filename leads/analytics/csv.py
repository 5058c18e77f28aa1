"""A figure's answer as a sheet: a row for each count, share, difference and quantile (contract A19)."""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from steerleads.tables.guards import guard
from steerleads.tables.writing import write_csv, write_for_excel

TITLES = ("cell", "group", "count", "gone", "value", "low", "high", "n", "isBeyond")
SPELLED = {False: "false", True: "true"}


def write_figure(file: BinaryIO, answer: Mapping[str, Any], language: str | None = None) -> None:
    """Write the answer as CSV; with a `language`, for an Excel in it."""
    if language is None:
        write_csv(file, TITLES, csv_rows(answer))
    else:
        write_for_excel(file, TITLES, csv_rows(answer), language)


def csv_rows(answer: Mapping[str, Any]) -> Iterator[list[Any]]:
    """The rows of an answer, of TITLES, in its order. `cell` is a number's path in the answer; None is empty."""
    yield from _rows(answer, "", None)


def _rows(part: Any, path: str, group: str | None) -> Iterator[list[Any]]:
    if isinstance(part, list):
        for index, each in enumerate(part):
            yield from _rows(each, f"{path}.{index}", group)
    if not isinstance(part, Mapping):
        return
    if part.get("group") is not None:
        group = guard(part["group"])
    if "gone" in part:
        yield [path, group, part["count"], part["gone"], *[None] * 5]
        return
    if "value" in part:
        yield [path, group, None, None, part["value"], part["low"], part["high"], part.get("of"), None]
    for name, each in part.items():
        inside = f"{path}.{name}" if path else name
        if isinstance(each, Mapping) and "isBeyond" in each:
            ends = each["seconds"], each["low"], each["high"]
            yield [inside, group, None, None, *ends, part["of"], SPELLED[each["isBeyond"]]]
        else:
            yield from _rows(each, inside, group)
