"""What one POST to the outside sends, and what it makes of the answer (leads/webhooks/outbound.py)."""

import random
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from leads.outbox.outcomes import Outcome
from leads.webhooks import outbound
from leads.webhooks.tests.receivers import Reply, receiver
from steerleads.tests.servers import wait_until

pytestmark = pytest.mark.on_one_database

BODY = b'{"type": "lead.created"}'


def post(url, body=BODY):
    return outbound.post(url, body, {"Content-Type": "application/json"})


@pytest.fixture
def tell(settings):
    """Posts to a receiver that answers so: (the Outcome, the receiver)."""

    def tell(answer=None, path="/hook"):
        with receiver(answer) as crm:
            settings.WEBHOOK_ALLOW = [crm.origin]
            return post(crm.origin + path), crm

    return tell


def test_the_request(tell):
    outcome, crm = tell(path="/hook/%D8%B3?from=leads&x=//")
    assert outcome == Outcome(ok=True, status=200, answer="ok")
    (request,) = crm.requests
    assert request.path == "/hook/%D8%B3?from=leads&x=//" and request.body == BODY
    assert request.headers == {
        "host": crm.origin.removeprefix("http://"),
        "user-agent": "SteerLeads/1.0",
        "accept-encoding": "identity",
        "connection": "close",
        "content-length": "24",
        "content-type": "application/json",
    }


@pytest.mark.parametrize(
    ("status", "ok", "gone"),
    [
        *((200, True, False), (201, True, False), (202, True, False), (204, True, False), (299, True, False)),
        *((301, False, False), (302, False, False), (304, False, False), (307, False, False), (308, False, False)),
        *((400, False, False), (404, False, False), (410, False, True), (429, False, False), (500, False, False)),
        *((101, False, False), (503, False, False), (999, False, False)),
    ],
)
def test_status(tell, status, ok, gone):
    outcome, _ = tell(Reply(status, body=b""))
    assert outcome == Outcome(ok=ok, status=status, gone=gone, later=timedelta(0) if status == 429 else None)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(tell, status):
    with receiver() as elsewhere:
        outcome, crm = tell(Reply(status, headers={"Location": elsewhere.url, "Refresh": f"0; {elsewhere.url}"}))
        assert (outcome.ok, outcome.status, len(crm.requests)) == (False, status, 1)
        assert elsewhere.requests == []


@pytest.mark.parametrize("name", ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"])
def test_proxies_of_the_environment_are_ignored(monkeypatch, tell, name):
    monkeypatch.setenv(name, f"http://127.0.0.1:{dead_port()}")
    assert tell()[0].ok


def test_a_large_body_arrives_whole(settings):
    body = random.Random(4).randbytes(3_000_000)
    with receiver() as crm:
        settings.WEBHOOK_ALLOW = [crm.origin]
        assert post(crm.url, body).ok
    assert crm.requests[0].body == body


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (b"", ""),
        ("reçu, شكرا".encode(), "reçu, شكرا"),
        (b"a\x00b\x1b[31mc\r\n\td\x7f\x9f", "ab[31mc\n\td\N{REPLACEMENT CHARACTER}"),
        ("a\u0085b".encode(), "ab"),
        (b"\xff\xfe", "\N{REPLACEMENT CHARACTER}" * 2),
        (b"x" * 5000, "x" * 1024),
        (b"x" * 1023 + "é".encode(), "x" * 1023 + "\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_answer_is_shown_as_text_of_at_most_1_kb(tell, body, answer):
    assert tell(Reply(500, body=body))[0] == Outcome(ok=False, status=500, answer=answer)


def test_no_garbage_raises(settings):
    """Good answers with bytes changed, dropped and added at random, always the same ones."""
    chance = random.Random(4)
    good = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 7\r\n\r\n5\r\nhello\r\n0\r\n\r\n"

    def garbled(request):
        raw = bytearray(good)
        for _ in range(chance.randrange(1, 9)):
            place = chance.randrange(len(raw))
            raw[place : place + chance.randrange(3)] = chance.randbytes(chance.randrange(3))
        return Reply(raw=bytes(raw))

    with receiver(garbled) as crm:
        settings.WEBHOOK_ALLOW = [crm.origin]
        outcomes = [post(crm.url) for _ in range(300)]
    assert {outcome.error for outcome in outcomes} <= {"", "protocol"}


def test_refused_connection(settings):
    origin = f"http://127.0.0.1:{dead_port()}"
    settings.WEBHOOK_ALLOW = [origin]
    assert post(origin) == Outcome(ok=False, error="connect")


# --- The receiver of the tests -------------------------------------------------------------------


def test_receiver_serves_many_at_once_and_answers_in_turn(settings):
    replies = [Reply(status, delay=0.5) for status in (500, 503, 200)]
    with receiver(replies) as crm, ThreadPoolExecutor() as pool:
        settings.WEBHOOK_ALLOW = [crm.origin]
        statuses = sorted(outcome.status for outcome in pool.map(post, [crm.url] * 4))
        assert statuses == [200, 200, 500, 503]
        assert crm.most_in_flight == 4
        wait_until(lambda: crm.in_flight == 0)  # a client may have its answer before the receiver is done with it
        assert all(request.ended > request.began for request in crm.wait_for(4))


def dead_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
