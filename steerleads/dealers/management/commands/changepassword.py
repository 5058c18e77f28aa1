"""Django's own command, which also ends the person's sessions and leaves an entry in the audit log."""

import getpass

from django.contrib.auth.management.commands import changepassword
from django.core.management.base import CommandError

from steerleads.dealers import staff


class Command(changepassword.Command):
    def handle(self, *args, **options):
        email = options["username"] or getpass.getuser()
        if staff.find_account(email) is None:
            raise CommandError("No member of staff has this e-mail address.")
        said = super().handle(*args, **options)
        staff.note_password_given(staff.find_account(email))
        return said
