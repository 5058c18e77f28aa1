"""Checks an import, or brings it in, a batch of rows at a time: the rows, what became of them, and how far it is, at once.

The check is the run, taken back after each batch. What the run would find in the database of earlier batches, it is
told by a Memory.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from cars.actions import create_car
from cars.errors import DuplicateVehicle
from cars.matching import Clues, Sign, signs_of, signs_of_car
from cars.models import Car
from leads.interchange.imports import keys
from leads.interchange.imports.bringing import Bringer, Draft, Result
from leads.interchange.imports.known import KnownRows
from leads.interchange.imports.leases import LEASE, locked
from leads.interchange.imports.models import Import, ImportRow, ImportState, Outcome, Overwritten
from leads.interchange.imports.staging import cells_by_field
from leads.interchange.imports.values import LeadRow, RowError, Rules, read
from leads.models import Lead
from steerleads.api.errors import ApiError
from steerleads.dealers.models import Dealership

BATCH = 100
MOST_WORDS, LONGEST_WORD = 50, 200  # for statuses, that a person is asked about
SHOWN = 20  # rows that a person sees before they are imported
UPDATE = "update"


def default_action(language: str) -> str:
    """What is to be done about a lead of which no one has said it."""
    with translation.override(language):
        return _("Call back")


def rules_of(run: Import, now: datetime) -> Rules:
    options, dealership, columns = run.options, run.dealership, run.options.get("columns") or []
    return Rules(
        zone=dealership.tz,
        now=now,
        action=options.get("action") or default_action(dealership.language),
        source=options.get("source") or run.kind,
        statuses=options.get("statuses") or {},
        month_first="createdAt" in columns and columns.index("createdAt") in (options.get("month_first_in") or []),
    )


@dataclass
class Keyed:
    """A row that could be read, and by what it is known."""

    row: LeadRow
    key: str
    origin: tuple[str, str] | None


class Memory:
    """What of a file has been met: the keys of its rows, and the cars that a check has made and taken back again."""

    def __init__(self, run: Import, *, now: datetime):
        self.rules = rules_of(run, now)
        met = ImportRow.objects.of(run.dealership_id).filter(run=run).exclude(key="")
        self.seen = set(met.values_list("key", flat=True)) if run.state == ImportState.RUNNING else set()
        self.written: set[UUID] = set()  # leads: by another name, the same row's lead may come once more
        self.cars: list[Mapping[str, Any]] = []
        self.by_sign: dict[Sign, list[int]] = {}  # places in `cars`

    def make_again(self, dealership: Dealership, clues: Iterable[Clues]) -> None:
        """The cars that the check of earlier batches made, as far as these rows might mean them."""
        if self.cars:
            signs = {sign for each in clues for sign in signs_of(each)}
            for place in sorted({place for sign in signs for place in self.by_sign.get(sign, ())}):
                with suppress(DuplicateVehicle):  # a colleague has made it meanwhile
                    create_car(dealership, self.cars[place])

    def keep_cars(self, made: Iterable[Mapping[str, Any]]) -> None:
        """What a check has made, which is taken back."""
        for fields in made:
            car = Car(**fields)
            car.fold()
            for sign in signs_of_car(car):
                self.by_sign.setdefault(sign, []).append(len(self.cars))
            self.cars.append(fields)


def bring_in(run: Import, memory: Memory, now: datetime) -> tuple[Import, bool]:
    """(the import after its next batch, whether that was the last). Raises LeaseLost."""
    with transaction.atomic():
        run = locked(run)
        rows = _next_rows(run)
        batch = _Batch(run, rows, memory)
        batch.take()
        _write(run, rows, batch.changes)
        _note(run, rows, batch, now)
        run.save()
    batch.remember()
    return run, not rows


def check(run: Import, memory: Memory, now: datetime) -> tuple[Import, bool]:
    """The same of a check, which leaves nothing but how far it is, the counts, and what is wrong with rows."""
    with transaction.atomic():
        rows = _next_rows(locked(run))
        batch = _Batch(run, rows, memory)
        memory.make_again(run.dealership, [each.row.clues for each in batch.keyed.values()])
        batch.take()
        transaction.set_rollback(True)
    with transaction.atomic():
        found_of, run = run, locked(run)
        if run.titles != found_of.titles or not _are_all_there(run, rows):
            return run, False  # somebody was erased meanwhile, whom this may name: once more, without them
        refused = [row for row in rows if row.outcome == Outcome.REFUSED]
        for row in refused:
            row.outcome = ""
        _replace(run, refused)
        _note_for_preview(run, batch)
        _note(run, rows, batch, now)
        run.save()
    batch.remember()
    memory.keep_cars(batch.bringer.made)
    return run, not rows


def _note_for_preview(run, batch):
    """The words for statuses, and what became of the first rows."""
    run.options["words"] = sorted({*run.options.get("words", []), *batch.words})[:MOST_WORDS]
    if not run.line:
        run.options["first"] = [
            [row.line, batch.outcomes[row.line], batch.meant.get(row.line)] for row in batch.rows[:SHOWN]
        ]


def _next_rows(run):
    rows = ImportRow.objects.of(run.dealership_id).filter(run=run, line__gt=run.line)
    return list(rows.order_by("line")[:BATCH])


def _are_all_there(run, rows):
    there = ImportRow.objects.of(run.dealership_id).filter(run=run, pk__in=[row.pk for row in rows])
    return there.count() == len(rows)


def _note(run, rows, batch, now):
    for outcome, count in batch.counts.items():
        run.counts[outcome] = run.counts.get(outcome, 0) + count
    run.leased_until = now + LEASE
    if rows:
        run.line = rows[-1].line
    else:
        run.state = ImportState.DONE if run.state == ImportState.RUNNING else ImportState.CHECKED
        run.lease_token, run.finished_at = None, now


def _write(run, rows, changes):
    _replace(run, rows)
    Overwritten.objects.bulk_create(changes)


def _replace(run, rows):
    """Deleted and made again: half the time of a bulk update."""
    if rows:
        ImportRow.objects.of(run.dealership_id).filter(run=run, pk__in=[row.pk for row in rows]).delete()
        ImportRow.objects.bulk_create(rows)


class _Batch:
    """Some rows of an import, each of which `take` makes into what it becomes. It counts, and remembers what it met."""

    def __init__(self, run, rows, memory):
        self.run, self.rows, self.memory = run, rows, memory
        self.bringer = Bringer(run, run.dealership)
        self.updates = run.options.get("on_known") == UPDATE
        self.counts, self.changes = dict.fromkeys(Outcome.values, 0), []
        self.met, self.written = set(), set()  # keys, and leads
        self.keyed, self.problems, self.outcomes, self.words = {}, {}, {}, set()
        for row in rows:
            self._read(row)

    def take(self):
        """Known rows one by one, then all new ones at once."""
        known = self._known()
        self.meant = {line: str(each.lead_id) for line, each in known.items() if each.lead_id}
        leads = self._locked_leads(known) if self.updates else {}
        drafts = {}
        for row in self.rows:
            became = self._begin(row, known.get(row.line), leads)
            if isinstance(became, Draft):
                drafts[row.line] = became
            else:
                self._settle(row, became)
        became = dict(zip(drafts, self.bringer.create(list(drafts.values())), strict=True)) if drafts else {}
        for row in self.rows:
            if row.line in became:
                self._settle(row, became[row.line])

    def remember(self):
        """For the batches after this one, once it is through."""
        self.memory.seen |= self.met
        self.memory.written |= self.written

    def _begin(self, row, known, leads):
        """What becomes of a row: a Result or a RowError; or the Draft of what is new."""
        if row.line in self.problems:
            return self.problems[row.line]
        keyed = self.keyed[row.line]
        if keyed.key in self.memory.seen or keyed.key in self.met:
            return Result(Outcome.UNCHANGED)
        try:
            became = self.bringer.draft(keyed.row) if known is None else self._update(keyed.row, known, leads)
        except RowError as error:
            return error
        self.met.add(keyed.key)
        return became

    def _update(self, row, known, leads):
        if known.lead_id in self.memory.written or known.lead_id in self.written:
            return Result(Outcome.UNCHANGED)
        try:
            became = self.bringer.update(row, known, leads.get(known.lead_id))
        except ApiError as error:  # what a verb refuses that nobody foresaw
            raise RowError("", "refused", str(error.message)) from None
        if became.outcome == Outcome.UPDATED:
            self.written.add(known.lead_id)
        return became

    def _settle(self, row, became):
        if isinstance(became, RowError):
            row.title, row.code, row.message = became.title, became.code, became.message[:300]
            row.outcome = Outcome.REFUSED
        else:
            self._record(row, became)
        self.counts[row.outcome] += 1
        self.outcomes[row.line] = str(row.outcome)

    def _record(self, row, result):
        row.outcome, row.cells, row.key = result.outcome, None, self.keyed[row.line].key
        row.title = row.code = row.message = ""
        row.lead_id, row.version, row.car_id = result.lead_id, result.version, result.car_id
        if result.before:
            before = {"run": self.run, "lead_id": result.lead_id, "line": row.line, "before": dict(result.before)}
            before["version"] = result.version_before
            self.changes.append(Overwritten(dealership_id=self.run.dealership_id, **before))

    # --- What they say -------------------------------------------------------------------------

    def _read(self, row):
        if row.unreadable:
            self.problems[row.line] = RowError(row.title, row.code, row.message)
            return
        cells = cells_by_field(self.run.options["columns"], self.run.titles, row.cells)
        self.words |= {text for _title, text in cells.get("status", ()) if len(text) <= LONGEST_WORD}
        try:
            read_row = read(cells, self.memory.rules)
        except RowError as error:
            self.problems[row.line] = error
            return
        origin = (read_row.source, read_row.external_id) if read_row.external_id else None
        key = keys.key_of_origin(*origin) if origin else keys.key_of_cells(read_row.source, cells)
        self.keyed[row.line] = Keyed(read_row, key, origin)

    def _known(self):
        """{line: Known} of those that are. Rows that name a lead of ours are known by it, and by nothing else."""
        each = self.keyed.values()
        origins = [keyed.origin for keyed in each if keyed.origin]
        own = {keyed.row.own_id for keyed in each if keyed.row.own_id}
        all_keys = {keyed.key for keyed in each} | {keys.key_of_lead(id) for id in own}
        found = KnownRows(self.run.dealership, all_keys, origins, own)
        for keyed in each:
            if keyed.row.own_id in found.own:
                keyed.key = keys.key_of_lead(keyed.row.own_id)
        known = {line: found.find(keyed.key, keyed.origin, keyed.row.own_id) for line, keyed in self.keyed.items()}
        return {line: each for line, each in known.items() if each}

    def _locked_leads(self, known):
        """{id: Lead} of the known ones, locked in the one order: the dealership's order lock, then leads by id."""
        if "order" in self.run.options["columns"]:
            self.run.dealership.lock_order()
        ids = {each.lead_id for each in known.values() if each.lead_id}
        leads = Lead.objects.of(self.run.dealership_id).filter(pk__in=ids).order_by("pk")
        return {lead.pk: lead for lead in leads.select_for_update(no_key=True)}
