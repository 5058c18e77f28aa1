"""Hands out all that is held of a person."""

import json
import os

from django.core.management.base import CommandError
from django.utils import timezone

from leads.privacy import holdings
from leads.privacy.commands import PersonCommand
from leads.privacy.people import hand_out, identified_by, leads_of_person
from steerleads.api.json import render
from steerleads.db.text import shown
from steerleads.dealers.actors import Actor


class Command(PersonCommand):
    help = (
        "Print, as JSON, everything in the leads whose contact's name, phone or e-mail is the one given, with their "
        "history, and the rows of imported files that are the person's and no leads. That it was done is recorded, without the data."
    )

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--output", metavar="FILE", help="write this new file, readable by you alone")

    def handle(self, *, text, dealership, output, **options):
        dealership, text = self.read(text, dealership)
        leads = leads_of_person(dealership, text)
        held = hand_out(dealership, leads, actor=Actor.of_operator(), now=timezone.now())
        elsewhere = holdings.held(dealership, identified_by(text, leads))
        held = _pretty(held | elsewhere)
        if output:
            _write(output, held)
        self.stdout.write(shown(output, len(output)) if output else held)
        self.say(f"Exported {len(leads)} leads.")
        if more := sum(map(len, elsewhere.values())):
            self.say(f"With them, {more} rows of imported files.")
        self.warn_of_mentions(dealership, text, leads)


def _pretty(held):
    return json.dumps(json.loads(render(held)), ensure_ascii=False, indent=2)


def _write(path, text):
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text + "\n")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from None
