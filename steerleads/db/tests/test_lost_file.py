"""A SQLite file that is deleted, moved, replaced or damaged under a running server: nothing is acknowledged in vain."""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from steerleads.tests.servers import running_server, wait_until

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="only on SQLite"),
]
LEAD = {"action": "Call", "targetName": "Sara Alami", "targetInfo": "+212-600-123456"}
SECONDS_TO_NOTICE = 2


@pytest.fixture
def server():
    with running_server(threads=2) as server:
        server.file = Path(server.database_url.removeprefix("sqlite:///"))
        yield server


def write(server):
    return server.call("POST", f"/v1/leads/car/{server.casa.car}", LEAD, key=server.casa.key)


def read(server, lead):
    return server.call("GET", f"/v1/leads/{lead}", key=server.casa.key)


def at_path(server, lead):
    """Whether the file that lies at the path has this lead."""
    with closing(sqlite3.connect(f"file:{server.file}?mode=ro", uri=True)) as opened:
        return bool(opened.execute("SELECT 1 FROM leads_lead WHERE id = ?", [lead.replace("-", "")]).fetchone())


def copy_of(server):
    """A whole copy, as `backup` makes it."""
    copy = server.folder / "copy"
    server.manage("backup", copy)
    return copy


def delete(server):
    server.file.unlink()


def move_away(server):
    server.file.rename(server.folder / "elsewhere")


def put_something_else(server):
    with closing(sqlite3.connect(server.folder / "other")) as other:
        other.execute("CREATE TABLE cats (name)")
    os.replace(server.folder / "other", server.file)


def delete_wal(server):
    Path(f"{server.file}-wal").unlink()


@pytest.mark.parametrize("do", [delete, move_away, put_something_else, delete_wal])
def test_nothing_is_acknowledged_that_nobody_will_see(server, do):
    lead = write(server).json()["id"]
    assert read(server, lead).status == server.call("GET", "/readyz").status == 200
    do(server)
    time.sleep(0.6)  # at a -wal, it looks now and then
    answers = [write(server) for _ in range(6)]
    assert {answer.status for answer in answers} == {503}
    assert answers[0].json()["error"]["code"] == "SERVICE_UNAVAILABLE"
    wait_until(lambda: server.call("GET", "/readyz").status == 503, SECONDS_TO_NOTICE)
    assert "database" in server.call("GET", "/readyz").json()["message"]
    assert str(server.file) not in server.call("GET", "/readyz").json()["message"]
    wait_until(lambda: read(server, lead).status == 503, SECONDS_TO_NOTICE)
    assert server.log().count("while it is in use") == 1


def test_a_file_that_comes_back_is_used_again(server):
    lead = write(server).json()["id"]
    move_away(server)
    assert write(server).status == 503
    (server.folder / "elsewhere").rename(server.file)
    later = wait_until(lambda: (answer := write(server)).status == 201 and answer).json()["id"]
    wait_until(lambda: server.call("GET", "/readyz").status == 200)
    assert read(server, lead).status == read(server, later).status == 200
    assert "is used again" in server.log()


def test_another_file_of_ours_is_taken_over_with_nothing_of_the_old_one(server):
    old, copy = write(server).json()["id"], copy_of(server)
    lost = write(server).json()["id"]  # not in the copy, and perhaps only in the -wal
    os.replace(copy, server.file)
    answers = [write(server) for _ in range(12)]  # by threads that had the old file open, and by others
    assert {answer.status for answer in answers} <= {201, 503} and answers[-1].status == 201
    new = [answer.json()["id"] for answer in answers if answer.status == 201]
    wait_until(lambda: server.call("GET", "/readyz").status == 200)
    assert all(at_path(server, lead) for lead in [old, *new]) and not at_path(server, lost)
    assert read(server, lost).status == 404
    server.restart()
    with closing(sqlite3.connect(server.file)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


# --- Damage ------------------------------------------------------------------------------------


def overwrite_pages_of(path, table):
    """Scribble over every page of a table, as a failing disk does."""
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = opened.execute("PRAGMA page_size").fetchone()[0]
        pages = [page for (page,) in opened.execute("SELECT pageno FROM dbstat WHERE name = ?", [table])]
    with path.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * size)
            file.write(b"\xa5" * size)


def test_a_damaged_table_is_503_and_said_with_its_remedy(server):
    lead = write(server).json()["id"]
    server.stop()
    overwrite_pages_of(server.file, "leads_lead")
    server.start()
    for answer in (read(server, lead), server.call("GET", "/v1/leads", key=server.casa.key), write(server)):
        assert answer.status == 503
    assert server.call("GET", "/readyz").status == 503
    assert "damaged" in server.call("GET", "/readyz").json()["message"]
    assert "manage.py restore" in server.log()


def test_damage_that_nobody_has_met_is_found_by_readyz(server):
    write(server)
    server.stop()
    overwrite_pages_of(server.file, "leads_lead")
    server.start()
    assert server.call("GET", "/readyz").status == 503
