"""What imports hold of a person: rows that wait or were refused, what was written over; handed out, and forgotten."""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import QuerySet

from leads.interchange.imports.models import Import, ImportRow, Overwritten
from leads.interchange.imports.staging import cells_by_field
from leads.models import Lead
from leads.privacy.holdings import Holding
from leads.privacy.people import Person, is_mentioned
from steerleads.dealers.models import Dealership

BATCH = 500
NAMELESS = "…"
Row = TypeVar("Row", ImportRow, Overwritten)
TEXTS = ("source", "action")  # of an import's options


class RowsOfPeople(Holding):
    """Rows of files that are about people, until they are leads."""

    def held(self, dealership: Dealership, persons: Collection[Person]) -> dict[str, list[dict[str, Any]]]:
        """Rows that only mention somebody are others' data."""
        rows = (row for row in _rows_naming(dealership, persons) if _is_about(row, persons))
        before = (each for each in _overwritten_naming(dealership, persons) if _was_theirs(each, persons))
        return {"importRows": [_shown(row) for row in rows], "overwritten": [_shown_before(each) for each in before]}

    def forget(self, dealership: Dealership, persons: Collection[Person]) -> list[str]:
        """A row that waits is not taken in any more."""
        rows = [(row.pk, row.run_id, row.line) for row in _rows_naming(dealership, persons)]
        with transaction.atomic():
            # Whoever works on one waits; what it has read and not written yet, it reads again. The rows were looked for
            # before, as there may be many: what they say does not change.
            imports = Import.objects.of(dealership).order_by("pk").select_for_update(no_key=True)
            names = {run.pk: _forget_in(run, persons) for run in imports}
            unwritten = ImportRow.objects.of(dealership).filter(cells__isnull=False)
            _delete(unwritten, [pk for pk, _run, _line in rows])
            _delete(Overwritten.objects.of(dealership), [each.pk for each in _overwritten_naming(dealership, persons)])
        return [f"{names.get(run, NAMELESS)}, line {line}" for _pk, run, line in rows]


# --- Found -----------------------------------------------------------------------------------------


def _rows_naming(dealership: Dealership, persons: Collection[Person]) -> Iterator[ImportRow]:
    """Rows with their import, in which one of these is mentioned."""
    rows = ImportRow.objects.of(dealership).filter(cells__isnull=False).order_by("run_id", "line")
    named = (row for row in rows.iterator(BATCH) if is_mentioned(persons, "\n".join(row.cells), row.message))
    return _with_imports(dealership, named)


def _overwritten_naming(dealership: Dealership, persons: Collection[Person]) -> Iterator[Overwritten]:
    kept = Overwritten.objects.of(dealership).order_by("run_id", "line")
    named = (each for each in kept.iterator(BATCH) if is_mentioned(persons, *_texts(each.before)))
    return _with_imports(dealership, named)


def _with_imports(dealership: Dealership, rows: Iterable[Row]) -> Iterator[Row]:
    """Each with its import, which many share."""
    imports = Import.objects.of(dealership).in_bulk()
    for row in rows:
        row.run = imports.get(row.run_id) or row.run
        yield row


def _is_about(row: ImportRow, persons: Collection[Person]) -> bool:
    fields = cells_by_field(row.run.options["columns"], row.run.titles, row.cells)
    parts = (text for field in ("firstName", "lastName") for _title, text in fields.get(field, ()))
    return any(_is_theirs(persons, text, text) for text in [" ".join(parts), *row.cells])


def _was_theirs(overwritten: Overwritten, persons: Collection[Person]) -> bool:
    before = overwritten.before
    return _is_theirs(persons, before.get("target_name", ""), before.get("target_info", ""))


def _is_theirs(persons: Collection[Person], name: str, info: str) -> bool:
    lead = Lead(target_name=name, target_info=info)
    return any(person.is_meant_by(lead) for person in persons)


def _texts(before):
    return [value for value in before.values() if isinstance(value, str)]


# --- Handed out ------------------------------------------------------------------------------------


def _shown(row: ImportRow) -> dict[str, Any]:
    cells = [{"title": title, "text": text} for title, text in zip(row.run.titles, row.cells, strict=False)]
    return {
        "file": row.run.file_name,
        "importedAt": row.run.created_at,
        "line": row.line,
        "refused": row.message or None,
        "cells": cells,
    }


def _shown_before(overwritten: Overwritten) -> dict[str, Any]:
    return {
        "leadId": overwritten.lead_id,
        "file": overwritten.run.file_name,
        "importedAt": overwritten.run.created_at,
        "before": overwritten.before,
    }


# --- Forgotten -------------------------------------------------------------------------------------


def _forget_in(run: Import, persons: Collection[Person]) -> str:
    """Blank what of the import itself names one of these; its file's name."""

    def is_named(text: str) -> bool:
        return is_mentioned(persons, text)

    named = [title for title in run.titles if is_named(title)]
    if named:
        ImportRow.objects.of(run.dealership_id).filter(run=run, title__in=named).update(title=NAMELESS)
    blank = {
        "file_name": NAMELESS if is_named(run.file_name) else run.file_name,
        "titles": [NAMELESS if title in named else title for title in run.titles],
        "options": _without_names(run.options, is_named),
    }
    if any(getattr(run, name) != value for name, value in blank.items()):
        Import.objects.of(run.dealership_id).filter(pk=run.pk).update(**blank)
    return blank["file_name"]


def _without_names(options: dict[str, Any], is_named: Callable[[str], bool]) -> dict[str, Any]:
    blank = options | {name: NAMELESS for name in TEXTS if is_named(options.get(name) or "")}
    if words := options.get("words"):
        blank["words"] = [word for word in words if not is_named(word)]
    if statuses := options.get("statuses"):
        blank["statuses"] = {word: status for word, status in statuses.items() if not is_named(word)}
    if any(map(is_named, _all_texts(options.get("asked")))):
        del blank["asked"]
    return blank


def _all_texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for each in inner for text in _all_texts(each)]


def _delete(kept: QuerySet, ids: list) -> None:
    for start in range(0, len(ids), BATCH):
        kept.filter(pk__in=ids[start : start + BATCH]).delete()
