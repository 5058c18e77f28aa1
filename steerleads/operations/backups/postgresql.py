"""PostgreSQL: its own programs, pg_dump, pg_restore and psql."""

import os
import re
import subprocess
import tempfile
from contextlib import contextmanager

import psycopg
from django.conf import settings
from psycopg.pq import Conninfo

from steerleads.db.postgresql import pooler
from steerleads.operations.backups.errors import BackupError, ProgramFailed

FIRST_BYTES = b"PGDMP"
LOCK_TIMEOUT = 15  # seconds to wait for somebody who holds the database
EXTENSION = re.compile(r"^\d+; \d+ \d+ (?:COMMENT - EXTENSION|EXTENSION -) (\S+)", re.MULTILINE)
ADVICE = {
    "version mismatch": "Install PostgreSQL's client programs in the server's version or newer.",
    "connection to server": "Is the database running, and DATABASE_URL right?",
    "translate host name": "Is DATABASE_URL right?",
    "lock timeout": "Somebody is using the database: stop the server first.",
}
WHICH = """
SELECT (SELECT system_identifier FROM pg_control_system()), oid FROM pg_database WHERE datname = current_database()"""
OTHERS = """
SELECT count(*), string_agg(DISTINCT usename || '@' || coalesce(host(client_addr), 'local'), ', ') FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
# Drops what the backup does not know, too: a newer version's tables would hold on to the ones to be replaced.
DROP_ALL_TABLES = f"""
SET LOCAL lock_timeout = '{LOCK_TIMEOUT}s';
SET LOCAL client_min_messages = error;
DO $$ DECLARE tables text; BEGIN
    SELECT string_agg(oid::regclass::text, ', ') INTO tables FROM pg_class
        WHERE relkind IN ('r', 'p') AND relnamespace = quote_ident(current_schema())::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = oid AND deptype = 'e');
    IF tables IS NOT NULL THEN EXECUTE 'DROP TABLE ' || tables || ' CASCADE'; END IF;
END $$;
"""


def directly(database):
    """The connection by which PostgreSQL's programs are to go: that of BACKUP_DATABASE_URL, or the product's own.

    Raises BackupError behind a pooler that shares sessions: there, what pg_dump and pg_restore set for themselves (a
    search_path without any schema) stays for the product to stumble over.
    """
    way = _way(database)
    try:
        if pooler.is_shared(way.get_connection_params()):
            raise BackupError(
                "A pooler stands before PostgreSQL and shares its sessions: the product would break while this runs. "
                "Name a direct way by BACKUP_DATABASE_URL, like postgres://user:password@host:5432/name"
            )
    except psycopg.OperationalError:
        pass  # which the programs say better
    return way


def _way(database):
    if not settings.BACKUP_DATABASE:
        return database
    way = database.copy()
    way.settings_dict = {**way.settings_dict, **settings.BACKUP_DATABASE}
    ours, other = _which(database), _which(way)
    if ours and other and ours != other:
        raise BackupError("BACKUP_DATABASE_URL leads to another database than DATABASE_URL. Let the two agree.")
    return way


def _which(database):
    """What tells a database from all others; None if it cannot be reached, or does not say."""
    try:
        return _ask(database, WHICH)
    except psycopg.Error:
        return None


def _ask(database, question):
    with psycopg.connect(**{**database.get_connection_params(), "prepare_threshold": None}) as connection:
        return connection.execute(question).fetchone()


@contextmanager
def others_at_work(database):
    """Gives a sentence if others are connected to the database, or ""."""
    try:
        number, who = _ask(database, OTHERS)
    except psycopg.OperationalError:
        number = 0  # psql will say it
    yield f"{number} others are connected to the database ({who})." if number else ""


def copy(database, draft, report):
    _run(
        ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--no-password"]
        + [f"--lock-wait-timeout={LOCK_TIMEOUT}s", f"--file={draft}"],
        env=_environment(database),
        meanwhile=lambda: report(draft.stat().st_size),
    )


def replace(database, source, report):
    """pg_restore writes SQL, psql runs it: only so can the DROP stand in the same transaction.

    pg_restore's own last word is COMMIT, so that if it dies, or psql does, nothing has changed.
    """
    listing = _run(["pg_restore", "--list", str(source)])
    extensions = "".join(f'CREATE EXTENSION IF NOT EXISTS "{name}";' for name in set(EXTENSION.findall(listing)))
    with tempfile.NamedTemporaryFile("w", suffix=".list") as wanted:
        # An extension stays as it is: often it belongs to the administrator, and we may not drop it.
        wanted.write(EXTENSION.sub(r";\g<0>", listing))
        wanted.flush()
        with _start(
            ["pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction"]
            + ["--exit-on-error", f"--use-list={wanted.name}", "--file=-", str(source)],
            stderr=subprocess.DEVNULL,
        ) as reading:
            _run(
                ["psql", "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1"]
                + ["--command=BEGIN", f"--command={DROP_ALL_TABLES}{extensions}", "--file=-"],
                env=_environment(database),
                stdin=reading.stdout,
            )
    if reading.returncode:
        raise BackupError(f"pg_restore could not read {source} to its end.")


def holds_product(source):
    try:
        listing = _run(["pg_restore", "--list", str(source)])
        # The list stands first in the file: only reading all of it shows a file that was cut short.
        _run(["pg_restore", f"--file={os.devnull}", str(source)])
    except ProgramFailed as error:
        raise BackupError(f"{source} is damaged or cut short. {error}") from None
    return re.search(r" TABLE \S+ django_migrations ", listing)


def _environment(database):
    """A connection as libpq's variables: nothing of it, least of all the password, shows on a command line."""
    names = {option.keyword.decode(): option.envvar.decode() for option in Conninfo.get_defaults() if option.envvar}
    return {names[key]: str(value) for key, value in database.get_connection_params().items() if key in names}


def _run(command, *, meanwhile=lambda: None, **how):
    """What the program wrote. Calls `meanwhile` every second."""
    with _start(command, stderr=subprocess.PIPE, **how) as process:
        while True:
            try:
                written, complaints = process.communicate(timeout=1)
                break
            except subprocess.TimeoutExpired:
                meanwhile()
    if process.returncode:
        raise ProgramFailed(_explain(command[0], complaints))
    return written


def _start(command, *, env=None, stdin=subprocess.DEVNULL, stderr):
    env = {**os.environ, **(env or {}), "LC_ALL": "C"}  # ADVICE knows the words of that language
    try:
        return subprocess.Popen(
            command, env=env, stdin=stdin, stdout=subprocess.PIPE, stderr=stderr, text=True, errors="replace"
        )
    except FileNotFoundError:
        raise BackupError(f"{command[0]} is not installed, or not in PATH. {ADVICE['version mismatch']}") from None


def _explain(program, complaints):
    errors = re.findall(r"(?:error:|ERROR:|detail: (?=server version)) *(.*)", complaints)
    words = "; ".join(errors[:2]) or complaints.strip() or "nothing"
    advice = [sentence for sign, sentence in ADVICE.items() if sign in complaints]
    return " ".join([f"{program} says: {words.rstrip('.')}.", *advice])
