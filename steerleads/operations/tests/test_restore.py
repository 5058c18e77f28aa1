"""What is restored, what is refused, and who is kept away meanwhile, on whichever kind the suite runs on."""

import os
import pty
import sqlite3
from contextlib import closing
from functools import partial

import psycopg
import pytest

from steerleads.operations import backups
from steerleads.operations.backups import postgresql, sqlite
from steerleads.operations.tests.databases import (
    ON_POSTGRESQL,
    connect,
    insert_many,
    manage,
    needs_programs,
    reading,
    rows_of,
    run,
    spoil,
    wait_for,
)
from steerleads.tests import commands
from steerleads.tests.servers import running_server

pytestmark = [pytest.mark.long, needs_programs]


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
        restore = partial(commands.run, ["restore", tmp_path / "backup", "--yes"], server.env)
        assert restore().returncode == 1
        server.kill()  # nothing is left behind that would keep it away
        wait_for(lambda: restore().returncode == 0)
