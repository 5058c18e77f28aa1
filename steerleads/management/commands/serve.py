"""Runs the production server."""

import logging
from argparse import ArgumentTypeError

from django.core.management.base import BaseCommand, CommandError
from django.db import NotSupportedError, connection

from steerleads.api.errors import DATABASE_ERRORS
from steerleads.environment import THREADS
from steerleads.operations.health import migrations_apart
from steerleads.serving import server
from steerleads.serving.companion import delivering

log = logging.getLogger("steerleads.serving.server")


class Command(BaseCommand):
    help = "Serve the product in the foreground. SIGTERM and Ctrl+C let requests in flight finish."
    requires_system_checks = []  # made below, with the database's if there is one

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
        parser.add_argument("--port", type=whole_number(1, 65535), default=8000, help="default: 8000")
        parser.add_argument("--workers", type=whole_number(1, 256), default=2, help="processes (default: 2)")
        parser.add_argument(
            "--threads", type=whole_number(1, 512), default=THREADS, help=f"of each process (default: {THREADS})"
        )
        parser.add_argument("--no-deliver", action="store_true", help="send no webhooks and notifications from here")

    def handle(self, *, host, port, workers, threads, no_deliver, **options):
        try:
            address = server.free_address(host, port)
        except server.CannotListen as error:
            raise CommandError(str(error)) from None
        when_ready = self.prepare(url_of(host, port))
        with delivering(not no_deliver):
            server.serve(address, port, workers=workers, threads=threads, when_ready=when_ready)

    def prepare(self, url):
        """What is to be done before, and a function that says so once the server answers at `url`."""
        if _database_answers():
            self.check(databases=["default"])
            missing, _ = migrations_apart(connection)
            if missing:
                raise CommandError(f"{missing} migrations are not applied. Run: python manage.py migrate")
        else:
            self.check()
            # It may come up after us; until then /readyz and every call say 503.
            log.warning("The database cannot be reached. Starting all the same.")
        return lambda: log.info("Serving on %s", url)


def whole_number(least, most):
    def read(text):
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most}.")
        return int(text)

    return read


def url_of(host, port):
    """What to open in a browser on this machine."""
    if host in ("0.0.0.0", "::"):
        host = "localhost"
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _database_answers():
    try:
        connection.ensure_connection()
    except NotSupportedError:  # which version it is, the checks say
        return True
    except DATABASE_ERRORS:
        return False
    return True
