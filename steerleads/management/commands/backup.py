"""Writes the whole database to one file, while the product goes on."""

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from steerleads.db.text import shown
from steerleads.operations import backups
from steerleads.operations.backups.errors import BackupError
from steerleads.progress import Progress


class Command(BaseCommand):
    help = (
        "Write the whole database to one file, readable by you alone, while the product goes on working. "
        "The file's path is printed on stdout. `restore` reads it again, into the same kind of database."
    )
    requires_system_checks = []  # a wrong setting elsewhere is no reason to go without a backup

    def add_arguments(self, parser):
        parser.add_argument("file", help="the file to write, in a folder that exists")
        parser.add_argument("--force", action="store_true", help="replace the file if it exists")

    def handle(self, *, file, force, **options):
        try:
            size = backups.back_up(connection, file, overwrite=force, report=Progress(self.stderr, "bytes"))
        except BackupError as error:
            raise CommandError(str(error)) from None
        self.stderr.write(f"Backed up {backups.NAMES[connection.vendor]}: {size:,} bytes.", str)
        self.stdout.write(shown(file, len(file)))
