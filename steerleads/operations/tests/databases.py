"""Databases that tests of backups fill, spoil and look into, and others who work with them meanwhile."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from itertools import count
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from steerleads.operations import backups

ON_POSTGRESQL = connection.vendor == "postgresql"
OTHER_KIND = next(kind.FIRST_BYTES for vendor, kind in backups.KINDS.items() if vendor != connection.vendor)
NUMBERS = count()

needs_programs = pytest.mark.skipif(
    ON_POSTGRESQL and not shutil.which("pg_dump"), reason="PostgreSQL's client programs are not installed"
)
only_sqlite = pytest.mark.skipif(ON_POSTGRESQL, reason="only on SQLite")
only_postgresql = pytest.mark.skipif(not ON_POSTGRESQL, reason="only on PostgreSQL")


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
