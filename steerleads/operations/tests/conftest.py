"""Databases for tests of backups: one that is left as it is, and others to be written, emptied or restored."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from steerleads.operations import backups
from steerleads.operations.tests.databases import run, scratch_database
from steerleads.tests import databases


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    with databases.scratch_database(tmp_path_factory.mktemp("migrated")) as (url, _):
        database = connection.copy()
        database.settings_dict["NAME"] = urlsplit(url).path[1:]
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
