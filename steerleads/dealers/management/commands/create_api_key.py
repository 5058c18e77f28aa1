"""Makes an API key and prints it, this once."""

from datetime import timedelta

from django.core.management.base import BaseCommand
from django.utils import timezone

from steerleads.dealers import lookup
from steerleads.dealers.keys import issue_key
from steerleads.dealers.models import DEFAULT_HOURLY_LIMIT, FRESH_KEY_SCOPES, Environment, Scope


class Command(BaseCommand):
    help = "Make an API key for a dealership. The key alone is printed on stdout; it cannot be shown again."

    def add_arguments(self, parser):
        parser.add_argument("dealership", help="its id or name")
        parser.add_argument("--name", required=True, help="what the key is for")
        parser.add_argument("--environment", default="prod", help="prod or dev, which the key begins with")
        parser.add_argument("--scopes", default=",".join(FRESH_KEY_SCOPES), help="default: %(default)s")
        parser.add_argument(
            "--hourly-limit",
            default=str(DEFAULT_HOURLY_LIMIT),
            help="requests an hour, 0 for no limit; default: %(default)s",
        )
        parser.add_argument("--person", help="the e-mail address of somebody of its staff, whom the key acts for")
        parser.add_argument("--expires", help="after how long, like 90d; default: never")

    def handle(self, *, dealership, name, environment, scopes, hourly_limit, person, expires, **options):
        dealership = lookup.find_dealership(dealership)
        key, secret = issue_key(
            dealership,
            lookup.clean_text(name, "--name", 100),
            environment=lookup.one_of(environment, Environment.values),
            scopes=lookup.several_of(scopes, Scope.values),
            hourly_limit=lookup.whole_number(str(hourly_limit), "--hourly-limit"),
            expires_at=_end(expires),
            person=None if person is None else lookup.find_member(dealership, person),
        )
        self.stderr.write(f"Made {key} for {key.dealership}. It is shown this once.", str)
        self.stdout.write(secret)


def _end(expires):
    return None if expires is None else timezone.now() + lookup.duration(expires, least=timedelta(hours=1))
