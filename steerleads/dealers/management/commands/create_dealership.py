"""Makes a dealership and prints its id."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from steerleads.api.errors import ApiError
from steerleads.dealers.dealerships import make_dealership
from steerleads.dealers.lookup import one_of
from steerleads.dealers.models import Assigning


class Command(BaseCommand):
    help = "Make a dealership. Its id is printed on stdout."

    def add_arguments(self, parser):
        parser.add_argument("name")
        parser.add_argument("--time-zone", default="Africa/Casablanca", help="default: %(default)s")
        parser.add_argument("--language", default="fr", help="fr, ar or en; default: %(default)s")
        parser.add_argument("--assigning", default="manual", help="manual, claim or round_robin; default: %(default)s")

    def handle(self, *, name, time_zone, language, assigning, **options):
        fields = {"name": name, "time_zone": time_zone}
        fields["language"] = one_of(language, dict(settings.LANGUAGES))
        fields["assigning"] = one_of(assigning, Assigning.values)
        try:
            dealership = make_dealership(fields)
        except ApiError as error:
            raise CommandError(
                " ".join(f"{detail['field']}: {detail['message']}" for detail in error.details)
            ) from None
        self.stderr.write(f"Made the dealership {dealership.name}.", str)
        self.stdout.write(str(dealership.pk))
