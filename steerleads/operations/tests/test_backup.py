"""Backup and restore, against scratch databases of whichever kind the suite runs on."""

import os
import pty
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from steerleads.operations import backups
from steerleads.operations.backups import postgresql, sqlite
from steerleads.tests import servers
from steerleads.tests.servers import running_server

ON_POSTGRESQL = connection.vendor == "postgresql"
OTHER_KIND = next(kind.FIRST_BYTES for vendor, kind in backups.KINDS.items() if vendor != connection.vendor)
NUMBERS = count()
PATH = os.environ["PATH"]
REAL_PG_RESTORE = shutil.which("pg_restore")

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        ON_POSTGRESQL and not shutil.which("pg_dump"), reason="PostgreSQL's client programs are not installed"
    ),
]
only_sqlite = pytest.mark.skipif(ON_POSTGRESQL, reason="only on SQLite")
only_postgresql = pytest.mark.skipif(not ON_POSTGRESQL, reason="only on PostgreSQL")


# --- A backup ----------------------------------------------------------------------------------


def test_backup_taken_while_another_writes_holds_whole_transactions(database, empty, tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite, "PAGES_A_STEP", 20)
    kept = [2]
    with writing_pairs(database) as await_a_write:
        for number in range(5):
            await_a_write()
            backups.back_up(database, tmp_path / f"{number}", report=await_a_write)
            backups.restore(empty, tmp_path / f"{number}")
            kept.append(rows_of(empty))
    assert all(rows % 2 == 0 for rows in kept)
    assert kept == sorted(set(kept)), "a backup misses what was written before it"


def test_restore_brings_back_what_the_backup_held(database, tmp_path):
    assert manage(database, "backup", tmp_path / "backup").returncode == 0
    run(database, "DELETE FROM pair")
    answer = manage(database, "restore", tmp_path / "backup", "--yes")
    assert (answer.returncode, answer.stdout) == (0, "")
    assert "Restored" in answer.stderr and "migrate" not in answer.stderr
    assert rows_of(database) == 2


def test_backup_prints_its_path_alone_and_is_for_its_owner_alone(untouched, tmp_path):
    target = tmp_path / "backup"
    answer = manage(untouched, "backup", target)
    assert answer.stdout == f"{target}\n"
    assert answer.stderr.endswith(f": {target.stat().st_size:,} bytes.\n") and answer.stderr.count("\n") == 1
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [target]


def test_existing_file_is_replaced_only_by_force(untouched, tmp_path):
    target = tmp_path / "backup"
    target.write_text("older")
    answer = manage(untouched, "backup", target)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert "exists already" in answer.stderr and target.read_text() == "older"
    assert manage(untouched, "backup", target, "--force").returncode == 0
    assert target.read_bytes().startswith(backups.KINDS[connection.vendor].FIRST_BYTES)


@pytest.mark.parametrize(("name", "words"), [("missing/backup", "folder .*missing does not exist"), ("", "not a file")])
def test_backup_to_an_unfit_place_is_refused(untouched, tmp_path, name, words):
    with pytest.raises(backups.BackupError, match=words):
        backups.back_up(untouched, tmp_path / name, overwrite=True)
    assert list(tmp_path.iterdir()) == []


def test_backup_that_fails_leaves_the_older_one_and_nothing_else(untouched, tmp_path):
    target = tmp_path / "backup"
    target.write_text("older")
    nowhere = untouched.copy()
    nowhere.settings_dict["NAME"] += "_of_nobody"
    with pytest.raises(backups.BackupError, match="no database|does not exist"):
        backups.back_up(nowhere, target, overwrite=True)
    assert list(tmp_path.iterdir()) == [target] and target.read_text() == "older"


# --- A restore ---------------------------------------------------------------------------------


def spoil(path, how):
    whole = path.read_bytes()
    contents = {
        "empty": b"",
        "text": b"id,name\n1,Anna\n" * 100,
        "other kind": OTHER_KIND + whole[16:],
        "cut short": whole[:-5000],
        "cut by a little": whole[:-200],
        "cut to its beginning": whole[:50],
        "scribbled over": whole[:20_000] + b"\xa5" * 20_000 + whole[40_000:],
    }
    path.write_bytes(contents[how])


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("empty", "is empty"),
        ("text", "not a backup"),
        ("other kind", "is a backup of .*, and this database is"),
        ("cut short", "damaged or cut short"),
        ("cut by a little", "damaged or cut short"),
        ("cut to its beginning", "damaged or cut short"),
        ("scribbled over", "damaged or cut short"),
    ],
)
def test_unfit_file_is_refused_and_changes_nothing(untouched, backup, how, words):
    spoil(backup, how)
    with pytest.raises(backups.BackupError, match=words):
        backups.restore(untouched, backup)
    assert rows_of(untouched) == 2
    assert list(backup.parent.iterdir()) == [backup]


def test_database_of_something_else_is_refused(untouched, database, tmp_path):
    run(database, "ALTER TABLE django_migrations RENAME TO something_else")
    backups.back_up(database, tmp_path / "backup")
    with pytest.raises(backups.BackupError, match="a database of something else"):
        backups.restore(untouched, tmp_path / "backup")


@pytest.mark.parametrize("name", ["missing", ""])
def test_file_that_cannot_be_read_is_refused(untouched, tmp_path, name):
    with pytest.raises(backups.BackupError, match="cannot be read"):
        backups.restore(untouched, tmp_path / name)


def test_restore_without_a_terminal_wants_a_yes(untouched, backup):
    answer = manage(untouched, "restore", backup)
    assert answer.returncode == 1 and "Add --yes" in answer.stderr
    assert rows_of(untouched) == 2


@pytest.mark.parametrize(("typed", "code", "left"), [("yes", 1, 2), ("restore", 0, 0)])
def test_restore_on_a_terminal_wants_the_word(database, backup, typed, code, left):
    terminal, keyboard = pty.openpty()
    os.write(terminal, f"{typed}\n".encode())
    answer = manage(database, "restore", backup, stdin=keyboard)
    assert "Type the word restore" in answer.stderr
    assert (answer.returncode, rows_of(database)) == (code, left)


def test_backup_of_another_version_says_what_is_left_to_do(database, tmp_path):
    run(database, "DELETE FROM django_migrations WHERE app = 'sessions'")
    run(database, "INSERT INTO django_migrations (app, name, applied) VALUES ('leads', '9999_later', '2030-01-01')")
    backups.back_up(database, tmp_path / "backup")
    answer = manage(database, "restore", tmp_path / "backup", "--yes")
    assert "Run `manage.py migrate`: migrations missing: 1." in answer.stderr
    assert "Migrations unknown here: 1." in answer.stderr


def test_tables_that_the_backup_does_not_know_are_gone(database, backup):
    run(database, "CREATE TABLE later (id integer REFERENCES django_migrations (id))")
    run(database, "INSERT INTO later SELECT max(id) FROM django_migrations")
    backups.restore(database, backup)
    with pytest.raises((sqlite3.OperationalError, psycopg.errors.UndefinedTable)):
        run(database, "SELECT * FROM later")


def test_restore_fills_an_empty_database(backup, empty):
    backups.restore(empty, backup)
    assert rows_of(empty) == 0
    assert run(empty, "SELECT count(*) FROM django_migrations")[0][0] > 20


def test_those_who_read_meanwhile_see_all_or_nothing(database, tmp_path):
    insert_many(database, 39_998)
    backups.back_up(database, tmp_path / "backup")
    run(database, "DELETE FROM pair")
    with reading(database) as seen:
        backups.restore(database, tmp_path / "backup", force=True)
        wait_for(lambda: 40_000 in seen)
    assert seen == {0, 40_000}


def test_database_that_others_hold_is_not_restored(database, backup, monkeypatch):
    monkeypatch.setattr(sqlite, "LOCK_TIMEOUT", 0.2)
    monkeypatch.setattr(postgresql, "DROP_ALL_TABLES", postgresql.DROP_ALL_TABLES.replace("'15s'", "'200ms'"))
    with closing(connect(database)) as somebody:
        if not ON_POSTGRESQL:
            somebody.execute("BEGIN IMMEDIATE")
        somebody.execute("INSERT INTO pair VALUES (1)")
        with pytest.raises(backups.BackupError, match="database is locked|lock timeout. Somebody is using"):
            backups.restore(database, backup, force=True)
        somebody.commit()
    assert rows_of(database) == 3


def test_a_database_that_others_use_is_restored_only_by_force(database, backup):
    with closing(connect(database)) as somebody:
        somebody.execute("SELECT count(*) FROM pair").fetchone()
        somebody.rollback()
        answer = manage(database, "restore", backup, "--yes")
        assert answer.returncode == 1 and "Nothing was restored." in answer.stderr
        assert "Stop the server" in answer.stderr and "--force" in answer.stderr
        assert rows_of(database) == 2
        assert manage(database, "restore", backup, "--yes", "--force").returncode == 0
    assert rows_of(database) == 0


def test_a_server_keeps_restore_away_until_it_has_ended_however_it_ends(tmp_path):
    with running_server(workers=2) as server:
        assert server.call("GET", "/v1/leads", key=server.casa.key).status == 200
        server.manage("backup", tmp_path / "backup")
        restore = partial(servers.run, ["restore", tmp_path / "backup", "--yes"], server.env)
        assert restore().returncode == 1
        server.kill()  # nothing is left behind that would keep it away
        wait_for(lambda: restore().returncode == 0)


# --- SQLite's own ------------------------------------------------------------------------------


@only_sqlite
def test_during_a_restore_no_process_of_ours_begins(database, backup, monkeypatch):
    replace = sqlite.replace

    def replace_slowly(*args):
        assert "being restored" in manage(database, "list_api_keys").stderr
        replace(*args)

    monkeypatch.setattr(sqlite, "replace", replace_slowly)
    backups.restore(database, backup)
    assert manage(database, "list_api_keys").returncode == 0


@only_sqlite
def test_sqlite_backup_is_one_plain_file(backup):
    assert backup.read_bytes()[18:20] == b"\x01\x01", "the header asks for a -wal file"
    with closing(sqlite3.connect(backup)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert list(backup.parent.iterdir()) == [backup]


@only_sqlite
@pytest.mark.parametrize("ending", ["", "-wal", "-shm", "-journal"])
def test_backup_over_the_database_itself_is_refused(untouched, ending):
    with pytest.raises(backups.BackupError, match="is the database itself"):
        backups.back_up(untouched, untouched.settings_dict["NAME"] + ending, overwrite=True)
    assert rows_of(untouched) == 2


@only_sqlite
def test_backup_beside_a_stale_wal_is_refused(untouched, tmp_path):
    (tmp_path / "backup-wal").touch()
    with pytest.raises(backups.BackupError, match="backup-wal lies there"):
        backups.back_up(untouched, tmp_path / "backup")


@only_sqlite
def test_restore_from_the_database_itself_is_refused(untouched):
    with pytest.raises(backups.BackupError, match="is the database itself"):
        backups.restore(untouched, untouched.settings_dict["NAME"])


@only_sqlite
def test_raw_copy_is_restored_with_its_wal(database, tmp_path):
    with closing(connect(database)) as opened:
        opened.execute("INSERT INTO pair VALUES (3), (4)")
        opened.commit()
        for ending in ("", "-wal"):
            shutil.copy(database.settings_dict["NAME"] + ending, tmp_path / f"copy{ending}")
    run(database, "DELETE FROM pair")
    backups.restore(database, tmp_path / "copy")
    assert rows_of(database) == 4


@only_sqlite
def test_damaged_database_gives_no_backup(database, tmp_path):
    spoil(Path(database.settings_dict["NAME"]), "scribbled over")
    with pytest.raises(backups.BackupError, match="damaged"):
        backups.back_up(database, tmp_path / "backup")
    assert list(tmp_path.iterdir()) == []


# --- PostgreSQL's own --------------------------------------------------------------------------


@only_postgresql
def test_sessions_that_are_shared_are_refused_before_anything_is_done(untouched, backup, tmp_path, monkeypatch):
    monkeypatch.setattr(postgresql.pooler, "is_shared", lambda parameters: True)
    for act in (backups.back_up, backups.restore):
        with pytest.raises(backups.BackupError, match="A pooler .* BACKUP_DATABASE_URL"):
            act(untouched, backup if act is backups.restore else tmp_path / "other")
    assert rows_of(untouched) == 2 and list(tmp_path.iterdir()) == [backup]


@only_postgresql
def test_the_way_that_backup_database_url_names_is_gone(untouched, backup, tmp_path, settings):
    names = ("NAME", "USER", "PASSWORD", "HOST", "PORT")
    settings.BACKUP_DATABASE = {name: untouched.settings_dict[name] for name in names} | {"OPTIONS": {}}
    pooled = untouched.copy()
    pooled.settings_dict.update(HOST="127.0.0.1", PORT=1)  # not gone
    assert backups.back_up(pooled, tmp_path / "other") > 0


@only_postgresql
def test_a_backup_database_url_of_another_database_is_refused(untouched, empty, tmp_path, settings):
    names = ("NAME", "USER", "PASSWORD", "HOST", "PORT")
    settings.BACKUP_DATABASE = {name: empty.settings_dict[name] for name in names} | {"OPTIONS": {}}
    with pytest.raises(backups.BackupError, match="leads to another database"):
        backups.back_up(untouched, tmp_path / "other")


@pytest.fixture
def programs(tmp_path_factory, monkeypatch):
    """A PATH of its own, to put other programs in."""
    folder = tmp_path_factory.mktemp("programs")
    monkeypatch.setenv("PATH", str(folder))
    return folder


def put(folder, program, script):
    (folder / program).write_text(f"#!/bin/sh\n{script}\n")
    (folder / program).chmod(0o700)


@only_postgresql
def test_password_stays_off_the_command_line(untouched, programs, tmp_path):
    put(programs, "pg_dump", f'echo "$PGPASSWORD $PGDATABASE / $@" > {tmp_path}/seen')
    guarded = untouched.copy()
    guarded.settings_dict["PASSWORD"] = "s3 cret"
    backups.back_up(guarded, tmp_path / "backup")
    environment, arguments = (tmp_path / "seen").read_text().split("/", 1)
    assert environment == f"s3 cret {guarded.settings_dict['NAME']} "
    assert "s3" not in arguments and "--no-password" in arguments


@only_postgresql
def test_missing_pg_dump_is_said(untouched, programs, tmp_path):
    with pytest.raises(backups.BackupError, match="pg_dump is not installed, or not in PATH. Install"):
        backups.back_up(untouched, tmp_path / "backup")


@only_postgresql
def test_older_pg_dump_is_said(untouched, programs, tmp_path):
    put(
        programs,
        "pg_dump",
        "echo 'pg_dump: error: aborting because of server version mismatch' >&2\n"
        "echo 'pg_dump: detail: server version: 16.1; pg_dump version: 15.18' >&2\nexit 1",
    )
    with pytest.raises(backups.BackupError, match="mismatch; server version: 16.1; pg_dump version: 15.18. Install"):
        backups.back_up(untouched, tmp_path / "backup")


@only_postgresql
def test_server_that_is_away_is_said(untouched, backup, tmp_path):
    away = untouched.copy()
    away.settings_dict.update(HOST="127.0.0.1", PORT=1)
    with pytest.raises(backups.BackupError, match="pg_dump says: connection .* refused. Is the database running"):
        backups.back_up(away, tmp_path / "other")
    with pytest.raises(backups.BackupError, match="psql says: connection .* refused. Is the database running"):
        backups.restore(away, backup)


@only_postgresql
def test_extension_stays_as_the_administrator_made_it(database, backup):
    made = run(database, "SELECT oid, extname FROM pg_extension ORDER BY oid")
    backups.restore(database, backup)
    assert run(database, "SELECT oid, extname FROM pg_extension ORDER BY oid") == made
    assert run(database, "SELECT 1 FROM pg_indexes WHERE indexname = 'lead_searched'") == [(1,)]


@only_postgresql
def test_pg_restore_that_dies_half_way_changes_nothing(untouched, backup, programs, monkeypatch):
    put(
        programs,
        "pg_restore",
        f'case "$*" in *--use-list*) {REAL_PG_RESTORE} "$@" | sed /^COMMIT/d; exit 1;; esac\n{REAL_PG_RESTORE} "$@"',
    )
    monkeypatch.setenv("PATH", f"{programs}:{PATH}")
    with pytest.raises(backups.BackupError, match="could not read"):
        backups.restore(untouched, backup)
    assert rows_of(untouched) == 2


# --- Scratch databases -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    with scratch_database(tmp_path_factory.mktemp("migrated")) as database:
        made = manage(database, "migrate", "--verbosity=0")
        assert made.returncode == 0, made.stderr
        run(database, "CREATE TABLE pair (number integer)")
        yield database


@pytest.fixture(scope="module")
def early(migrated, tmp_path_factory):
    """A backup of the time before the first rows."""
    path = tmp_path_factory.mktemp("early") / "backup"
    backups.back_up(migrated, path)
    run(migrated, "INSERT INTO pair VALUES (1), (2)")
    return path


@pytest.fixture(scope="module")
def untouched(migrated, early):
    """A database with two rows, for tests that leave it as it is."""
    return migrated


@pytest.fixture
def database(untouched, tmp_path_factory):
    with scratch_database(tmp_path_factory.mktemp("database"), untouched) as database:
        yield database


@pytest.fixture
def empty(tmp_path_factory):
    with scratch_database(tmp_path_factory.mktemp("empty")) as database:
        yield database


@pytest.fixture
def backup(early, tmp_path):
    """A backup that knows no rows, alone in its folder."""
    return Path(shutil.copy(early, tmp_path / "backup"))


@contextmanager
def scratch_database(folder, template=None):
    database = connection.copy()
    if not ON_POSTGRESQL:
        database.settings_dict["NAME"] = str(folder / "steerleads.sqlite3")
        if template:
            shutil.copy(template.settings_dict["NAME"], folder / "steerleads.sqlite3")
        yield database
        return
    name = database.settings_dict["NAME"] = f"steerleads_backup_{os.getpid()}_{next(NUMBERS)}"
    origin = f"TEMPLATE {template.settings_dict['NAME']}" if template else ""
    with server() as cursor:
        cursor.execute(f"CREATE DATABASE {name} {origin}")
    try:
        yield database
    finally:
        with server() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def server():
    parameters = {**connection.get_connection_params(), "dbname": "postgres"}
    with closing(psycopg.connect(**parameters, autocommit=True)) as opened:
        yield opened


def connect(database):
    if ON_POSTGRESQL:
        return psycopg.connect(**database.get_connection_params())
    opened = sqlite3.connect(database.settings_dict["NAME"], timeout=20, check_same_thread=False)
    opened.execute("PRAGMA journal_mode=WAL")
    return opened


def run(database, statement):
    with closing(connect(database)) as opened:
        cursor = opened.execute(statement)
        rows = cursor.fetchall() if cursor.description else []
        opened.commit()
        return rows


def rows_of(database):
    return run(database, "SELECT count(*) FROM pair")[0][0]


def insert_many(database, number):
    numbers = f"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {number})"
    run(database, f"INSERT INTO pair {numbers} SELECT i FROM n")


def manage(database, *arguments, stdin=subprocess.DEVNULL):
    name = database.settings_dict["NAME"]
    url = (
        urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
        if ON_POSTGRESQL
        else f"sqlite:///{name}"
    )
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": url},
        stdin=stdin,
        capture_output=True,
        text=True,
        timeout=60,
    )


# --- Others who are at work --------------------------------------------------------------------


@contextmanager
def at_work(step):
    """Another thread that repeats `step` until the block ends."""
    over = threading.Event()

    def work():
        while not over.is_set():
            step()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def writing_pairs(database):
    """Somebody who adds two rows a transaction; gives a function that waits for the next one."""
    written, waits = [], iter(range(200))

    def await_a_write(*_):
        assert next(waits, None) is not None, "each write starts the copy anew"
        before = len(written)
        wait_for(lambda: len(written) > before)

    with closing(connect(database)) as opened:

        def write_pair():
            opened.execute("INSERT INTO pair VALUES (1)")
            opened.execute("INSERT INTO pair VALUES (2)")
            opened.commit()
            written.append("pair")

        with at_work(write_pair):
            await_a_write()
            yield await_a_write


@contextmanager
def reading(database):
    """Somebody who counts the rows again and again; gives the set of the numbers seen, as a live set."""
    seen = set()
    with closing(connect(database)) as opened:

        def read():
            seen.add(opened.execute("SELECT count(*) FROM pair").fetchone()[0])
            opened.commit()

        with at_work(read):
            wait_for(lambda: seen)
            yield seen


def wait_for(fact):
    until = time.monotonic() + 20
    while not fact():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.005)
