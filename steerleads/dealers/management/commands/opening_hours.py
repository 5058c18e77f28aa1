"""Prints a dealership's opening hours as JSON, or sets them from a file (contract A24)."""

import json

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from steerleads.db.text import shown
from steerleads.dealers.hours.cleaning import clean_day
from steerleads.dealers.hours.documents import document, read_document, set_opening
from steerleads.dealers.lookup import find_dealership

LARGEST = 2**20  # bytes


class Command(BaseCommand):
    help = (
        "Print a dealership's opening hours, special days and targets as JSON on stdout, or set them from a file of the "
        "same form. What the file leaves out stays as it is; special days are replaced by those of the file. Hours from "
        "other dates stay."
    )

    def add_arguments(self, parser):
        parser.add_argument("dealership", help="its id or name")
        parser.add_argument("file", nargs="?", help="JSON as it is printed; without one, print")
        parser.add_argument(
            "--from",
            dest="day",
            help="print the hours of that date instead of today's; or set the file's week from that date on",
        )

    def handle(self, *, dealership, file, day, **options):
        dealership = find_dealership(dealership)
        day = None if day is None else _day(day)
        if file is None:
            today = timezone.localdate(timezone=dealership.tz)
            self.stdout.write(json.dumps(document(dealership, day or today), ensure_ascii=False, indent=2))
            return
        try:
            opening = read_document(_text_of(file), day)
        except ValidationError as error:
            raise CommandError(f"{shown(file)} is refused, and nothing was changed.\n{_all_of(error)}") from None
        set_opening(dealership, opening)
        self.stderr.write(f"Set the opening hours of {dealership}.", str)


def _day(typed):
    try:
        return clean_day(typed)
    except ValidationError as error:
        raise CommandError(f"--from: {error.messages[0]}") from None


def _text_of(file):
    try:
        with open(file, "rb") as opened:
            text = opened.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise CommandError(f"{shown(file)} cannot be read: {getattr(error, 'strerror', error)}.") from None
    if len(text) > LARGEST:
        raise CommandError(f"{shown(file)} is larger than {LARGEST} bytes.")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CommandError(f"{shown(file)} is no UTF-8.") from None


def _all_of(error):
    """A line for each thing that is wrong."""
    if not hasattr(error, "error_dict"):
        return "\n".join(f"  {message}" for message in error.messages)
    return "\n".join(f"  {key}: {message}" for key, messages in error.message_dict.items() for message in messages)
