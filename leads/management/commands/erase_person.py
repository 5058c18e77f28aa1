"""Erases a person."""

from django.utils import timezone

from leads.outbox.housekeeping import forget_persons
from leads.privacy import holdings
from leads.privacy.commands import MOST_NAMED, PersonCommand, people_table
from leads.privacy.people import erase_leads, leads_of_person, persons_in
from steerleads.db.remains import forget_samples, overwrite_bytes
from steerleads.dealers.actors import Actor
from steerleads.terminal import confirm


class Command(PersonCommand):
    help = (
        "Delete for good the leads whose contact's name, phone or e-mail is the one given, with all that was typed in "
        "their history, what waits to be sent of them, all that receivers of webhooks answered the dealership, and "
        "rows of imported files that name the person and are no leads. "
        "That it was done is recorded, without the data. Other leads that mention the person are named, not deleted. "
        "How many were deleted is printed on stdout."
    )

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument("--dry-run", action="store_true", help="delete nothing, and show what would be")

    def handle(self, *, text, dealership, yes, dry_run, **options):
        dealership, text = self.read(text, dealership)
        leads = leads_of_person(dealership, text)
        if leads:
            self.say(people_table(leads))
        if leads and not (yes or dry_run):
            confirm(self, f"This deletes {len(leads)} leads of {dealership} for good.")
        self.stdout.write(str(len(leads) if dry_run else self._erase(dealership, text, leads)))
        self.warn_of_mentions(dealership, text, leads)

    def _erase(self, dealership, text, leads):
        persons = persons_in(text, leads)
        # First, so that no import makes leads of it meanwhile.
        self._say_what_else_went(holdings.forget_persons(dealership, persons))
        count = erase_leads(dealership, text, leads, actor=Actor.of_operator(), now=timezone.now())
        forget_persons(dealership, persons)
        self.say(f"Erased {count} leads.")
        if more := len(leads_of_person(dealership, text)):
            self.say(f"Meanwhile, {more} more came in. Run this again.")
        if not all([forget_samples(), overwrite_bytes()]):
            self.say(
                "The database was busy: traces may be left in its files until this is run again in a quiet moment."
            )
        return count

    def _say_what_else_went(self, gone):
        if gone:
            self.say(f"Deleted {len(gone)} rows of imported files that name the person:")
            self.say("\n".join(f"  {what}" for what in gone[:MOST_NAMED]))
            self.say("  …" if len(gone) > MOST_NAMED else "")
