"""What the commands that keep house have in common."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from steerleads.dealers.actors import Actor
from steerleads.dealers.lookup import duration, find_dealership
from steerleads.dealers.models import Dealership
from steerleads.progress import Progress


class BulkCommand(BaseCommand):
    """Acts on the leads of one dealership or of all; `name` is what history calls it."""

    def add_arguments(self, parser):
        parser.add_argument("--older-than", required=True, help="since when they were last changed, like 90d")
        parser.add_argument("--dealership", help="its id or name; default: all")
        parser.add_argument("--dry-run", action="store_true", help="write nothing, and say how many it would be")

    def read(self, older_than, dealership):
        """(the dealerships to go through, the time before which leads are old)."""
        before = timezone.now() - duration(older_than)
        # An empty one, of a script's unset variable, does not mean all.
        return list(Dealership.objects.all()) if dealership is None else [find_dealership(dealership)], before

    def act(self, verb, dealerships, *, name, **how):
        """How many leads the verb acted on in all of the dealerships."""
        done, progress = 0, Progress(self.stderr, "leads")
        for dealership in dealerships:
            done += verb(
                dealership,
                actor=Actor.of_command(name),
                now=timezone.now(),
                progress=lambda more, before=done: progress(before + more),
                **how,
            )
        progress.clear()
        return done

    def tell(self, count, done, would, dry_run):
        self.stderr.write(f"{would if dry_run else done} {count} leads.", str)
        self.stdout.write(str(count))
