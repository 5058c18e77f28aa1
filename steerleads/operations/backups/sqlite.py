"""SQLite: the online backup API in both directions, so that others see all of it or nothing."""

import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

from steerleads.db.sqlite.files import make_file
from steerleads.operations.backups.errors import BackupError

FIRST_BYTES = b"SQLite format 3\0"
LOCK_TIMEOUT = 15  # seconds to wait for somebody who holds the database
PAGES_A_STEP = 1000


def copy(database, draft, report):
    live = _live(database)
    if not live.is_file():
        raise BackupError(f"There is no database at {live} yet.")
    with closing(_open(live, "rw")) as source, closing(_open(draft, "rw")) as copy:
        # Holds one moment in time: without it, each write of another process would start the copy anew.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master")
        # Nobody wants half a draft back, and it is synced once it is whole.
        copy.execute("PRAGMA journal_mode=OFF")
        copy.execute("PRAGMA synchronous=OFF")
        _copy_pages(source, copy, report)
        copy.execute("PRAGMA journal_mode=DELETE")  # the copied header says WAL, which would want files beside it
        if damage := _damage(copy):
            raise BackupError(f"The database at {live} is damaged: {damage}. No backup was kept.")


def replace(database, source, report):
    live = _live(database)
    if live.exists() and live.samefile(source):
        raise BackupError(f"{source} is the database itself. Name a file that `backup` wrote.")
    make_file(live)
    try:
        with closing(_read(source)) as backup, closing(_open(live, "rwc")) as target:
            # In WAL, others read what was until the last page is in.
            target.execute("PRAGMA journal_mode=WAL")
            # Python's backup() would wait for a writer without end; this waits for LOCK_TIMEOUT.
            target.execute("BEGIN IMMEDIATE")
            target.execute("ROLLBACK")
            _copy_pages(backup, target, report)
    except sqlite3.Error as error:
        raise BackupError(
            f"The database at {live} answers: {error}. If it is locked, stop the server;"
            " if it is damaged, move it and its -wal and -shm files away."
        ) from None


def _copy_pages(source, target, report):
    page = _page_size(source)
    source.backup(target, pages=PAGES_A_STEP, progress=lambda _, left, total: report((total - left) * page))


def directly(database):
    """There is nothing between us and a file."""
    return database


@contextmanager
def others_at_work(database):
    """Gives a sentence if other processes use the database, or "": then none of ours can begin to meanwhile."""
    live = _live(database)
    with database.file.used_by_nobody_else() as is_ours_alone:
        is_free = is_ours_alone and (not live.exists() or _is_let_go(live))
        yield "" if is_free else f"Other processes use the database at {live}."


def _is_let_go(live):
    """Whether nobody at all has it open: SQLite leaves its WAL mode only then, and `replace` goes back to it."""
    try:
        with closing(_open(live, "rw", timeout=0)) as opened:
            return opened.execute("PRAGMA journal_mode=DELETE").fetchone()[0] == "delete"
    except sqlite3.OperationalError:
        return False
    except sqlite3.DatabaseError:  # damaged: what is to be replaced
        return True


def holds_product(source):
    try:
        with closing(_read(source)) as backup:
            # SQLite itself reads a last page that was cut as if it ended in zeros.
            cut = source.stat().st_size % _page_size(backup)
            damage = "its last page is not whole" if cut else _damage(backup)
            tables = backup.execute("SELECT count(*) FROM sqlite_master WHERE name = 'django_migrations'").fetchone()
    except sqlite3.Error as error:
        damage = error
    if damage:
        raise BackupError(f"{source} is damaged or cut short: {damage}.")
    return tables[0]


def _damage(opened):
    """What SQLite finds wrong with a database, or nothing."""
    verdict = opened.execute("PRAGMA integrity_check(1)").fetchone()[0]
    return "" if verdict == "ok" else verdict


def _page_size(opened):
    return opened.execute("PRAGMA page_size").fetchone()[0]


def _live(database):
    if database.is_in_memory_db():
        raise BackupError("The database is in memory. Only a database in a file is backed up and restored.")
    return Path(database.settings_dict["NAME"]).resolve()


def refuse_target(database, target):
    """Raise BackupError if a backup at `target` would be taken for part of a database."""
    live = _live(database)
    if target in (live, *_companions(live)):
        raise BackupError(f"{target} is the database itself. Choose another name.")
    for companion in _companions(target):
        if companion.exists():
            raise BackupError(f"{companion} lies there, and SQLite would read it as part of {target}. Move it away.")


def _companions(path):
    return [path.with_name(path.name + ending) for ending in ("-wal", "-shm", "-journal")]


def _read(path):
    # "immutable" keeps SQLite from making files beside a backup; a raw copy that came with its -wal needs that one.
    alone = not any(companion.exists() for companion in _companions(path))
    return _open(path, "ro&immutable=1" if alone else "ro")


def _open(path, mode, *, timeout=None):
    timeout = LOCK_TIMEOUT if timeout is None else timeout
    return sqlite3.connect(f"{path.as_uri()}?mode={mode}", uri=True, timeout=timeout, isolation_level=None)
