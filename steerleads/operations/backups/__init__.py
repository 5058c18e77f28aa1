"""Backs up and restores the whole database, SQLite or PostgreSQL, to and from one file."""

import sqlite3
from pathlib import Path

from steerleads.drafts import draft_of
from steerleads.operations.backups import postgresql as postgresql_kind
from steerleads.operations.backups import sqlite as sqlite_kind
from steerleads.operations.backups.errors import BackupError

NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
KINDS = {"sqlite": sqlite_kind, "postgresql": postgresql_kind}


def back_up(database, target, *, overwrite=False, report=lambda done: None):
    """Write all of a Django connection's database to the file `target` (mode 0600), and answer its size in bytes.

    The product may go on writing. `report` is called with the bytes done so far. Raises BackupError.
    """
    target = Path(target).resolve()
    try:
        _refuse_target(database, target, overwrite)
        database = KINDS[database.vendor].directly(database)
        with draft_of(target) as draft:
            KINDS[database.vendor].copy(database, draft, report)
    except OSError as error:
        raise BackupError(f"{target} cannot be written: {error.strerror}.") from None
    except sqlite3.Error as error:
        raise BackupError(f"The database could not be copied: {error}.") from None
    return target.stat().st_size


def restore(database, source, *, force=False, report=lambda done: None):
    """Replace all of a Django connection's database by what the backup `source` holds, whole or not at all.

    While others use the database, only by `force`: what they write meanwhile is lost. `report` is called with the bytes
    done so far. Raises BackupError, and then nothing has changed.
    """
    source = Path(source).resolve()
    _refuse_source(database, source)
    database.close()
    kind = KINDS[database.vendor]
    database = kind.directly(database)
    with kind.others_at_work(database) as others:
        if others and not force:
            raise BackupError(f"{others} Stop the server and its workers first, or use --force: their writes are lost.")
        kind.replace(database, source, report)


def _refuse_target(database, target, overwrite):
    if not target.parent.is_dir():
        raise BackupError(f"The folder {target.parent} does not exist. Make it first.")
    if database.vendor == "sqlite":
        sqlite_kind.refuse_target(database, target)
    if target.exists() and not target.is_file():
        raise BackupError(f"{target} is not a file. Name the file to write.")
    if target.exists() and not overwrite:
        raise BackupError(f"{target} exists already. Choose another name, or replace it with --force.")


def _refuse_source(database, source):
    try:
        with source.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise BackupError(f"{source} cannot be read: {error.strerror}.") from None
    kind = next((vendor for vendor, module in KINDS.items() if start.startswith(module.FIRST_BYTES)), None)
    if kind is None:
        raise BackupError(f"{source} is {'not a backup' if start else 'empty'}. Name a file that `backup` wrote.")
    if kind != database.vendor:
        raise BackupError(
            f"{source} is a backup of {NAMES[kind]}, and this database is {NAMES[database.vendor]}. See DATABASE_URL."
        )
    if not KINDS[kind].holds_product(source):
        raise BackupError(f"{source} is a database of something else: it has no table django_migrations.")
