"""Databases of a benchmark's own, on the server of DATABASE_URL or in a folder: the operator's is never touched."""

import os
import tempfile
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.db import connection

_numbers = count(1)


@contextmanager
def own_database(kept=None):
    """The URL of a migrated database, on which `connection` is meanwhile. `kept` as in `empty_database`."""
    before = connection.settings_dict["NAME"]
    with empty_database(kept) as url:
        _move_to(urlsplit(url).path.removeprefix("/"))
        try:
            call_command("migrate", verbosity=0)
            yield url
        finally:
            _move_to(before)


@contextmanager
def empty_database(kept=None):
    """The URL of a database that is gone afterwards. `kept` names one that stays, and may be there already."""
    with (_file if connection.vendor == "sqlite" else _on_the_server)(kept) as url:
        yield url


@contextmanager
def _file(kept):
    with tempfile.TemporaryDirectory(prefix="steerleads-benchmark-") as folder:
        path = settings.VAR / f"benchmark_{kept}.sqlite3" if kept else Path(folder) / "benchmark.sqlite3"
        yield f"sqlite:///{path.absolute()}"


@contextmanager
def _on_the_server(kept):
    name = f"{connection.settings_dict['NAME']}_benchmark_{kept or f'{os.getpid()}_{next(_numbers)}'}"
    quoted = connection.ops.quote_name(name)
    if not (kept and _tell("SELECT 1 FROM pg_database WHERE datname = %s", name)):
        _tell(f"CREATE DATABASE {quoted}")
    try:
        yield urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    finally:
        if not kept:
            _tell(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")


def _tell(statement, *values):
    """The first row of the answer, asked from outside of the databases concerned."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone() if cursor.description else None


def _move_to(name):
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name
