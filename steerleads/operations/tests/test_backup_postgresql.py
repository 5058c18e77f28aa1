"""Backups of PostgreSQL: its programs, poolers, and ways to the server."""

import os
import shutil

import pytest

from steerleads.operations import backups
from steerleads.operations.backups import postgresql
from steerleads.operations.tests.databases import (
    needs_programs,
    only_postgresql,
    rows_of,
    run,
)

PATH = os.environ["PATH"]
REAL_PG_RESTORE = shutil.which("pg_restore")

pytestmark = [pytest.mark.long, needs_programs, only_postgresql]


def test_sessions_that_are_shared_are_refused_before_anything_is_done(untouched, backup, tmp_path, monkeypatch):
    monkeypatch.setattr(postgresql.pooler, "is_shared", lambda parameters: True)
    for act in (backups.back_up, backups.restore):
        with pytest.raises(backups.BackupError, match="A pooler .* BACKUP_DATABASE_URL"):
            act(untouched, backup if act is backups.restore else tmp_path / "other")
    assert rows_of(untouched) == 2 and list(tmp_path.iterdir()) == [backup]


def test_the_way_that_backup_database_url_names_is_gone(untouched, backup, tmp_path, settings):
    names = ("NAME", "USER", "PASSWORD", "HOST", "PORT")
    settings.BACKUP_DATABASE = {name: untouched.settings_dict[name] for name in names} | {"OPTIONS": {}}
    pooled = untouched.copy()
    pooled.settings_dict.update(HOST="127.0.0.1", PORT=1)  # not gone
    assert backups.back_up(pooled, tmp_path / "other") > 0


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


def test_password_stays_off_the_command_line(untouched, programs, tmp_path):
    put(programs, "pg_dump", f'echo "$PGPASSWORD $PGDATABASE / $@" > {tmp_path}/seen')
    guarded = untouched.copy()
    guarded.settings_dict["PASSWORD"] = "s3 cret"
    backups.back_up(guarded, tmp_path / "backup")
    environment, arguments = (tmp_path / "seen").read_text().split("/", 1)
    assert environment == f"s3 cret {guarded.settings_dict['NAME']} "
    assert "cret" not in arguments and "--no-password" in arguments


def test_missing_pg_dump_is_said(untouched, programs, tmp_path):
    with pytest.raises(backups.BackupError, match="pg_dump is not installed, or not in PATH. Install"):
        backups.back_up(untouched, tmp_path / "backup")


def test_older_pg_dump_is_said(untouched, programs, tmp_path):
    put(
        programs,
        "pg_dump",
        "echo 'pg_dump: error: aborting because of server version mismatch' >&2\n"
        "echo 'pg_dump: detail: server version: 16.1; pg_dump version: 15.18' >&2\nexit 1",
    )
    with pytest.raises(backups.BackupError, match="mismatch; server version: 16.1; pg_dump version: 15.18. Install"):
        backups.back_up(untouched, tmp_path / "backup")


def test_server_that_is_away_is_said(untouched, backup, tmp_path):
    away = untouched.copy()
    away.settings_dict.update(HOST="127.0.0.1", PORT=1)
    with pytest.raises(backups.BackupError, match="pg_dump says: connection .* refused. Is the database running"):
        backups.back_up(away, tmp_path / "other")
    with pytest.raises(backups.BackupError, match="psql says: connection .* refused. Is the database running"):
        backups.restore(away, backup)


def test_extension_stays_as_the_administrator_made_it(database, backup):
    made = run(database, "SELECT oid, extname FROM pg_extension ORDER BY oid")
    backups.restore(database, backup)
    assert run(database, "SELECT oid, extname FROM pg_extension ORDER BY oid") == made
    assert run(database, "SELECT 1 FROM pg_indexes WHERE indexname = 'lead_searched'") == [(1,)]


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
