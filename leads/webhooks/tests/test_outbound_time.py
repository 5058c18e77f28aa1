"""One POST to the outside ends in time, whatever is slow: the DNS, the connection, TLS, or the answer."""

import socket
import time
from contextlib import contextmanager
from threading import Thread

import pytest

from leads.outbox.outcomes import Outcome
from leads.webhooks import outbound
from leads.webhooks.tests.receivers import receiver

pytestmark = pytest.mark.on_one_database

BODY = b'{"type": "lead.created"}'


def post(url, body=BODY):
    return outbound.post(url, body, {"Content-Type": "application/json"})


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(outbound, "CONNECT_SECONDS", 0.2)
    monkeypatch.setattr(outbound, "WHOLE_SECONDS", 0.4)


@pytest.fixture
def short_connect(monkeypatch):
    monkeypatch.setattr(outbound, "CONNECT_SECONDS", 0.2)


def test_the_limits_of_the_page():
    assert (outbound.CONNECT_SECONDS, outbound.WHOLE_SECONDS) == (5, 15)


def test_receiver_that_does_not_read_ends_in_time(settings, short):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings.WEBHOOK_ALLOW = [origin]
        assert post(origin, b"x" * 20_000_000) == Outcome(ok=False, error="timeout")


def test_receiver_that_reads_slowly_ends_in_time(settings, short):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=_read_slowly, args=[listener], daemon=True).start()
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings.WEBHOOK_ALLOW = [origin]
        began = time.monotonic()
        assert post(origin, b"x" * 80_000_000) == Outcome(ok=False, error="timeout")
        assert time.monotonic() - began < 2


def test_server_that_takes_no_connection_ends_in_time(settings, short_connect):
    with full_listener() as port:
        settings.WEBHOOK_ALLOW = [f"http://127.0.0.1:{port}"]
        began = time.monotonic()
        assert post(f"http://127.0.0.1:{port}/") == Outcome(ok=False, error="connect")
        assert 0.15 < time.monotonic() - began < 2


def test_slow_handshake_ends_in_time(settings, short):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        origin = f"https://127.0.0.1:{listener.getsockname()[1]}"
        settings.WEBHOOK_ALLOW = [origin]
        assert post(origin) == Outcome(ok=False, error="timeout")


def test_slow_resolver_ends_in_time(monkeypatch, short):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: time.sleep(5) or [])
    began = time.monotonic()
    assert post("https://crm.example.com/") == Outcome(ok=False, error="dns")
    assert time.monotonic() - began < 2


def test_a_dead_address_leaves_time_for_the_next(monkeypatch, settings):
    monkeypatch.setattr(outbound, "LEAST_SHARE", 0.1)
    monkeypatch.setattr(outbound, "CONNECT_SECONDS", 1)
    with full_listener() as dead, receiver() as crm:
        settings.WEBHOOK_ALLOW = ["http://crm.local"]
        entries = [entry(dead), entry(crm.server_port)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: entries)
        assert post("http://crm.local/").ok


def test_all_addresses_together_have_the_time_of_one(settings, monkeypatch, short_connect):
    with full_listener() as dead:
        settings.WEBHOOK_ALLOW = ["http://crm.local"]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: [entry(dead)] * 50)
        began = time.monotonic()
        assert post("http://crm.local/") == Outcome(ok=False, error="connect")
        assert time.monotonic() - began < 2


@contextmanager
def full_listener():
    """The port of a listener whose queue is full: Linux answers nothing to who comes now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
        for client in waiting:
            client.close()


def entry(port):
    return socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)


def _read_slowly(listener):
    client, _ = listener.accept()
    with client:
        while client.recv(100_000):
            time.sleep(0.005)
