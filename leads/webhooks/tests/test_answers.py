"""What receivers answer, and what it is taken for: a delivery is delivered once the head of a final 2xx is whole."""

import socket
import time
from threading import Thread

import pytest

from leads.outbox.outcomes import Outcome
from leads.webhooks import answers, outbound
from leads.webhooks.tests.receivers import Reply, receiver

pytestmark = pytest.mark.on_one_database

OK = b"HTTP/1.1 200 OK\r\n"
WHOLE = OK + b"Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
EARLY = b"HTTP/1.1 102 Processing\r\n\r\n" + b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
LARGE = b"x" * 8_000_000


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(outbound, "WHOLE_SECONDS", 0.4)
    monkeypatch.setattr(answers, "BODY_SECONDS", 0.1)


@pytest.fixture
def tell(settings):
    """The Outcome of a POST to a receiver that answers so."""

    def tell(reply, body=b"{}"):
        with receiver(reply) as crm:
            settings.WEBHOOK_ALLOW = [crm.origin]
            return outbound.post(crm.url, body, {})

    return tell


@pytest.mark.parametrize(
    ("raw", "status", "shown"),
    [
        (OK + b"\r\n", 200, ""),
        (OK + b"\r\nok", 200, "ok"),
        (WHOLE, 200, ""),
        (WHOLE + b"ok", 200, "ok"),
        (WHOLE + b"okay", 200, "ok"),
        (b"HTTP/1.0 200 OK\r\n\r\nok", 200, "ok"),
        (b"HTTP/1.1 200\r\n\r\n", 200, ""),
        (b"HTTP/1.1 200 OK\n\nok", 200, "ok"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, ""),
        (b"HTTP/1.1 205 Reset Content\r\n\r\n", 205, ""),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", 304, ""),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", 101, ""),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + WHOLE + b"ok", 200, "ok"),
        (EARLY + b"HTTP/1.1 410 Gone\r\nContent-Length: 2\r\n\r\nno", 410, "no"),
        (EARLY * 20 + WHOLE + b"ok", 200, "ok"),
        (OK + b"Content-Length: 10\r\n\r\ncut", 200, "cut"),
        (OK + b"Content-Length: none\r\n\r\nok", 200, "ok"),
        (OK + b"Content-Length: 99999999999999999999999\r\n\r\nok", 200, "ok"),
        (CHUNKED, 200, ""),
        (CHUNKED + b"2\r\nok\r\n0\r\n\r\n", 200, "ok"),
        (CHUNKED + b"2\r\nok\r\n", 200, "ok"),
        (CHUNKED + b"2\r\nok\r\nzz\r\n", 200, "ok"),
        (CHUNKED + b"-1\r\nok", 200, "ok"),
        (OK + b"X\xe9: \xff\x00\r\n\r\nok", 200, "ok"),
        (OK + b"no header at all\r\n\r\nok", 200, "ok"),
        (OK + b"X: y\r\n" * 5000 + b"\r\nok", 200, ""),  # too many headers to be read for the body
    ],
)
@pytest.mark.parametrize("stays", [False, True], ids=["then closes", "stays open"])
def test_a_whole_head_is_an_answer_whatever_follows(short, tell, raw, status, shown, stays):
    outcome = tell(Reply(raw=raw, stays=stays))
    assert outcome == Outcome(ok=200 <= status < 300, status=status, answer=shown, gone=status == 410)


@pytest.mark.parametrize("stays", [False, True], ids=["then closes", "stays open"])
def test_a_head_that_is_cut_anywhere_is_no_answer(short, tell, stays, monkeypatch):
    monkeypatch.setattr(outbound, "WHOLE_SECONDS", 0.1 if stays else 5)
    cuts = range(0, len(WHOLE), 5 if stays else 1)
    found = {cut: tell(Reply(raw=WHOLE[:cut], stays=stays)) for cut in cuts}
    assert found == dict.fromkeys(cuts, Outcome(ok=False, error="timeout" if stays else "protocol"))


@pytest.mark.parametrize(
    "raw",
    [
        b"\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"220 mail.example ESMTP\r\n",
        b"+PONG\r\n",
        b"<html>\n<p>It works</p>\n</html>",
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 OK 200\r\n\r\n",
        b"HTTP/1.1 20\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 +200 OK\r\n\r\n",
        b"HTTP/1.1 2_0_0 OK\r\n\r\n",
        b"HTTP/1.1 -200 No\r\n\r\n",
        b"HTTP/0.9 200 OK\r\n\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP 200 OK\r\n\r\n",
        b"ICY 200 OK\r\n\r\n",
        b" " + WHOLE,
        b"\x00\n" * 100_000,
        EARLY + b"220 mail.example ESMTP\r\n",
        bytes(range(256)),
    ],
)
def test_what_is_no_http_is_known_at_its_first_line(tell, raw):
    began = time.monotonic()
    assert tell(Reply(raw=raw, stays=True)) == Outcome(ok=False, error="protocol")
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>It works</html>",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        EARLY,
        EARLY + OK,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000,
        b"HTTP/1.1 200 " + b"x" * 200_000,
        OK + b"X: " + b"x" * 200_000,
        OK + b"X-Again: and again\r\n" * 100_000,
        b"\x00" * 200_000,
    ],
)
def test_what_ends_or_runs_over_before_its_head_is_whole_is_no_answer(tell, raw):
    assert tell(Reply(raw=raw)) == Outcome(ok=False, error="protocol")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(silent=True),
        Reply(raw=WHOLE, drip=0.05),
        Reply(raw=OK + b"X: y\r\n" * 1000, drip=0.05),
        Reply(raw=b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000, drip=0.0001),
    ],
    ids=["silent", "dripping", "dripping headers", "to be continued"],
)
def test_a_head_that_is_late_is_no_answer(short, tell, reply):
    began = time.monotonic()
    assert tell(reply) == Outcome(ok=False, error="timeout")
    assert 0.35 < time.monotonic() - began < 2


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize(
    "framing",
    ["Content-Length: 99", "Transfer-Encoding: chunked", "X: until it closes"],
    ids=["cut", "chunked", "until it closes"],
)
def test_a_body_that_never_ends_is_not_waited_for(tell, status, framing):
    began = time.monotonic()
    head = f"HTTP/1.1 {status} Told\r\n{framing}\r\n\r\n".encode()
    outcome = tell(Reply(raw=head + b"5\r\n", stays=True))
    assert (outcome.ok, outcome.status, outcome.error) == (status == 200, status, "")
    assert time.monotonic() - began < answers.BODY_SECONDS + 2


def test_a_whole_body_on_a_connection_that_stays_is_not_waited_behind(tell):
    began = time.monotonic()
    assert tell(Reply(raw=WHOLE + b"ok", stays=True)).answer == "ok"
    assert time.monotonic() - began < answers.BODY_SECONDS


@pytest.mark.parametrize("size", [10, 20_000_000])
def test_an_answer_that_comes_before_all_is_read_counts(settings, size):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=_answer_without_reading, args=[listener, Reply(429).written()], daemon=True).start()
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings.WEBHOOK_ALLOW = [origin]
        outcome = outbound.post(origin, b"x" * size, {})
    assert (outcome.status, outcome.error) == (429, "")


@pytest.mark.parametrize(
    "raw",
    [
        OK + b"\r\n" + LARGE,
        CHUNKED + b"7A1200\r\n" + LARGE,
        CHUNKED + b"-1\r\n" + LARGE,
        OK + b"Content-Length: 8000000\r\n\r\n" + LARGE,
        OK + b"Content-Length: 99999999999999999999999\r\n\r\n" + LARGE,
        OK + b"X-Again: and again\r\n" * 100_000,
    ],
)
def test_not_more_than_64_kb_are_read(monkeypatch, tell, raw):
    read, really = [], answers._Answer._receive
    monkeypatch.setattr(answers._Answer, "_receive", lambda *args: read.append(really(*args)) or read[-1])
    tell(Reply(raw=raw))
    assert 0 < sum(map(len, read)) <= 64 * 1024


def _answer_without_reading(listener, answer):
    """Then it hangs up, which breaks the sending off."""
    client, _ = listener.accept()
    client.sendall(answer)
    client.close()
