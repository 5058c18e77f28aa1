"""Gives somebody a link to set a new password: the way in that no colleague can give."""

from django.core.management.base import BaseCommand, CommandError

from steerleads.dealers import staff
from steerleads.dealers.management.links import hand_over
from steerleads.dealers.models import MailKind


class Command(BaseCommand):
    help = (
        "Send the owner of an account a link to set a new password. Without mail, or with --no-mail, the link alone is "
        "printed on stdout; it works once, for three days."
    )

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("--no-mail", action="store_true", help="print the link instead of sending it")

    def handle(self, *, email, no_mail, **options):
        user = staff.with_email(email).first()
        if user is None:
            raise CommandError("No active member of staff has this e-mail address.")
        link = staff.new_link(user, by=None)
        hand_over(self, link, no_mail=no_mail, kind=MailKind.PASSWORD_RESET)
