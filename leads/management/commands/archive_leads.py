"""Archives leads that are done with."""

from leads.models import Status
from leads.privacy.commands import BulkCommand
from leads.privacy.retention import archive_leads, leads_to_archive
from steerleads.dealers.lookup import several_of


class Command(BulkCommand):
    help = (
        "Archive leads that nobody has changed for long: they leave lists and board, and can be restored. "
        "It may be stopped at any time and run again. How many it archived is printed on stdout."
    )

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--status", default="COMPLETED,NOT_NEEDED", help="default: %(default)s")

    def handle(self, *, older_than, dealership, status, dry_run, **options):
        dealerships, before = self.read(older_than, dealership)
        which = {"before": before, "statuses": several_of(status, Status.values)}
        if dry_run:
            count = sum(leads_to_archive(dealership, **which).count() for dealership in dealerships)
        else:
            count = self.act(archive_leads, dealerships, name="archive_leads", **which)
        self.print_count(count, "Archived", "Would archive", dry_run)
