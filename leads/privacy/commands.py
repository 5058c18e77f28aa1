"""What commands have in common: those about one person, and those that archive and purge old leads."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from leads.models import Lead
from leads.privacy.people import Person, TooVague, mentions, persons_in
from steerleads.dealers.actors import Actor
from steerleads.dealers.lookup import clean_text, duration, find_dealership
from steerleads.dealers.models import Dealership
from steerleads.progress import Progress
from steerleads.terminal import table, time_of

TITLES = ["lead", "name", "phone or e-mail", "car", "status", "created", "archived"]
MOST_NAMED = 20


class PersonCommand(BaseCommand):
    """Is given a text that means a person, and the dealership whose leads are looked at."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("text", help="a name, a phone number (in any spelling) or an e-mail address")
        parser.add_argument("--dealership", required=True, help="its id or name")

    def read(self, text: str, dealership: str) -> tuple[Dealership, str]:
        """The Dealership, and the text without what nobody means. Raises CommandError."""
        owner, cleaned = find_dealership(dealership), clean_text(text, "The text", 500)
        try:
            Person.of(cleaned)
        except TooVague as error:
            raise CommandError(str(error)) from None
        return owner, cleaned

    def say(self, words: str) -> None:
        """For who reads along: stdout is for the result."""
        self.stderr.write(words, str)

    def warn_of_mentions(self, dealership: Dealership, text: str, leads: Iterable[Lead]) -> None:
        """Name the other leads in which somebody wrote of the person."""
        others = mentions(dealership, persons_in(text, leads), besides={lead.pk for lead in leads})
        if others:
            self.say(f"{len(others)} other leads mention the name, the number or the address. Look at them yourself:")
            self.say("\n".join(f"  {lead_id}" for lead_id in others[:MOST_NAMED]))
            self.say("  …" if len(others) > MOST_NAMED else "")


def people_table(leads: Iterable[Lead]) -> str:
    """Leads, with their cars, as a table for a terminal."""
    return table(TITLES, [_row(lead) for lead in leads])


def _row(lead: Lead) -> list:
    archived = "yes" if lead.archived else "no"
    return [lead.pk, lead.target_name, lead.target_info, lead.car, lead.status, time_of(lead.created_at), archived]


class BulkCommand(BaseCommand):
    """Acts on the leads of one dealership or of all; `name` is what history calls it."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--older-than", required=True, help="since when they were last changed, like 90d")
        parser.add_argument("--dealership", help="its id or name; default: all")
        parser.add_argument("--dry-run", action="store_true", help="write nothing, and say how many it would be")

    def read(self, older_than: str, dealership: str | None) -> tuple[list[Dealership], datetime]:
        """The dealerships to go through, and the time before which leads are old. Raises CommandError."""
        before = timezone.now() - duration(older_than)
        # An empty one, of a script's unset variable, does not mean all.
        return list(Dealership.objects.all()) if dealership is None else [find_dealership(dealership)], before

    def act(self, verb: Callable[..., int], dealerships: Iterable[Dealership], *, name: str, **how: Any) -> int:
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

    def print_count(self, count: int, done: str, would: str, dry_run: bool) -> None:
        """In words for who reads along, and the number alone on stdout."""
        self.stderr.write(f"{would if dry_run else done} {count} leads.", str)
        self.stdout.write(str(count))
