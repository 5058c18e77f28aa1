"""Imports cars from a CSV file or an Excel workbook."""

import os

from django.core.management.base import BaseCommand, CommandError

from cars.imports import import_cars
from cars.serializers import KEPT_BY_STAFF
from cars.sheets import read_sheet
from steerleads.db.text import shown
from steerleads.dealers.lookup import find_dealership
from steerleads.progress import Progress
from steerleads.tables.table import NotATable

OUTCOMES = ("created", "updated", "unchanged", "refused")


class Command(BaseCommand):
    help = (
        "Import cars from a CSV file or an Excel workbook (XLSX, XLS), in any usual encoding and with any usual separator. "
        f"One of the first lines names the columns: {', '.join(KEPT_BY_STAFF)}, or what these are called in French and "
        "Arabic (make and model are required). A row updates the car of its VIN, else of its stock "
        "number, else of its plate, make and model; a row without these is skipped if there is a car just like it. An empty cell leaves what the car has. "
        "Bad rows are named on stderr and left out, the good ones kept; if there were any, the exit code is 1. "
        "The numbers of rows are printed on stdout."
    )

    def add_arguments(self, parser):
        parser.add_argument("file")
        parser.add_argument("--dealership", required=True, help="its id or name")
        parser.add_argument("--dry-run", action="store_true", help="write nothing, and report the same")

    def handle(self, *, file, dealership, dry_run, **options):
        dealership = find_dealership(dealership)
        if os.path.exists(file) and not os.path.isfile(file):
            raise CommandError(f"{file} is not a file.")
        try:
            with open(file, "rb") as opened:
                counts = self._import(dealership, read_sheet(opened), dry_run)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
        except NotATable as error:
            raise CommandError(f"Nothing was imported from {file}. {error}") from None
        self.stdout.write(", ".join(f"{counts[outcome]} {outcome}" for outcome in OUTCOMES))
        if counts["refused"]:
            raise CommandError(f"{counts['refused']} of {counts.total()} rows were refused.")

    def _import(self, dealership, sheet, dry_run):
        if sheet.ignored:
            self.stderr.write(f"Columns ignored: {', '.join(map(shown, sheet.ignored))}.", str)
        progress = Progress(self.stderr, "lines", sheet.lines)

        def complain(line, reason):
            progress.clear()
            self.stderr.write(f"Line {line}: {reason}", str)

        counts = import_cars(dealership, sheet, dry_run=dry_run, complain=complain, progress=progress)
        progress.clear()
        return counts
