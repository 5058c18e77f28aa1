"""Lists of very many leads: streamed in constant memory from one snapshot, paged and searched by their indexes."""

import json
import os
import random
import re
import socket
import sqlite3
import threading
import time
import zlib
from contextlib import closing, contextmanager
from functools import partial
from http.client import IncompleteRead
from pathlib import Path
from statistics import median
from types import SimpleNamespace

import psycopg
import pytest
from django.db import connection

from cars.models import Car
from conftest import ApiClient, make_lead
from leads.models import Lead
from steerleads.api import list_query, streaming
from steerleads.api.sizes import Size
from steerleads.dealers.models import Dealership
from steerleads.tests.clients import Client, meanwhile, sizes, together
from steerleads.tests.servers import wait_until
from steerleads.tests.volumes import RARE_TAG, ROWS_A_RARE_TAG, load_cars, load_leads, memory, server_of_many

pytestmark = pytest.mark.long

ON_POSTGRESQL = connection.vendor == "postgresql"
only_postgresql = pytest.mark.skipif(not ON_POSTGRESQL, reason="only on PostgreSQL")

MEBIBYTE = 1024 * 1024
PIECE = 64 * 1024
STALLED = 16  # more than the database connections of a process


@pytest.fixture(scope="module", params=sizes(16_000, 200_000))
def rows(request):
    return request.param


@pytest.fixture(scope="module")
def server(rows):
    with server_of_many(rows) as server:
        yield server


@pytest.fixture
def client(server):
    client = Client(server)
    yield client
    client.close()


def worker_of(server):
    [pid] = server.worker_pids()
    return pid


@contextmanager
def open_list(server, path="/v1/leads", **headers):
    """The response of a list whose body is still to be read."""
    connection = server.connect(timeout=120)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {server.casa.key}", **headers})
        response = connection.getresponse()
        assert response.status == 200
        yield response
    finally:
        connection.close()


# --- Streams -----------------------------------------------------------------------------------


def test_the_whole_list_is_one_array_of_its_announced_length(server, rows):
    with open_list(server) as response:
        body = response.read()
    leads = json.loads(body)
    assert int(response.headers["Content-Length"]) == len(body)
    assert [lead["order"] for lead in leads] == list(range(rows))
    assert len({lead["id"] for lead in leads}) == rows


def read_quickly(server):
    with open_list(server) as response:
        while response.read(PIECE):
            pass


def read_slowly(server):
    with open_list(server) as response:
        pause = 3 / (int(response.headers["Content-Length"]) / PIECE)
        while response.read(PIECE):
            time.sleep(pause)


def read_compressed(server):
    with open_list(server, **{"Accept-Encoding": "gzip"}) as response:
        assert response.headers["Content-Encoding"] == "gzip"
        while response.read(PIECE):
            pass


def read_many_at_once(server):
    together(*[partial(read_quickly, server)] * 4)


@pytest.mark.parametrize(
    ("read", "most"), [(read_quickly, 60), (read_slowly, 60), (read_compressed, 60), (read_many_at_once, 120)]
)
def test_memory_stays_flat_while_it_streams(server, client, rows, read, most):
    client.ok("GET", "/leads?limit=1000")
    worker = worker_of(server)
    before, seen = memory(worker), []

    def watch(stop):
        while not stop.wait(0.02):
            seen.append(memory(worker))

    began = time.monotonic()
    with meanwhile(watch):
        read(server)
    grown = (max(seen) - before) / MEBIBYTE
    print(f"{read.__name__}, {rows} leads, {time.monotonic() - began:.1f} s: memory grew by {grown:.1f} MiB")
    assert grown < most


def test_the_first_byte_comes_before_the_last_row_is_read(server, rows):
    began = time.monotonic()
    with open_list(server) as response:
        response.read(1)
        spooled, first = max(spool_sizes(server)), time.monotonic() - began
        while response.read(PIECE):
            pass
    whole, length = time.monotonic() - began, int(response.headers["Content-Length"])
    print(
        f"{rows} leads, {length / MEBIBYTE:.1f} MiB: first byte after {first:.2f} s, last after {whole:.2f} s; "
        f"{spooled / length:.0%} was read by then"
    )
    assert spooled < length
    assert rows < 100_000 or first < whole / 2


def spool_sizes(server):
    """Bytes in each temporary file that the worker has open."""
    found = []
    for link in Path(f"/proc/{worker_of(server)}/fd").iterdir():
        try:
            path = os.readlink(link)
            if path.endswith("(deleted)") and not path.startswith("/memfd:"):
                found.append(link.stat().st_size)
        except OSError:
            continue
    return found


@pytest.mark.django_db(transaction=True)
def test_no_row_behind_the_first_batch_is_needed_for_the_first_byte(api, civic, monkeypatch):
    for _ in range(12):
        make_lead(civic)
    monkeypatch.setattr(list_query, "LONGEST_WHOLE", 5)
    monkeypatch.setattr(streaming, "ROWS_A_READ", 5)
    first_was_read, rendered = threading.Event(), []
    render = list_query.json.render

    def wait_behind_the_fifth(data):
        rendered.append(data)
        assert len(rendered) <= 5 or first_was_read.wait(10)
        return render(data)

    monkeypatch.setattr(list_query, "json", SimpleNamespace(render=wait_behind_the_fifth))
    monkeypatch.setattr(list_query, "size_of", lambda listing, leads: Size(12, 10_000))
    chunks = iter(api.get("/leads").streaming_content)
    body = next(chunks)
    first_was_read.set()
    assert len(json.loads(body + b"".join(chunks))) == 12


def test_stalled_readers_hold_no_database_connection(server, client, rows):
    lead = client.ok("GET", "/leads?limit=1")[0]["id"]
    stalled = together(*[partial(stalled_reader, server)] * STALLED)
    try:
        wait_until(lambda: busy_connections(server) == 0, 60)
        assert len(spool_sizes(server)) == STALLED
        beside = Client(server)
        for number in range(20):
            assert beside.send("GET", "/leads?limit=5").status == 200
            assert beside.send("PATCH", f"/leads/{lead}", {"note": f"beside stalled readers {number}"}).status == 200
        together(*[partial(read_quickly, server)] * 2)
    finally:
        for reader in stalled:
            reader.close()
    wait_until(lambda: not spool_sizes(server), 30)


def stalled_reader(server):
    """A connection that has read a little of the list and reads no more."""
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.settimeout(600)  # sixteen lists of 200,000 leads are read one by one, beside other tests
    reader.connect(("127.0.0.1", server.port))
    head = f"GET /v1/leads?status=NEW,COMPLETED HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.casa.key}\r\n\r\n"
    reader.sendall(head.encode())
    got = b""
    while b'[{"id"' not in got:
        piece = reader.recv(1024)
        assert piece and not got.startswith(b"HTTP/1.1 5"), got
        got += piece
    return reader


OTHERS_BUSY = "FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()"


def busy_connections(server):
    """How many hold a transaction open (PostgreSQL), or whether one holds up the checkpoint (SQLite)."""
    return run_sql(server, f"SELECT count(*) {OTHERS_BUSY}" if ON_POSTGRESQL else "PRAGMA wal_checkpoint(TRUNCATE)")


def run_sql(server, statement):
    """The first value of its answer."""

    connect = psycopg.connect if ON_POSTGRESQL else sqlite3.connect
    where = server.database_url if ON_POSTGRESQL else server.database_url.removeprefix("sqlite:///")
    with closing(connect(where)) as opened:
        return opened.execute(statement).fetchone()[0]


def test_the_list_is_of_one_moment_while_others_write(server, client, rows):
    """A reader without a snapshot would see a lead that moves behind it twice, or never."""
    car = client.ok("GET", "/leads?limit=1")[0]["carId"]
    some = [lead["id"] for lead in client.ok("GET", f"/leads/car/{car}?limit=1000")]
    orders = [lead["order"] for lead in client.ok("GET", f"/leads/car/{car}?limit=1000")]
    moved = []

    def shuffle(stop):
        mover = Client(server)
        while not stop.is_set():
            pairs = zip(random.sample(some, len(some)), orders, strict=True)
            mover.ok("PATCH", f"/leads/car/{car}/reorder", {"leadOrders": [{"id": i, "order": o} for i, o in pairs]})
            moved.append(1)
        mover.close()

    with meanwhile(shuffle):
        for _ in range(3):
            with open_list(server) as response:
                leads = json.loads(response.read())
            assert [lead["order"] for lead in leads] == list(range(rows))
            assert len({lead["id"] for lead in leads}) == rows
    print(f"one moment: 3 lists of {rows} leads while 1,000 of them were reordered {len(moved)} times")


@only_postgresql
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_failure_on_the_way_breaks_the_connection(server, coding):
    for _ in range(10):
        with open_list(server, **{"Accept-Encoding": coding}) as response:
            got = response.read(1)
            ended = run_sql(server, f"SELECT count(pg_terminate_backend(pid)) {OTHERS_BUSY}")
            try:
                got, broke = got + response.read(), False
            except IncompleteRead as error:
                got, broke = got + error.partial, True
        if ended and is_incomplete(got, coding, broke):
            break
    else:
        pytest.fail("the list was always complete before its connection to the database was cut")
    assert server.call("GET", "/v1/leads?limit=1", key=server.casa.key).status == 200


def is_incomplete(got, coding, broke):
    """Whether it was cut short, and a client notices. AssertionError if it was and one would not."""
    text = zlib.decompressobj(31).decompress(got) if coding == "gzip" else got
    try:
        json.loads(text)
    except ValueError:
        assert broke or coding == "gzip"
        return True
    assert not broke
    return False


# --- Pages -------------------------------------------------------------------------------------


@pytest.mark.parametrize("sort", ["order", "targetName", "updatedAt"])
def test_a_page_at_depth_costs_what_the_first_one_costs(server, client, rows, sort):
    depth = rows * 3 // 4
    first = f"/leads?limit=50&sortBy={sort}"
    path = f"/leads?limit=1000&sortBy={sort}"
    for _ in range(depth // 1000):
        path = next_page(client.send("GET", path))
    deep = path.replace("limit=1000", "limit=50")
    ratios, times = [], []
    for _ in range(40 if rows > 100_000 else 3):
        times.append((timed(client, first), timed(client, deep)))
        ratios.append(times[-1][1] / times[-1][0])
    shallow, at_depth = (median(column) * 1000 for column in zip(*times, strict=True))
    print(f"{sort}: first page {shallow:.1f} ms, at depth {depth} {at_depth:.1f} ms, ratio {median(ratios):.2f}")
    assert rows < 100_000 or median(ratios) <= 1.5


def next_page(answer):
    return re.search(r'<([^>]+)>; rel="next"', answer.headers["link"])[1].removeprefix("/v1")


def timed(client, path):
    began = time.perf_counter()
    answer = client.send("GET", path)
    seconds = time.perf_counter() - began
    assert (answer.status, len(answer.json())) == (200, 50)
    return seconds


@pytest.mark.parametrize("moved", [10, 1000])
def test_a_reorder_costs_by_what_moves_and_not_by_what_there_is(server, client, rows, moved):
    car = client.ok("GET", "/leads?limit=1")[0]["carId"]
    leads = client.ok("GET", f"/leads/car/{car}?limit={moved}")
    orders = [{"id": lead["id"], "order": lead["order"] + 1} for lead in leads]
    began = time.monotonic()
    client.ok("PATCH", f"/leads/car/{car}/reorder", {"leadOrders": orders})
    seconds = time.monotonic() - began
    client.ok(
        "PATCH", f"/leads/car/{car}/reorder", {"leadOrders": [{**one, "order": one["order"] - 1} for one in orders]}
    )
    print(f"reorder of {moved} among {rows} leads: {seconds:.2f} s")
    assert seconds < 5


# --- Plans -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def loaded(rows, django_db_setup, django_db_blocker):
    """The suite's own database with so many leads in it, for a while."""
    with django_db_blocker.unblock():
        casa = Dealership.objects.create(name="Casa Motors of many leads")
        load_leads(casa, load_cars(casa, 20), rows)
        yield casa
        Lead.objects.of(casa).delete()
        casa.api_keys.all().delete()
        Car.objects.of(casa).delete()
        casa.delete()


def plan_of(api, path):
    """How the database would answer the list's own statement, as text."""
    asked = []

    def note(execute, sql, parameters, many, context):
        asked.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(note):
        assert api.get(path).status_code == 200
    [(sql, parameters)] = [one for one in asked if 'FROM "leads_lead"' in one[0]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {'' if ON_POSTGRESQL else 'QUERY PLAN'} {sql}", parameters)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


@pytest.mark.django_db
@only_postgresql
@pytest.mark.parametrize("query", [f"search={RARE_TAG}", f"search={RARE_TAG}&limit=50", "search=alami+zanz"])
def test_a_rare_word_is_searched_by_the_index(loaded, rows, query):
    api = ApiClient(loaded)
    assert "lead_searched" in plan_of(api, f"/leads?{query}")
    assert len(api.get(f"/leads?search={RARE_TAG}").json()) == rows // ROWS_A_RARE_TAG


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("", "lead_order"),
        ("sortOrder=desc", "lead_order"),
        ("sortBy=status", "lead_status"),
        ("sortBy=action", "lead_action"),
        ("sortBy=targetName", "lead_target_name"),
        ("sortBy=targetName&sortOrder=desc", "lead_target_name"),
        ("sortBy=createdAt", "lead_created"),
        ("sortBy=updatedAt", "lead_updated"),
    ],
)
def test_a_page_walks_the_index_of_its_sort(loaded, query, index):
    api = ApiClient(loaded)
    first = f"/leads?{query}&limit=50"
    second = re.search(r'</v1([^>]+)>; rel="next"', api.get(first)["Link"])[1]
    for path in (first, second):
        plan = plan_of(api, path)
        assert re.search(rf"\b{index}\b", plan), plan
        assert "Sort" not in plan.replace("Incremental Sort", "") and "TEMP B-TREE" not in plan, plan
    # The second page begins where the first one ended, and not at the beginning.
    assert re.search(r"(?s)Index Cond.*ROW\(" if ON_POSTGRESQL else r"created_at,id\)[<>]|\(created_at,id\)", plan), (
        plan
    )
