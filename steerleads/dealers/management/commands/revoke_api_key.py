"""Revokes an API key."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from steerleads.dealers.keys import CACHE_SECONDS, revoke_key
from steerleads.dealers.lookup import find_api_key


class Command(BaseCommand):
    help = f"Revoke an API key for good; calls with it end within {CACHE_SECONDS} seconds. Its id is printed on stdout."

    def add_arguments(self, parser):
        parser.add_argument("key", help="its id, what it begins with (rather than all of it), or its name")

    def handle(self, *, key, **options):
        key = find_api_key(key)
        done = revoke_key(key, now=timezone.now())
        self.stderr.write(f"{'Revoked' if done else 'It was revoked already:'} {key} of {key.dealership}.", str)
        self.stdout.write(str(key.pk))
