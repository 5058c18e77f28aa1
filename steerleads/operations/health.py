"""Whether the database holds what this version of the product expects, takes writes, and can be read."""

import math
import random
import threading
import time
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from cars.models import Car
from leads.models import Lead, LeadEvent
from steerleads.api.errors import DATABASE_ERRORS, NO_WRITES
from steerleads.db.damage import is_damage_known
from steerleads.db.sqlite.files import NotTheFile
from steerleads.dealers.models import ApiKey, Dealership

SECONDS_KEPT = 1
SECONDS_TO_ANSWER = 2
READ = (Dealership, ApiKey, Car, Lead, LeadEvent)
DAMAGED = "The database is damaged: restore a backup."


class Look(NamedTuple):
    at: float  # by the clock that nobody sets
    amiss: str


_looking = threading.Lock()
_complete = None  # the applied migrations of when none was missing: to work that out takes 13 ms
_latest = None


def migrations_apart(database):
    """How many migrations the database lacks, and how many it holds that this version of the product does not know."""
    executor = MigrationExecutor(database)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return len(missing), len(executor.loader.applied_migrations.keys() - executor.loader.disk_migrations.keys())


def what_is_amiss():
    """A sentence, or "". One look a second serves all who ask a process: anybody may, and none can make it work.

    While somebody looks, the others hear what was, and after SECONDS_TO_ANSWER that it takes too long.
    """
    if _age() < SECONDS_KEPT:
        return _latest.amiss
    if not _looking.acquire(timeout=0 if _latest else SECONDS_TO_ANSWER):
        return _latest.amiss if _age() < SECONDS_TO_ANSWER else "The database does not answer."
    try:
        return _latest.amiss if _age() < SECONDS_KEPT else _look_anew()
    finally:
        _looking.release()


def forget_looks():
    """For tests."""
    global _latest, _complete
    _latest = _complete = None


def _age():
    return time.monotonic() - _latest.at if _latest else math.inf


def _look_anew():
    global _latest
    amiss = _amiss()
    _latest = Look(time.monotonic(), amiss)
    return amiss


def _amiss():
    try:
        if connection.vendor == "sqlite":
            connection.ensure_connection()
            with connection.wrap_database_errors:
                connection.look_at_file(thoroughly=True)
        missing = _missing()
        if missing:
            return f"{missing} migrations are not applied. Run: python manage.py migrate"
        if not _takes_writes():
            return NO_WRITES
        for model in READ:
            _read_some(model)
    except DATABASE_ERRORS as error:
        return _in_words(error)
    return DAMAGED if is_damage_known() else ""


def _in_words(error):
    if isinstance(error.__cause__, NotTheFile):
        return str(error.__cause__)
    return DAMAGED if is_damage_known() else "The database cannot be reached."


def _missing():
    global _complete
    recorder = MigrationRecorder(connection)
    applied = recorder.applied_migrations().keys()
    if applied == _complete:
        return 0
    missing, _ = migrations_apart(connection)
    _complete = None if missing else applied
    return missing


def _takes_writes():
    if connection.vendor == "sqlite":
        return connection.is_file_writable()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('transaction_read_only') = 'off'")
        return cursor.fetchone()[0]


def _read_some(model):
    """The first row by its key, the last, and one between, another each time: so damage is found sooner or later."""
    table, key = (connection.ops.quote_name(name) for name in (model._meta.db_table, model._meta.pk.column))
    with connection.cursor() as cursor:
        ends = []
        for order in ("ASC", "DESC"):
            cursor.execute(f"SELECT {key}, * FROM {table} ORDER BY {key} {order} LIMIT 1")
            ends += cursor.fetchall()
        if ends:
            first, last = (model._meta.pk.to_python(row[0]).int for row in ends)
            between = UUID(int=random.randint(first, last))
            sought = model._meta.pk.get_db_prep_value(between, connection)
            cursor.execute(f"SELECT * FROM {table} WHERE {key} >= %s ORDER BY {key} LIMIT 1", [sought])
            cursor.fetchall()
