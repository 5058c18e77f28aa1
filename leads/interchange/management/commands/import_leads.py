"""Imports leads from a file."""

import json
import os
from contextlib import contextmanager, suppress

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cars.models import Car
from leads.interchange.imports import leases
from leads.interchange.imports.leases import LeaseLost, MovedOn
from leads.interchange.imports.mapping import BadMapping, check_columns, ignored, with_words
from leads.interchange.imports.models import BUSY, Door, Import, ImportRow, ImportState, Outcome
from leads.interchange.imports.running import work
from leads.interchange.imports.staging import delete_import, digest_of, stage, withdraw
from leads.interchange.imports.titles import FIELDS
from steerleads.db.ids import parse_id
from steerleads.db.text import shown
from steerleads.dealers.actors import Actor
from steerleads.dealers.lookup import clean_text, find_dealership
from steerleads.progress import Progress
from steerleads.tables.table import NotATable

NOTHING_DONE = 2  # the exit code
SETTLED = (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)


class Command(BaseCommand):
    help = (
        "Import leads from CSV, TSV, XLSX or XLS, or from our own jsonl, adf and jsonlead exports. What became of the "
        "rows is printed on stdout as one JSON object. The exit code is 1 if rows were refused, and 2 if nothing could "
        "be done. Stopped or killed, the same command goes on where it was; run again, it changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("file")
        parser.add_argument("--dealership", required=True, help="its id or name")
        parser.add_argument("--dry-run", action="store_true", help="write nothing, and report the same")
        cars = parser.add_mutually_exclusive_group()
        cars.add_argument("--car", metavar="ID", help="of the car for rows that name none that is known")
        cars.add_argument("--create-cars", action="store_true", help="make those that have make and model")
        parser.add_argument("--on-known", choices=("skip", "update"), default="skip", help="default: %(default)s")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="TITLE=field",
            help=f"what a column is, of {', '.join(FIELDS)}; TITLE= drops it",
        )
        parser.add_argument("--source", help="of rows that name none; default: whose export it is, or the file's kind")
        parser.add_argument(
            "--action", help="of rows that name none; default: “Call back”, in the dealership's language"
        )
        parser.add_argument("--quiet-webhooks", action="store_true", help="webhooks are not told")

    def handle(self, *, file, dealership, dry_run, **options):
        try:
            dealership = find_dealership(dealership)
            chosen = self._chosen(dealership, options)
            with _opened(file) as opened:
                run = self._find_or_stage(dealership, opened, os.path.basename(file), chosen, options["map"], dry_run)
        except CommandError as error:
            raise CommandError(str(error), returncode=NOTHING_DONE) from None
        except (NotATable, BadMapping) as error:
            raise CommandError(f"Nothing was imported from {file}. {error}", returncode=NOTHING_DONE) from None
        try:
            run = self._work(run)
            self._report(run)
        finally:
            if dry_run:
                _forget(run)
        if refused := run.counts[Outcome.REFUSED]:
            raise CommandError(f"{refused} of {run.rows} rows were refused.")

    # --- What is wanted ------------------------------------------------------------------------

    def _chosen(self, dealership, options):
        chosen = {"on_known": options["on_known"], "create_cars": options["create_cars"]}
        chosen["tells_webhooks"] = not options["quiet_webhooks"]
        if options["car"] is not None:
            chosen["car"] = _car_of(dealership, options["car"])
        for name, most in (("source", 100), ("action", 200)):
            if options[name] is not None:
                chosen[name] = clean_text(options[name], f"--{name}", most)
        return chosen

    def _find_or_stage(self, dealership, file, name, chosen, words, dry_run):
        """The import to work on: one of the same file and wishes that broke off, or a new one."""
        digest = digest_of(file)
        if not dry_run:
            broken_off = Import.objects.of(dealership).filter(digest=digest, state=ImportState.RUNNING)
            for run in broken_off.filter(door=Door.COMMAND).select_related("dealership"):
                if run.options.get("asked") == [chosen, words]:
                    return run
        actor = Actor.of_operator()
        run = stage(dealership, file, name, door=Door.COMMAND, actor_name=actor.name)
        try:
            run.options["columns"] = with_words(run.options["columns"], run.titles, words)
            check_columns(run.options["columns"], run.titles)
        except BadMapping:
            delete_import(run)
            raise
        run.options |= {**chosen, "asked": [chosen, words]}
        with _nothing_done_if_moved():
            leases.start(run, ImportState.CHECKING if dry_run else ImportState.RUNNING)
        return run

    # --- What is done --------------------------------------------------------------------------

    def _work(self, run):
        # Who was killed left a lease behind. Whoever is alive, as a worker that took it up, notices and stops.
        claimed = leases.claim(run, now=timezone.now(), by_force=True)
        if claimed is None:
            return _as_others_left_it(run)
        claimed.dealership = run.dealership
        progress = Progress(self.stderr, "rows", run.rows)
        try:
            return work(claimed, progress=lambda run: progress(sum(run.counts.values())))
        except LeaseLost:
            return _as_others_left_it(run)
        finally:
            progress.clear()

    def _report(self, run):
        """One JSON object, written piece by piece: there may be many rows that were refused."""
        write, counts = self.stdout.write, {name.value: run.counts[name] for name in SETTLED}
        write(json.dumps(counts)[:-1] + ', "refused": [', ending="")
        for number, refused in enumerate(_refused(run)):
            write((", " if number else "") + json.dumps(refused, ensure_ascii=False), ending="")
        write(f'], "ignoredColumns": {json.dumps(ignored(run.options["columns"], run.titles), ensure_ascii=False)}}}')


def _as_others_left_it(run):
    """The import, if a worker has done it meanwhile. Raises CommandError, and leaves nothing of one that nobody began."""
    found = Import.objects.of(run.dealership).select_related("dealership").filter(pk=run.pk).first()
    if found is None:
        raise CommandError("Somebody has deleted this import.", returncode=NOTHING_DONE)
    if found.state in (ImportState.DONE, ImportState.CHECKED):
        return found
    if found.state not in BUSY:
        raise CommandError("An error stopped this import: see the log of the worker.", returncode=NOTHING_DONE)
    with _nothing_done_if_moved():
        is_ours = withdraw(found)
    said = "Another import of this dealership is under way. Wait for its end, and run this again."
    if not is_ours:
        said = "Another process goes on with this import. What becomes of its rows is shown in the admin."
    raise CommandError(said, returncode=NOTHING_DONE)


@contextmanager
def _nothing_done_if_moved():
    try:
        yield
    except MovedOn:
        raise CommandError("Somebody else has changed this import meanwhile.", returncode=NOTHING_DONE) from None


def _forget(run):
    """A dry run, whoever has it now."""
    for found in Import.objects.of(run.dealership).filter(pk=run.pk):
        with suppress(MovedOn):
            delete_import(found)


def _refused(run):
    rows = ImportRow.objects.of(run.dealership_id).filter(run=run).exclude(code="").order_by("line")
    for line, title, code, message in rows.values_list("line", "title", "code", "message").iterator():
        yield {"line": line, "title": title, "code": code, "message": message}


def _car_of(dealership, typed):
    car_id = parse_id(typed)
    if car_id is None or not Car.objects.of(dealership).filter(pk=car_id).exists():
        raise CommandError(f"{dealership} has no car with the id “{shown(typed)}”.")
    return str(car_id)


def _opened(file):
    if os.path.exists(file) and not os.path.isfile(file):
        raise CommandError(f"{file} is not a file.")
    try:
        return open(file, "rb")
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
