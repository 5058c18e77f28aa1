"""What a backup holds and leaves behind, against scratch databases of whichever kind the suite runs on."""

import stat

import pytest
from django.db import connection

from steerleads.operations import backups
from steerleads.operations.backups import sqlite
from steerleads.operations.tests.databases import manage, needs_programs, rows_of, run, writing_pairs

pytestmark = [pytest.mark.long, needs_programs]


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
