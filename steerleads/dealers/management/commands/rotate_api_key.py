"""Gives an API key a successor and prints it, this once."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from steerleads.dealers.keys import rotate_key
from steerleads.dealers.lookup import duration, find_api_key
from steerleads.terminal import time_of


class Command(BaseCommand):
    help = (
        "Make a successor of an API key, with the same rights, while the old key goes on working for a while. "
        "The new key alone is printed on stdout; it cannot be shown again."
    )

    def add_arguments(self, parser):
        parser.add_argument("key", help="its id, what it begins with (rather than all of it), or its name")
        parser.add_argument("--overlap", default="24h", help="how long the old key still works; default: %(default)s")

    def handle(self, *, key, overlap, **options):
        old, overlap, now = find_api_key(key), duration(overlap), timezone.now()
        if not old.works_at(now):
            raise CommandError(f"{old} is revoked or expired. Make a new key with `create_api_key`.")
        key, secret = rotate_key(old, overlap=overlap, now=now)
        old.refresh_from_db()
        self.stderr.write(f"Made {key} for {old.dealership}. It is shown this once.", str)
        self.stderr.write(f"The old key ({old.hint}…) works until {time_of(old.expires_at)} UTC.", str)
        self.stdout.write(secret)
