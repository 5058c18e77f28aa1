"""Backups of SQLite: its files, and who may open them during a restore."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from steerleads.operations import backups
from steerleads.operations.backups import sqlite
from steerleads.operations.tests.databases import connect, manage, only_sqlite, rows_of, run, spoil

pytestmark = [pytest.mark.long, only_sqlite]


def test_during_a_restore_no_process_of_ours_begins(database, backup, monkeypatch):
    replace = sqlite.replace

    def replace_slowly(*args):
        assert "being restored" in manage(database, "list_api_keys").stderr
        replace(*args)

    monkeypatch.setattr(sqlite, "replace", replace_slowly)
    backups.restore(database, backup)
    assert manage(database, "list_api_keys").returncode == 0


def test_sqlite_backup_is_one_plain_file(backup):
    assert backup.read_bytes()[18:20] == b"\x01\x01", "the header asks for a -wal file"
    with closing(sqlite3.connect(backup)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert list(backup.parent.iterdir()) == [backup]


@pytest.mark.parametrize("ending", ["", "-wal", "-shm", "-journal"])
def test_backup_over_the_database_itself_is_refused(untouched, ending):
    with pytest.raises(backups.BackupError, match="is the database itself"):
        backups.back_up(untouched, untouched.settings_dict["NAME"] + ending, overwrite=True)
    assert rows_of(untouched) == 2


def test_backup_beside_a_stale_wal_is_refused(untouched, tmp_path):
    (tmp_path / "backup-wal").touch()
    with pytest.raises(backups.BackupError, match="backup-wal lies there"):
        backups.back_up(untouched, tmp_path / "backup")


def test_restore_from_the_database_itself_is_refused(untouched):
    with pytest.raises(backups.BackupError, match="is the database itself"):
        backups.restore(untouched, untouched.settings_dict["NAME"])


def test_raw_copy_is_restored_with_its_wal(database, tmp_path):
    with closing(connect(database)) as opened:
        opened.execute("INSERT INTO pair VALUES (3), (4)")
        opened.commit()
        for ending in ("", "-wal"):
            shutil.copy(database.settings_dict["NAME"] + ending, tmp_path / f"copy{ending}")
    run(database, "DELETE FROM pair")
    backups.restore(database, tmp_path / "copy")
    assert rows_of(database) == 4


def test_damaged_database_gives_no_backup(database, tmp_path):
    spoil(Path(database.settings_dict["NAME"]), "scribbled over")
    with pytest.raises(backups.BackupError, match="damaged"):
        backups.back_up(database, tmp_path / "backup")
    assert list(tmp_path.iterdir()) == []
