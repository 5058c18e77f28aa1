"""What a person is shown of an import: its first rows as they will be, how far it is, and what was refused or left."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from cars.matching import find_car
from cars.models import Car
from leads.fields import Status
from leads.interchange.imports.batches import SHOWN, rules_of
from leads.interchange.imports.models import BUSY, Import, ImportRow, Left, Outcome
from leads.interchange.imports.refused import rows_left, rows_with_problems
from leads.interchange.imports.staging import cells_by_field
from leads.interchange.imports.values import RowError, read
from leads.models import Lead

SHOWN_FIELDS = ("target_name", "target_info", "action", "status", "tag", "note")
MOST_NAMED = 50  # rows that a page names; all of them are in the file to download


@dataclass(frozen=True)
class Shown:
    """A row as it will be: what becomes of it, the lead's texts, or why there is none."""

    line: int
    outcome: str
    fields: dict[str, Any]
    car: str = ""
    problem: str = ""

    @property
    def outcome_label(self) -> str:
        return str(Outcome(self.outcome).label) if self.outcome else ""


def first_rows(run: Import) -> list[Shown]:
    """The first rows, with what the check found."""
    found = {line: facts for line, *facts in run.options.get("first") or []}
    rows = ImportRow.objects.of(run.dealership_id).filter(run=run).order_by("line")[:SHOWN]
    rules = rules_of(run, timezone.now())
    return [_shown(run, row, rules, *found.get(row.line, ("", None))) for row in rows]


def refused_rows(run: Import) -> list[ImportRow]:
    return list(rows_with_problems(run)[:MOST_NAMED])


def left_rows(run: Import) -> list[tuple[ImportRow, str]]:
    """What an undo left, each with why."""
    return [(row, Left(row.code).label) for row in rows_left(run)[:MOST_NAMED]]


def tally(run: Import) -> list[tuple[str, Any, int]]:
    """[(outcome, in words, how many)]"""
    return [(outcome.value, outcome.label, run.counts.get(outcome, 0)) for outcome in Outcome]


def progress_of(run: Import) -> dict[str, Any]:
    """{state, done, rows, busy}, for the page that waits."""
    done = sum(run.undone.values()) if run.state == "undoing" else sum(run.counts.values())
    rows = run.counts.get("created", 0) + run.counts.get("updated", 0) if run.state == "undoing" else run.rows
    return {"state": run.state, "done": done, "rows": rows, "busy": run.state in BUSY}


def _shown(run, row, rules, outcome, lead_id=None):
    cells = cells_by_field(run.options["columns"], run.titles, row.cells or [])
    try:
        if row.code:
            raise RowError(row.title, row.code, row.message)
        read_row = read(cells, rules)
    except RowError as error:
        problem = f"{error.title}: {error.message}" if error.title else error.message
        return Shown(row.line, Outcome.REFUSED, {}, problem=problem)
    lead = Lead.objects.of(run.dealership_id).select_related("car").filter(pk=lead_id).first() if lead_id else None
    if lead:
        return Shown(row.line, outcome, _shown_fields(_written(lead, read_row, outcome), lead), car=str(lead.car))
    return Shown(row.line, outcome, _shown_fields(read_row.fields, read_row), car=_car_words(run, read_row.clues))


def _written(lead, row, outcome):
    """A known lead's fields, with those over them that the row writes."""
    written = row.given if outcome == Outcome.UPDATED else ()
    return {name: row.fields[name] if name in written else getattr(lead, name) for name in SHOWN_FIELDS}


def _shown_fields(fields, at):
    return {**fields, "status": Status(fields["status"]).label, "created_at": at.created_at}


def _car_words(run, clues):
    match = find_car(run.dealership, clues)
    car_id = match.car_id or run.options.get("car")
    car = Car.objects.of(run.dealership_id).filter(pk=car_id).first() if car_id else None
    made = " ".join(str(part) for part in (clues.make, clues.model, clues.year) if part)
    return str(car) if car else f"+ {made}" if made else ""
