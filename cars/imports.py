"""Brings the cars of a sheet into a dealership: known ones are updated, new ones made, bad rows named and left out."""

import hashlib
import sqlite3
from collections import Counter
from contextlib import suppress
from itertools import islice

from django.db import transaction
from django.utils.translation import gettext as _

from cars.actions import change_car, create_car
from cars.dry_runs import Written
from cars.models import Car
from cars.plates import fold_plate, is_distinctive
from cars.serializers import KEPT_BY_STAFF, StaffCarBody
from cars.sheets import BadRow
from steerleads.api.errors import ApiError
from steerleads.api.serializers import check
from steerleads.db.text import fold

# Rows in one transaction: SQLite waits for the disk at each end of one.
BATCH = 200
# What tells a car without VIN, stock number and plate from others.
PLATE_AND_KIND = ("plate_folded", "make_folded", "model_folded")
LIKENESS = ("make", "model", "overview_year", "km", "price", "location")


def import_cars(dealership, sheet, *, dry_run=False, complain=lambda line, reason: None, progress=lambda line: None):
    """How many rows of a Sheet were `created`, `updated`, `unchanged` and `refused`, as a Counter.

    `complain` is called for every refused row; the others are kept. A dry run does it all, and takes it back.
    """
    counts, seen, rows = Counter(), _Seen(), iter(sheet.rows)
    written = Written() if dry_run else None
    while batch := list(islice(rows, BATCH)):
        with transaction.atomic():
            for row in batch:
                counts[_outcome(dealership, row, sheet.titles, seen, written, complain)] += 1
            if dry_run:
                transaction.set_rollback(True)
                written.next_batch()
        progress(batch[-1].line)
    return counts


def _outcome(dealership, row, titles, seen, written, complain):
    try:
        return _take(dealership, row, seen, written)
    except BadRow as error:
        reason = str(error)
    except ApiError as error:
        reason = _in_words(error, titles)
    complain(row.line, reason)
    return "refused"


def _take(dealership, row, seen, written):
    if row.problem:
        raise BadRow(row.problem)
    values, _ = check(StaffCarBody, row.cells)
    fields = {KEPT_BY_STAFF[name]: value for name, value in values.items() if value is not None}
    if seen.already(fields):
        return "unchanged"
    outcome, marks = _write(dealership, fields, written)
    seen.note(row.line, fields)
    if written and marks:
        written.note(row.line, fields, marks)
    return outcome


def _write(dealership, fields, written):
    """(what became of the row, by what its car could have been found before and can be found now, if it was written)."""
    car = _known(dealership, fields, written)
    if car is None:
        return "created", _marks_of(create_car(dealership, fields))
    if not _names(fields) or all(getattr(car, name) == value for name, value in fields.items()):
        return "unchanged", []
    before = _marks_of(car)
    return "updated", [*before, *_marks_of(change_car(dealership, car.pk, fields))]


def _write_again(dealership, fields, written):
    with suppress(ApiError):  # somebody else has made that car since
        _write(dealership, fields, written)


def _marks_of(car):
    """Without the names, which rows of one file share with none."""
    likeness = [getattr(car, name) for name in LIKENESS]
    plate = [[getattr(car, name) for name in PLATE_AND_KIND]] if is_distinctive(car.plate or "") else []
    return [likeness, *plate]


def _known(dealership, fields, written):
    """The Car that this row is about, or None; for a dry run, what earlier rows `written` may have made of it."""
    if written and (mark := _mark(fields)):
        written.write_again(mark, lambda earlier: _write_again(dealership, earlier, written))
    cars = Car.objects.of(dealership)
    vin, stock_number = fields.get("vin"), fields.get("stock_number")
    if not _names(fields):
        return _any(cars.filter(model_folded=fold(fields["model"]), **_likeness(fields)))
    if _names(fields) == ["plate"]:
        return _any(cars.filter(**_plate_and_kind(fields)))
    car = _any(cars.filter(vin=vin)) if vin else None
    if car is None and stock_number:
        car = _any(cars.filter(stock_number=stock_number))
        if car and vin and car.vin:
            return None  # another car's stock number: making this one says so
    return car


def _mark(fields):
    """By what a row is looked up that has no VIN and no stock number, as _marks_of has it."""
    if not _names(fields):
        return [fields.get(name) for name in LIKENESS]
    return [_plate_and_kind(fields)[name] for name in PLATE_AND_KIND] if _names(fields) == ["plate"] else None


def _names(fields):
    """By which of its values the car is known again."""
    unique = [name for name in ("vin", "stock_number") if name in fields]
    return unique or ["plate"] * is_distinctive(fields.get("plate") or "")


def _plate_and_kind(fields):
    # A plate alone is not enough: the provisional ones go from car to car.
    kind = {"make_folded": fold(fields["make"]), "model_folded": fold(fields["model"])}
    return {**kind, "plate_folded": fold_plate(fields["plate"])}


def _any(cars):
    # Not first(): its ORDER BY can talk PostgreSQL into walking the index of make and model.
    return next(iter(cars.order_by()[:1]), None)


def _likeness(fields):
    return {name: fields.get(name) for name in LIKENESS}


def _in_words(error, titles):
    """The error's details, by the names that the file gives its columns."""
    details = [f"{titles.get(detail['field'], detail['field'])}: {detail['message']}" for detail in error.details]
    return " ".join(details) or error.message


class _Seen:
    """The cars that the file named already, in a private database that goes to disk when it grows.

    Otherwise two rows of one VIN would overwrite each other at every import, which then would never change nothing.
    """

    def __init__(self):
        self.database = sqlite3.connect("", isolation_level=None)
        self.database.execute("CREATE TABLE seen (name BLOB PRIMARY KEY, line INTEGER, row BLOB) WITHOUT ROWID")

    def already(self, fields):
        """Whether an earlier line said the same. Raises BadRow if one gave the car of this name something else."""
        names, digest = _marks(fields)
        earlier = [
            self.database.execute("SELECT line, row FROM seen WHERE name = ?", [name]).fetchone() for name in names
        ]
        for line, row in filter(None, earlier):
            if row != digest:
                said = _("Line %(line)s has this VIN or stock number or plate already, with other values.")
                raise BadRow(said % {"line": line})
        return all(earlier)

    def note(self, line, fields):
        names, digest = _marks(fields)
        self.database.executemany("INSERT INTO seen VALUES (?, ?, ?)", [(name, line, digest) for name in names])


def _marks(fields):
    """(by what a car is known again, a digest of all that was said of it)."""
    names = _names(fields)
    said = fields if names else _likeness(fields)
    digest = hashlib.sha256(repr(sorted(said.items())).encode()).digest()
    if names == ["plate"]:
        return [repr(_plate_and_kind(fields))], digest
    return [f"{name} {fields[name]}" for name in names] or [digest], digest
