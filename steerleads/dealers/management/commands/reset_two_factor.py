"""Takes a lost two-factor device off an account: the way back in for somebody no colleague can help."""

from django.core.management.base import BaseCommand, CommandError

from steerleads.dealers import staff


class Command(BaseCommand):
    help = "Remove the two-factor device of somebody who lost it. They sign in with the password alone again."

    def add_arguments(self, parser):
        parser.add_argument("email")

    def handle(self, *, email, **options):
        user = staff.with_email(email).first()
        if user is None:
            raise CommandError("No active member of staff has this e-mail address.")
        if not staff.remove_two_factor(user, by=None):
            raise CommandError(f"{user.email} has no two-factor device.")
        self.stderr.write(f"Removed the two-factor device of {user.email}.", str)
