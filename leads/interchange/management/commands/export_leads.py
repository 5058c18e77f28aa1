"""Writes a dealership's leads as a file of any format."""

import os
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from leads.filters import LeadFilters
from leads.interchange.exports import exporters_of
from leads.interchange.exports.base import Context
from leads.interchange.exports.contents import LEADS_TO_EXPORT
from leads.interchange.exports.making import TooMany, fill, record
from leads.interchange.models import Export
from leads.models import Lead
from steerleads.api.listing import SORTING, asked_order
from steerleads.api.parameters import Parameters
from steerleads.api.plans import judged
from steerleads.db.text import shown
from steerleads.dealers.actors import Actor
from steerleads.dealers.lookup import find_dealership, one_of
from steerleads.drafts import draft_of
from steerleads.progress import Progress

LISTING = LEADS_TO_EXPORT.listing
FORMATS = exporters_of(LEADS_TO_EXPORT)


class Command(BaseCommand):
    help = (
        f"Write a dealership's leads in a format ({', '.join(FORMATS)}): on stdout, or as a file that you alone can "
        "read. Filters and sorts are those of the API's lists. It is whole, of one state of the database, or an error; "
        "that it was done is recorded."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dealership", required=True, help="its id or name")
        parser.add_argument("--format", required=True, help=f"one of {', '.join(FORMATS)}")
        parser.add_argument("--output", metavar="FILE", help="write this file; one of that name is replaced")
        for name, each in LeadFilters.base_filters.items():
            parser.add_argument(f"--{name}", action="append", help=each.extra["help_text"].replace("%", "%%"))
        parser.add_argument("--sortBy", action="append", help=", ".join(LISTING.sorts))
        parser.add_argument("--sortOrder", action="append", help="asc, desc")

    def handle(self, *, dealership, format, output, **options):
        dealership, exporter = find_dealership(dealership), FORMATS[one_of(format, FORMATS)]
        leads, filters = _asked(dealership, options)
        context = Context(LEADS_TO_EXPORT, dealership, dealership.language)

        def write(file):
            """Before anybody sees it, it is whole and written down."""
            rows = self._fill(file, leads, exporter, context)
            facts = {"door": Export.Door.COMMAND, "actor": Actor.of_operator(), "now": timezone.now()}
            record(exporter, context, filters=filters, rows=rows, **facts)
            return rows

        rows = _write_file(output, write) if output is not None else self._write_out(write)
        self.stderr.write(f"Exported {rows} leads.", str)

    def _fill(self, file, leads, exporter, context):
        progress = Progress(self.stderr, "leads")
        try:
            return fill(file, leads, exporter, context, progress=progress)
        except TooMany as error:
            raise CommandError(str(error)) from None
        finally:
            progress.clear()

    def _write_out(self, write):
        with TemporaryFile() as file:
            rows = write(file)
            file.seek(0)
            try:
                copyfileobj(file, self.stdout.buffer)
                self.stdout.flush()
            except BrokenPipeError:
                raise CommandError("Nobody reads the output any more.") from None
            except OSError as error:
                raise CommandError(f"The output cannot be written: {error.strerror}.") from None
        return rows


def _asked(dealership, options):
    """(the dealership's Leads as the options filter and sort them, {name: values} of the filters). Raises CommandError."""
    known = LeadFilters.known() | SORTING
    sent = MultiValueDict({name: options[name] for name in known if options.get(name)})
    parameters = Parameters(sent, known)
    filterset = judged(LeadFilters, parameters)
    order = asked_order(LISTING, parameters)
    if parameters.wrong:
        raise CommandError("\n".join(f"--{wrong['field']}: {wrong['message']}" for wrong in parameters.wrong))
    leads = filterset.narrow(Lead.objects.of(dealership), filterset.form.cleaned_data)
    return order.apply(leads), filterset.said()


def _write_file(name, write):
    """What `write` gives. Only a whole file gets the name; it takes the place of an older one."""
    if os.path.exists(name) and not os.path.isfile(name):
        raise CommandError(f"{shown(name)} is not a file.")
    try:
        with draft_of(Path(name)) as draft, draft.open("wb") as file:
            return write(file)
    except OSError as error:
        raise CommandError(f"{shown(name)} cannot be written: {error.strerror}.") from None
