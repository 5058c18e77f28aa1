"""Processes die and databases go away while clients write: nothing acknowledged is lost, and all heals by itself."""

import json
import resource
import sqlite3
import tempfile
import time
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connection

from steerleads.tests.clients import BODY, Client, Writer, assert_nothing_is_lost, meanwhile, sizes, together
from steerleads.tests.commands import environment, manage, python
from steerleads.tests.databases import SEED
from steerleads.tests.postgres import running_cluster
from steerleads.tests.servers import Server, running_server, stopped_server, wait_until

pytestmark = pytest.mark.long

only_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="only on SQLite")
only_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="only on PostgreSQL")

WRITERS = 4


@contextmanager
def writing(server):
    """Clients that write to a car of their own while what is inside happens."""
    car = Client(server).new_car()
    writers = [Writer(server, car) for _ in range(WRITERS)]
    with meanwhile(*(writer.run for writer in writers)):
        yield writers


def wait_for_writes(writers, least=10):
    """Until each has gone on by so many."""
    goals = [writer.acknowledged + least for writer in writers]
    wait_until(lambda: all(writer.acknowledged >= goal for writer, goal in zip(writers, goals, strict=True)), 40)


def total(writers):
    return sum(writer.acknowledged for writer in writers)


# --- The server dies ---------------------------------------------------------------------------


@pytest.mark.parametrize("kills", sizes(2, 10))
def test_kill_9_loses_nothing_acknowledged(kills):
    with running_server(workers=2, threads=8) as server:
        with writing(server) as writers:
            for _ in range(kills):
                wait_for_writes(writers)
                server.kill()
                server.start()
            wait_for_writes(writers)
        assert [answer for writer in writers for answer in writer.refused] == []
        assert sum(writer.broken for writer in writers) >= kills
        assert_nothing_is_lost(server, writers)
        print(f"kill -9: {kills} kills, {total(writers)} acknowledged writes, 0 lost")


def test_kill_9_of_one_worker_leaves_the_others_at_work():
    with running_server(workers=2, threads=8) as server:
        with writing(server) as writers:
            wait_for_writes(writers)
            server.kill_worker()
            wait_for_writes(writers, 30)
            wait_until(lambda: len(server.worker_pids()) == 2)
        assert [answer for writer in writers for answer in writer.refused] == []
        assert all(writer.broken <= 3 for writer in writers)
        assert_nothing_is_lost(server, writers)


# --- PostgreSQL goes away ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def cluster():
    """A PostgreSQL of our own, with a database like those of `running_server`."""
    with running_cluster() as running, tempfile.TemporaryDirectory() as folder:
        env = environment(running.url(), folder)
        manage(["migrate", "--verbosity=0"], env)
        seeds = json.loads(python(SEED, env))
        running.seeds = {name: SimpleNamespace(**seed) for name, seed in seeds.items()}
        yield running


@contextmanager
def server_on(cluster, *, start=True):
    with tempfile.TemporaryDirectory(prefix="steerleads-") as folder:
        server = Server(cluster.url(), folder=folder, workers=2, threads=8, **cluster.seeds)
        try:
            if start:
                server.start()
            yield server
        finally:
            server.clean_up()


def assert_only_unavailable(writers):
    for writer in writers:
        assert writer.broken == 0
        for answer in writer.refused:
            assert_refused(answer)


def assert_refused(answer):
    assert (answer.status, answer.json()["error"]["code"]) == (503, "SERVICE_UNAVAILABLE"), answer
    assert int(answer.headers["retry-after"]) > 0


def seconds_to_heal(writers):
    """How long it takes from now until each of them has had a success."""
    began = time.monotonic()
    wait_until(lambda: all(writer.last_success > began for writer in writers), 60)
    return time.monotonic() - began


def assert_reads_go_on(server, lead):
    """Also with a key that is used for the first time, which is to be noted."""
    for client, path in [(Client(server), f"/leads/{lead}"), (Client(server, server.atlas), "/leads")]:
        assert client.send("GET", path).status == 200


@only_postgresql
@pytest.mark.parametrize("times", sizes(1, 5))
@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_postgresql_restarted_under_load_gives_503_and_heals(cluster, mode, times):
    with server_on(cluster) as server:
        healing = []
        with writing(server) as writers:
            for _ in range(times):
                wait_for_writes(writers)
                cluster.restart(mode)
                healing.append(seconds_to_heal(writers))
            wait_for_writes(writers)
        assert_only_unavailable(writers)
        assert_nothing_is_lost(server, writers)
        assert max(healing) < 8
        refused = sum(len(writer.refused) for writer in writers)
        print(
            f"PostgreSQL restarted ({mode}) {times} times: {total(writers)} acknowledged writes, 0 lost, "
            f"{refused} answers 503, healed within {max(healing):.1f} s"
        )


@only_postgresql
@pytest.mark.parametrize("seconds", sizes(4, 70))
def test_postgresql_away_for_long_heals_as_soon_as_it_is_back(cluster, seconds):
    """psycopg's pool, left to itself, waits twice as long before each attempt to connect: for minutes in the end."""
    with server_on(cluster) as server:
        with writing(server) as writers:
            for writer in writers:
                writer.PATIENCE = seconds + 60
            wait_for_writes(writers)
            cluster.stop()
            time.sleep(seconds)
            assert server.call("GET", "/healthz").status == 200
            assert server.call("GET", "/readyz").status == 503
            cluster.start()
            healed = seconds_to_heal(writers)
            wait_for_writes(writers)
        assert_only_unavailable(writers)
        assert_nothing_is_lost(server, writers)
        slowest = max(writer.slowest for writer in writers)
        print(f"PostgreSQL away for {seconds} s: healed after {healed:.1f} s; slowest answer {slowest:.1f} s")
        assert healed < 10


@only_postgresql
def test_a_server_started_without_its_postgresql_waits_for_it(cluster):
    cluster.stop()
    with server_on(cluster, start=False) as server:
        try:
            server.start()
            ready, answer = together(
                partial(server.call, "GET", "/readyz"), partial(server.call, "GET", "/v1/leads", key=server.casa.key)
            )
            assert ready.status == 503
            assert_refused(answer)
        finally:
            cluster.start()
        wait_until(lambda: server.call("GET", "/readyz").status == 200)
        assert server.call("GET", "/v1/leads", key=server.casa.key).status == 200


@only_postgresql
def test_a_postgresql_that_takes_no_writes_refuses_them_with_503_and_goes_on_reading(cluster):
    with server_on(cluster) as server:
        client = Client(server)
        lead = client.new_lead(server.casa.car)
        cluster.set_read_only(True)
        try:
            wait_until(lambda: client.send("PATCH", f"/leads/{lead}", {"note": str(time.time())}).status != 200)
            assert_refused(client.send("PATCH", f"/leads/{lead}", {"note": "x"}))
            assert_refused(client.send("POST", f"/leads/car/{server.casa.car}", BODY, idempotency_key="read-only"))
            assert_reads_go_on(server, lead)
        finally:
            cluster.set_read_only(False)
        wait_until(lambda: client.send("PATCH", f"/leads/{lead}", {"note": "x"}).status == 200)


# --- SQLite is locked or full ------------------------------------------------------------------


def file_of(server):
    return Path(server.database_url.removeprefix("sqlite:///"))


@contextmanager
def server_of_little_patience():
    """It waits one second for SQLite's lock instead of twenty."""
    with stopped_server(workers=1, threads=8) as server:
        server.env["DATABASE_URL"] += "?timeout=1"
        yield server.start()


@only_sqlite
@pytest.mark.parametrize("begin", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_a_locked_sqlite_refuses_writes_with_503_and_goes_on_reading(begin):
    with server_of_little_patience() as server, closing(sqlite3.connect(file_of(server))) as locker:
        client = Client(server)
        lead = client.new_lead(server.casa.car)
        locker.execute(begin)
        assert_refused(client.send("PATCH", f"/leads/{lead}", {"note": "x"}))
        assert_refused(client.send("POST", f"/leads/car/{server.casa.car}", BODY, idempotency_key="locked"))
        assert_reads_go_on(server, lead)
        locker.rollback()
        assert client.send("PATCH", f"/leads/{lead}", {"note": "x"}).status == 200
        assert client.send("POST", f"/leads/car/{server.casa.car}", BODY, idempotency_key="locked").status == 201


@only_sqlite
def test_a_full_disk_refuses_writes_with_503_and_goes_on_reading():
    """Stood in for by a limit to the size of the worker's files, which needs no rights."""
    with running_server(workers=1, threads=8) as server:
        client = Client(server)
        lead = client.new_lead(server.casa.car)
        [worker] = server.worker_pids()
        limits = resource.prlimit(worker, resource.RLIMIT_FSIZE)
        resource.prlimit(worker, resource.RLIMIT_FSIZE, (4096, limits[1]))
        assert_refused(client.send("PATCH", f"/leads/{lead}", {"note": "x"}))
        assert_refused(client.send("POST", f"/leads/car/{server.casa.car}", BODY, idempotency_key="full"))
        assert_reads_go_on(server, lead)
        resource.prlimit(worker, resource.RLIMIT_FSIZE, limits)
        assert client.send("PATCH", f"/leads/{lead}", {"note": "x"}).status == 200
        assert client.send("POST", f"/leads/car/{server.casa.car}", BODY, idempotency_key="full").status == 201
