"""Databases for tests, of the kind that the suite runs on: copies of two that are made once a run.

To migrate takes some seconds of a processor. Without this, each worker of a run would do it twice: for the database of
its tests, and for those of the servers that they start.
"""

import fcntl
import json
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import psycopg
from django.db import connection
from django.db.backends.signals import connection_created

from steerleads.tests.commands import environment, manage

RUN = "STEERLEADS_TEST_RUN"  # in the environment of all processes of a run: the folder that they share
NUMBERS = count(1)
SEED = """
import json
from cars.actions import create_car
from steerleads.dealers.keys import issue_key
from steerleads.dealers.models import Dealership
found = {}
for short, name in (("casa", "Casa Motors"), ("atlas", "Atlas Cars")):
    dealership = Dealership.objects.create(name=name)
    key, secret = issue_key(dealership, "Website", hourly_limit=0)
    car = create_car(dealership, {"make": "Honda", "model": "Civic", "overview_year": 2021})
    found[short] = {"id": str(dealership.pk), "name": name, "key": secret, "car": str(car.pk)}
print(json.dumps(found))
"""


@contextmanager
def scratch_database(folder, *, migrated=True):
    """(the URL of a fresh database, {"casa": …, "atlas": …}), gone afterwards. Not `migrated`, it is empty."""
    origin, seeds = seeded() if migrated else (None, {})
    made = _copy(origin, folder)
    try:
        yield _url_of(made), seeds
    finally:
        _drop(made)


def begin_with_a_copy():
    """Let the database of this process's tests begin as a copy of the migrated one: nothing is left to migrate."""
    origin = migrated()
    if connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["TEMPLATE"] = origin
    else:
        connection_created.connect(_fill, dispatch_uid="begin_with_a_copy")


def _fill(connection, **_):
    """The first connection makes the database, in memory."""
    connection_created.disconnect(dispatch_uid="begin_with_a_copy")
    with closing(sqlite3.connect(migrated())) as source:
        source.backup(connection.connection)


# --- What is made once a run -------------------------------------------------------------------


def begin_run():
    """Make the folder that the processes of a run share, and say whether it is to be removed.

    A worker of a run has it by its environment; so has a run whose caller wants it kept for the next one.
    """
    if os.environ.get(RUN):
        Path(os.environ[RUN]).mkdir(exist_ok=True)
        return False
    os.environ[RUN] = tempfile.mkdtemp(prefix="steerleads-run-")
    return True


def end_run():
    folder = Path(os.environ.pop(RUN))
    for made in folder.glob("*.json"):
        _drop(json.loads(made.read_text())[0])
    shutil.rmtree(folder)


@cache
def migrated():
    """SQLite's file or PostgreSQL's name of a database that is migrated and empty."""
    origin, _ = _made_once("migrated", lambda folder: _copy(None, folder), ["migrate", "--verbosity=0"])
    return origin


@cache
def seeded():
    """(that of one with two dealerships, {"casa": id, name, key and car, "atlas": …})."""
    origin = migrated()
    origin, printed = _made_once("seeded", lambda folder: _copy(origin, folder), ["shell", "--no-imports", "-c", SEED])
    return origin, {name: SimpleNamespace(**seed) for name, seed in json.loads(printed).items()}


def _made_once(name, begin, command):
    """[a database, what `manage.py …` printed in it]: whoever comes first makes it, and the others wait."""
    folder = Path(os.environ[RUN])
    made = folder / f"{name}.json"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            origin = begin(folder)
            made.write_text(json.dumps([origin, manage(command, environment(_url_of(origin), folder))]))
    return json.loads(made.read_text())


# --- How -----------------------------------------------------------------------------------------


def _copy(origin, folder):
    """A new database, named as in `migrated`: a copy of `origin`, or an empty one without."""
    name = f"steerleads_scratch_{os.getpid()}_{next(NUMBERS)}"
    if connection.vendor == "postgresql":
        _tell_postgresql(f"CREATE DATABASE {name}" + (f" TEMPLATE {origin}" if origin else ""))
        return name
    path = f"{folder}/{name}.sqlite3"
    if origin:
        shutil.copy(origin, path)
    return path


def _drop(made):
    if connection.vendor == "postgresql":
        _tell_postgresql(f"DROP DATABASE IF EXISTS {made} WITH (FORCE)")


def _tell_postgresql(statement):
    with psycopg.connect(_url_of("postgres"), autocommit=True) as opened:
        opened.execute(statement)


def _url_of(made):
    if connection.vendor == "sqlite":
        return f"sqlite:///{made}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{made}").geturl()
