"""Brings the cars of a sheet into a dealership: known ones are updated, new ones made, bad rows named and left out."""

import hashlib
import sqlite3
from collections import Counter
from itertools import islice

from django.db import transaction
from django.utils.translation import gettext as _

from cars.actions import change_car, create_car
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
LIKENESS = ("make", "model", "overview_year", "km", "price", "location")


def import_cars(dealership, sheet, *, dry_run=False, complain=lambda line, reason: None, progress=lambda line: None):
    """How many rows of a Sheet were `created`, `updated`, `unchanged` and `refused`, as a Counter.

    `complain` is called for every refused row; the others are kept. A dry run does it all, and takes it back.
    """
    counts, seen, rows = Counter(), _Seen(), iter(sheet.rows)
    while batch := list(islice(rows, BATCH)):
        with transaction.atomic():
            for row in batch:
                counts[_outcome(dealership, row, sheet.titles, seen, complain)] += 1
            if dry_run:
                transaction.set_rollback(True)
        progress(batch[-1].line)
    return counts


def _outcome(dealership, row, titles, seen, complain):
    try:
        return _take(dealership, row, seen)
    except BadRow as error:
        reason = str(error)
    except ApiError as error:
        reason = _in_words(error, titles)
    complain(row.line, reason)
    return "refused"


def _take(dealership, row, seen):
    if row.problem:
        raise BadRow(row.problem)
    values, _ = check(StaffCarBody, row.cells)
    fields = {KEPT_BY_STAFF[name]: value for name, value in values.items() if value is not None}
    if seen.already(fields):
        return "unchanged"
    outcome = _write(dealership, fields)
    seen.note(row.line, fields)
    return outcome


def _write(dealership, fields):
    car = _known(dealership, fields)
    if car is None:
        create_car(dealership, fields)
        return "created"
    if not _names(fields) or all(getattr(car, name) == value for name, value in fields.items()):
        return "unchanged"
    change_car(dealership, car.pk, fields)
    return "updated"


def _known(dealership, fields):
    """The Car that this row is about, or None."""
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
