"""Exports of very many leads through HTTP (contract X2): constant memory, the announced length, and never a short file."""

import csv
import io
import json
import time
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from statistics import median

import psycopg
import pytest
from django.db import connection

from steerleads.tests.clients import Client, meanwhile, sizes, together
from steerleads.tests.servers import wait_until
from steerleads.tests.volumes import memory, server_of_many

pytestmark = pytest.mark.long

only_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="only on PostgreSQL")
MEBIBYTE = 1024 * 1024
PIECE = 64 * 1024


@pytest.fixture(scope="module", params=sizes(8_000, 200_000))
def rows(request):
    return request.param


@pytest.fixture(scope="module")
def server(rows):
    with server_of_many(rows) as server:
        yield server


@contextmanager
def opened(server, path, **headers):
    """The response of a request whose body is still to be read."""
    connection = server.connect(timeout=300)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {server.casa.key}", **headers})
        yield connection.getresponse()
    finally:
        connection.close()


def read(server, path, **headers):
    """(status, bytes, announced length) of an answer, read to its end."""
    size = 0
    with opened(server, path, **headers) as response:
        while piece := response.read(PIECE):
            size += len(piece)
        return response.status, size, response.headers.get("Content-Length")


def watched(server, path, **headers):
    """What `read` answers, and by how many MiB the worker's memory grew meanwhile at most."""
    Client(server).ok("GET", "/leads?limit=1000")
    [worker] = server.worker_pids()
    before, seen = memory(worker), []

    def watch(stop):
        while not stop.wait(0.02):
            seen.append(memory(worker))

    with meanwhile(watch):
        answer = read(server, path, **headers)
    return answer, (max(seen) - before) / MEBIBYTE


def files(server):
    """How many temporary files the worker has open."""
    [pid] = server.worker_pids()
    links = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()]
    return sum(link.endswith("(deleted)") and not link.startswith("/memfd:") for link in links)


@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_every_lead_is_in_a_file_of_its_announced_length(server, rows, format):
    with opened(server, f"/v1/exports/leads?format={format}") as response:
        body = response.read()
    assert int(response.headers["Content-Length"]) == len(body)
    if format == "jsonl":
        orders = [json.loads(line)["order"] for line in body.splitlines()]
    else:
        orders = [int(line["order"]) for line in csv.DictReader(io.StringIO(body.decode(), newline=""))]
    assert orders == list(range(rows))


@pytest.mark.parametrize("coding", ["identity", "gzip"])
@pytest.mark.parametrize("format", ["csv", "jsonl", "xlsx"])
def test_memory_stays_flat(server, rows, format, coding):
    few_enough = "&status=NEW" if format == "xlsx" and rows > 100_000 else ""
    path = f"/v1/exports/leads?format={format}{few_enough}"
    (status, size, length), grown = watched(server, path, **{"Accept-Encoding": coding})
    print(f"{format}, {coding}, {rows} leads: memory grew by {grown:.1f} MiB")
    assert (status, length) == (200, None if coding == "gzip" and format != "xlsx" else str(size))
    assert grown < 60


@pytest.mark.slow
def test_a_million_leads_go_out_whole_in_the_same_memory():
    with server_of_many(100_000, times=10) as server:
        for format in ("csv", "jsonl"):
            began = time.monotonic()
            (status, size, length), grown = watched(server, f"/v1/exports/leads?format={format}")
            seconds = time.monotonic() - began
            print(f"{format}, a million leads, {size} bytes, {seconds:.0f} s: memory grew by {grown:.1f} MiB")
            assert (status, length) == (200, str(size))
            assert size > 200 * 1_000_000  # the shortest of these leads has more
            assert grown < 60


def test_a_client_that_goes_leaves_no_file(server, rows):
    if rows < 100_000:
        pytest.skip("only on many rows: what is small is sent before anybody looks")
    with opened(server, "/v1/exports/leads?format=jsonl") as response:
        response.read(1)
        assert files(server) == 1
    wait_until(lambda: files(server) == 0, 30)


@only_postgresql
def test_a_database_that_is_cut_off_on_the_way_gives_an_error_and_no_short_file(server):
    for _ in range(20):
        ended, (status, size, length) = together(
            partial(_end_sessions, server), partial(read, server, "/v1/exports/leads?format=csv")
        )
        assert status in (200, 503) and int(length) == size
        if status == 503 and ended:
            break
    else:
        pytest.fail("the export was always through before its connection to the database was cut")
    assert read(server, "/v1/exports/leads?format=csv")[0] == 200


BUSY = "FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"


def _end_sessions(server):
    """How many sessions with an open transaction were ended, as soon as there was one."""
    with closing(psycopg.connect(server.database_url, autocommit=True)) as opened:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            if ended := opened.execute(f"SELECT count(pg_terminate_backend(pid)) {BUSY}").fetchone()[0]:
                return ended
            time.sleep(0.01)
    return 0


@pytest.mark.slow
def test_csv_takes_at_most_half_as_long_again_as_the_list(server, rows):
    """In pairs, as other work on the machine comes and goes."""
    if rows < 100_000:
        pytest.skip("only on many rows")
    ratios = []
    for _ in range(7):
        began = time.monotonic()
        read(server, "/v1/leads")
        between = time.monotonic()
        read(server, "/v1/exports/leads?format=csv")
        ratios.append((time.monotonic() - between) / (between - began))
    print(f"csv of {rows} leads against the list: {', '.join(f'{ratio:.2f}' for ratio in ratios)}")
    assert median(ratios) <= 1.5


def test_four_at_once_are_whole(server):
    answers = together(*[partial(read, server, f"/v1/exports/leads?format={f}") for f in ("csv", "jsonl") * 2])
    assert all(status == 200 and int(length) == size for status, size, length in answers)


def test_more_at_once_than_there_are_threads_leave_the_server_answering(server, rows):
    """Some wait for their turn, others are told to come again. All of them have read their first 5,000 leads before."""
    waits = []

    def ask_for_health(stop):
        while not stop.is_set():
            began = time.monotonic()
            assert server.call("GET", "/healthz").status == 200
            waits.append(time.monotonic() - began)
            time.sleep(0.05)

    began = time.monotonic()
    with meanwhile(ask_for_health):
        answers = together(*[partial(read, server, "/v1/exports/leads?format=csv")] * 33)
    statuses = [status for status, _size, _length in answers]
    seconds = time.monotonic() - began
    print(
        f"33 exports of {rows} leads: {statuses.count(200)} made in {seconds:.1f} s, /healthz within {max(waits):.1f} s"
    )
    assert set(statuses) == {200, 503} and statuses.count(200) >= 6
    assert all(int(length) == size for _status, size, length in answers)
    assert rows < 100_000 or max(waits) < seconds / 3
