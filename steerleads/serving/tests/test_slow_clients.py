"""Clients that send or read slowly, or not at all: they hold up nobody, and each has a clock (contract 7)."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest

from steerleads.tests.servers import running_server

pytestmark = [pytest.mark.long, pytest.mark.on_one_database]

SOCKETS = 500
SOON = 3  # seconds, on a machine that runs other tests too; who is held up waits for ten at least


@pytest.fixture(scope="module")
def server():
    """With few threads, so that those who take one are soon missed."""
    with running_server(workers=2, threads=4) as server:
        yield server


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/leads/car/x", 401),
        ("/v1/no/such/path", 401),
        ("/admin/login/", None),
        ("/static/admin/css/base.css", None),
    ],
)
def test_500_sockets_with_a_byte_of_a_body_silence_nobody(server, path, status):
    with dawdlers(server, f"POST {path}", SOCKETS) as sockets:
        assert slowest(server, "/healthz") < SOON
        assert server.call("GET", "/v1/leads", key=server.casa.key).status == 200
        assert server.call("GET", "/admin/login/").status == 200
        if status:
            assert {status_of(plug) for plug in sockets} == {status}


def test_dawdlers_with_a_key_take_no_thread_and_no_connection_to_the_database(server):
    with dawdlers(server, f"POST /v1/leads/car/{server.casa.car}", 100, key=server.casa.key):
        assert slowest(server, "/healthz") < SOON
        for _ in range(20):
            assert server.call("POST", f"/v1/leads/car/{server.casa.car}", LEAD, key=server.casa.key).status == 201


def test_one_that_trickles_is_no_other_case(server):
    with dawdlers(server, "POST /admin/login/", 100) as sockets, ThreadPoolExecutor(1) as others:
        trickle = others.submit(send_to_each, sockets, b"a", times=15, pause=0.1)
        assert slowest(server, "/healthz") < SOON
        trickle.result()


def test_slow_readers_of_a_large_file_silence_nobody(server):
    path = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"
    with dawdlers(server, f"GET {path}", 50, length=0, receives=4096):
        assert slowest(server, "/healthz") < SOON
        assert server.call("GET", "/v1/leads", key=server.casa.key).status == 200


def test_a_key_is_judged_before_the_body_is_awaited(server):
    with dawdlers(server, f"POST /v1/leads/car/{server.casa.car}", 1, key="prod_nobody") as [plug]:
        began = time.monotonic()
        assert status_of(plug) == 401
        assert plug.recv(1000)  # the rest of the answer
        while plug.recv(1000):
            pass
        assert time.monotonic() - began < 10, "the connection was kept for a body that nobody wants"


@pytest.mark.slow
@pytest.mark.parametrize("pause", [None, 1])
@pytest.mark.parametrize("path", ["/v1/leads/car/{car}", "/admin/login/", "/v1/leads/car/{car}/none"])
def test_a_body_has_30_seconds(server, path, pause):
    """However it dawdles: what comes in time to keep a connection alive does not keep its clock from running out."""
    path = path.format(car=server.casa.car)
    with dawdlers(server, f"POST {path}", 1, key=server.casa.key) as [plug], ThreadPoolExecutor(1) as others:
        began = time.monotonic()
        if pause:
            others.submit(send_to_each, [plug], b" ", times=40, pause=pause)
        assert status_of(plug) == (404 if path.endswith("none") else 408)
        assert 29 < time.monotonic() - began < 33


# --- How ---------------------------------------------------------------------------------------

LEAD = {"action": "Follow up call", "targetName": "Sara Alami", "targetInfo": "+212-600-123456"}


@contextmanager
def dawdlers(server, asks, count, *, key=None, length=1000, receives=None):
    """So many sockets that have sent a head and one byte of their body, and send no more."""
    lines = [f"{asks} HTTP/1.1", "Host: localhost", "Content-Type: application/json", f"Content-Length: {length}"]
    lines += [f"Authorization: Bearer {key}"] if key else []
    head = "\r\n".join([*lines, "", "x" if length else ""]).encode()
    with ExitStack() as stack:
        sockets = []
        for _ in range(count):
            plug = stack.enter_context(socket.socket())
            if receives:
                plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
            plug.settimeout(40)
            plug.connect(("127.0.0.1", server.port))
            plug.sendall(head)
            sockets.append(plug)
        yield sockets


def slowest(server, path, times=5):
    """Seconds of the slowest of some calls, each on a connection of its own."""
    seconds = []
    for _ in range(times):
        began = time.monotonic()
        assert server.call("GET", path).status == 200
        seconds.append(time.monotonic() - began)
        time.sleep(0.1)
    return max(seconds)


def status_of(plug):
    return int(plug.recv(20).split()[1])


def send_to_each(sockets, piece, *, times, pause):
    for _ in range(times):
        for plug in sockets:
            try:
                plug.sendall(piece)
            except OSError:  # it was shut
                return
        time.sleep(pause)
