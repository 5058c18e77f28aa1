"""What the commands about a person have in common."""

from django.core.management.base import BaseCommand, CommandError

from leads.privacy.people import Person, TooVague, mentions, persons_in
from steerleads.dealers.lookup import clean_text, find_dealership
from steerleads.terminal import table, time_of

TITLES = ["lead", "name", "phone or e-mail", "car", "status", "created", "archived"]
MOST_NAMED = 20


class PersonCommand(BaseCommand):
    def add_arguments(self, parser):
        parser.add_argument("text", help="a name, a phone number (in any spelling) or an e-mail address")
        parser.add_argument("--dealership", required=True, help="its id or name")

    def read(self, text, dealership):
        """(the Dealership, the text), both as they should be."""
        dealership, text = find_dealership(dealership), clean_text(text, "The text", 500)
        try:
            Person.of(text)
        except TooVague as error:
            raise CommandError(str(error)) from None
        return dealership, text

    def say(self, words):
        self.stderr.write(words, str)

    def warn_of_mentions(self, dealership, text, leads):
        """Name the other leads in which somebody wrote of the person."""
        others = mentions(dealership, persons_in(text, leads), besides={lead.pk for lead in leads})
        if others:
            self.say(f"{len(others)} other leads mention the name, the number or the address. Look at them yourself:")
            self.say("\n".join(f"  {lead_id}" for lead_id in others[:MOST_NAMED]))
            self.say("  …" if len(others) > MOST_NAMED else "")


def people_table(leads):
    return table(TITLES, [_row(lead) for lead in leads])


def _row(lead):
    archived = "yes" if lead.archived else "no"
    return [lead.pk, lead.target_name, lead.target_info, lead.car, lead.status, time_of(lead.created_at), archived]
