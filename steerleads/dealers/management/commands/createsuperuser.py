"""Django's own command, which also leaves an entry in the audit log. `create_staff --superuser` needs no password."""

from django.contrib.auth.management.commands import createsuperuser
from django.core.management.base import CommandError

from steerleads.db.text import forbidden_character
from steerleads.dealers import staff
from steerleads.dealers.models import User


class Command(createsuperuser.Command):
    def handle(self, *args, **options):
        if forbidden_character(options["email"] or ""):
            raise CommandError("This is not an e-mail address.")
        before = set(User.objects.filter(is_superuser=True).values_list("pk", flat=True))
        super().handle(*args, **options)
        for user in User.objects.filter(is_superuser=True).exclude(pk__in=before):
            staff.note_superuser(user)
