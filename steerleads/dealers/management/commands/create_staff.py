"""Invites a person to a dealership's staff, or makes a superuser."""

from django.core.management.base import BaseCommand, CommandError

from steerleads.api.errors import ApiError
from steerleads.dealers import lookup, staff
from steerleads.dealers.management.links import hand_over
from steerleads.dealers.models import Role


class Command(BaseCommand):
    help = (
        "Make an account without a password and send its owner a link to set one. "
        "Without mail, or with --no-mail, the link alone is printed on stdout; it works once, for three days."
    )

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("--dealership", metavar="ID_OR_NAME", help="where the person works")
        parser.add_argument("--role", default=Role.SALESPERSON.value, help="salesperson (default) or manager")
        parser.add_argument("--name", default="", help='like "Sara Alami"')
        parser.add_argument("--superuser", action="store_true", help="may manage all dealerships; needs none")
        parser.add_argument("--no-mail", action="store_true", help="print the link instead of sending it")

    def handle(self, *, email, dealership, role, name, superuser, no_mail, **options):
        if not dealership and not superuser:
            raise CommandError("Say where the person works: --dealership ID_OR_NAME (or make a --superuser).")
        try:
            employer = lookup.find_dealership(dealership) if dealership else None
            role = lookup.one_of(role, Role.values)
            link = staff.invite(email, employer, role=role, name=name, superuser=superuser)
        except ApiError as error:
            raise CommandError(f"--name: {error.message}" if error.details else error.message) from None
        hand_over(self, link, no_mail=no_mail)
