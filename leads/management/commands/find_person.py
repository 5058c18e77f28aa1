"""Finds the leads of a person."""

from leads.privacy.commands import PersonCommand, people_table
from leads.privacy.people import find_people, whole_lead
from steerleads.api.json import render


class Command(PersonCommand):
    help = (
        "Show the leads whose contact's name has all words of a text, or whose phone or e-mail has it in it. "
        "Times are UTC."
    )

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--json", action="store_true", help="print a JSON array of whole leads")

    def handle(self, *, text, dealership, json, **options):
        leads = find_people(*self.read(text, dealership))
        self.stdout.write(render([whole_lead(lead) for lead in leads]).decode() if json else people_table(leads))
        self.say(f"Found {len(leads)} leads.")
