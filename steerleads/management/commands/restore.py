"""Replaces the whole database by what a backup holds."""

import sys

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from steerleads.operations import backups
from steerleads.operations.backups.errors import BackupError
from steerleads.operations.health import migrations_apart
from steerleads.progress import Progress


class Command(BaseCommand):
    help = (
        "Replace everything in the database by what a file of `backup` holds, whole or not at all. "
        "Stop the server and its workers first: while others use the database, it refuses, unless by --force."
    )
    requires_system_checks = []  # a wrong setting elsewhere is no reason to stay without data

    def add_arguments(self, parser):
        parser.add_argument("file", help="a file that `backup` wrote, from the same kind of database")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument(
            "--force", action="store_true", help="restore while others use the database: what they write is lost"
        )

    def handle(self, *, file, yes, force, **options):
        if not yes:
            self._ask(file)
        try:
            backups.restore(connection, file, force=force, report=Progress(self.stderr, "bytes"))
        except BackupError as error:
            raise CommandError(f"Nothing was restored. {error}") from None
        self._say(f"Restored {connection.settings_dict['NAME']} from {file}.")
        self._say_what_is_left()

    def _ask(self, file):
        if not (sys.stdin and sys.stdin.isatty()):
            raise CommandError("Nobody is there to ask. Add --yes to replace the whole database.")
        self._say(f"This replaces everything in {connection.settings_dict['NAME']} by what {file} holds.")
        self._say("The server and its workers should be stopped. Type the word restore to go on: ", ending="")
        self.stderr.flush()
        if sys.stdin.readline().strip() != "restore":
            raise CommandError("Nothing was restored.")

    def _say_what_is_left(self):
        missing, unknown = migrations_apart(connection)
        if missing:
            self._say(f"The backup is of an older version. Run `manage.py migrate`: migrations missing: {missing}.")
        if unknown:
            self._say(f"The backup is of a newer version: run that one. Migrations unknown here: {unknown}.")

    def _say(self, words, ending="\n"):
        self.stderr.write(words, str, ending)
