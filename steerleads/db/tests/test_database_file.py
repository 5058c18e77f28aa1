"""The file of an SQLite database is for its owner alone, wherever it lies and whoever makes it."""

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections

from steerleads.operations import backups

pytestmark = [
    pytest.mark.skipif(connection.vendor != "sqlite", reason="only on SQLite"),
    pytest.mark.django_db,
]


@pytest.fixture(autouse=True)
def _generous_umask():
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def database(tmp_path):
    """A database outside of var/ that is not there yet."""
    described = {**settings.DATABASES["default"], "NAME": str(tmp_path / "leads.sqlite3")}
    database = connections["default"].__class__(described, "another")
    yield database
    database.close()


def modes(folder):
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in Path(folder).iterdir()}


def test_a_new_database_and_the_files_beside_it_are_for_their_owner(database, tmp_path):
    with database.cursor() as cursor:
        cursor.execute("CREATE TABLE django_migrations (id)")
    assert modes(tmp_path) == dict.fromkeys([f"leads.sqlite3{end}" for end in ("", "-shm", "-users", "-wal")], 0o600)


def test_backups_and_what_they_bring_back_are_for_their_owner(database, tmp_path):
    with database.cursor() as cursor:
        cursor.execute("CREATE TABLE django_migrations (id)")
    backups.back_up(database, tmp_path / "backup")
    database.close()
    (tmp_path / "leads.sqlite3").unlink()
    backups.restore(database, tmp_path / "backup")
    assert set(modes(tmp_path).values()) == {0o600}


def test_an_existing_database_keeps_its_mode(database, tmp_path):
    with closing(sqlite3.connect(tmp_path / "leads.sqlite3")) as older:
        older.execute("CREATE TABLE django_migrations (id)")
    database.ensure_connection()
    assert modes(tmp_path)["leads.sqlite3"] == 0o644
