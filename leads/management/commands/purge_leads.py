"""Deletes archived leads for good."""

from leads.privacy.commands import BulkCommand
from leads.privacy.retention import leads_to_purge, purge_leads
from steerleads.db.remains import forget_samples
from steerleads.terminal import confirm


class Command(BulkCommand):
    help = (
        "Delete for good the archived leads that nobody has changed for long (archiving counts), with all that was "
        "typed in their history. It may be stopped at any time and run again. How many it deleted is printed on stdout."
    )

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *, older_than, dealership, yes, dry_run, **options):
        dealerships, before = self.read(older_than, dealership)
        count = sum(leads_to_purge(dealership, before=before).count() for dealership in dealerships)
        if count and not dry_run:
            if not yes:
                confirm(self, f"This deletes {count} archived leads for good.")
            count = self.act(purge_leads, dealerships, name="purge_leads", before=before)
            forget_samples()
        self.print_count(count, "Purged", "Would purge", dry_run)
