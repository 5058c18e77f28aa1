"""`manage.py serve` as a real process: its life and death, and what passes through the server itself."""

import gzip
import json
import os
import signal
import socket
import sys
import time

import pytest

from steerleads.management.commands import serve
from steerleads.serving.pauses import Pauses
from steerleads.tests.commands import environment, run
from steerleads.tests.databases import scratch_database
from steerleads.tests.servers import SECONDS_TO_STOP, running_server, send, stopped_server, wait_until

pytestmark = pytest.mark.long

MEBIBYTE = 1024 * 1024
LEAD = {"action": "Follow up call", "targetName": "Sara Alami", "targetInfo": "+212-600-123456"}

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture(scope="module")
def server():
    """One for all tests that leave it running."""
    with running_server(workers=2) as server:
        yield server


# --- Its life ----------------------------------------------------------------------------------


def test_sigterm_lets_a_request_in_flight_finish():
    with running_server() as server:
        upload = Upload(server)
        upload.send_half()
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert upload.send_rest() == 201
        assert server.process.wait(10) == 0


@pytest.mark.on_one_database
@pytest.mark.parametrize("seconds", [0.05, 0.45, 0.6, 0.75, 0.9])
def test_sigterm_while_it_starts_ends_it(seconds):
    with stopped_server(workers=2) as server:
        server.start(wait=False)
        time.sleep(seconds)
        server.process.terminate()
        assert server.process.wait(SECONDS_TO_STOP) in (0, 1, -signal.SIGTERM)
        assert not server.is_alive()


@pytest.fixture
def no_nohup():
    """The suite may have been started by nohup, which what it starts would follow."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.on_one_database
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_to_the_whole_group_ends_it_well(no_nohup, number):
    """As a terminal sends Ctrl+C, systemd a stop, and a terminal that is closed."""
    with running_server(workers=2) as server:
        os.killpg(server.process.pid, number)
        assert server.process.wait(SECONDS_TO_STOP) == 0
        assert not server.is_alive()


@only_linux
def test_killed_main_process_leaves_no_orphans():
    with running_server(workers=2) as server:
        assert len(server.worker_pids()) == 2
        server.kill()
        assert not server.is_alive()
        server.restart()
        assert server.call("GET", "/v1/auth/test", key=server.casa.key).status == 200


@pytest.mark.on_one_database
@only_linux
def test_killed_worker_is_replaced_and_every_log_line_is_json():
    with running_server(env={"LOG_FORMAT": "json"}) as server:
        server.kill_worker()
        wait_until(lambda: "Unexpected exit from worker" in server.log())
        server.wait_until_it_answers("/readyz")
        wait_until(lambda: "steerleads.serving.server" in server.log())
        lines = [json.loads(line) for line in server.log().splitlines()]
    assert {"steerleads.serving.server", "steerleads.access", "_granian"} <= {line["logger"] for line in lines}


@pytest.mark.on_one_database
@only_linux
def test_workers_that_die_again_and_again_end_neither_the_server_nor_each_other():
    with running_server(workers=2) as server:
        healthy = max(server.worker_pids())
        for _ in range(3):
            [dying] = {*server.worker_pids()} - {healthy}
            os.kill(dying, signal.SIGKILL)
            wait_until(lambda dying=dying: len({*server.worker_pids()} - {healthy, dying}) == 1)
        assert server.process.poll() is None
        assert healthy in server.worker_pids()
        assert server.call("GET", "/v1/auth/test", key=server.casa.key).status == 200
        assert "Another begins at once" in server.log() and "Another begins in 2 s" in server.log()


def test_pauses_grow_to_a_minute_and_are_forgiven_after_a_minute_of_life():
    now = [0]
    pauses = Pauses(clock=lambda: now[0])
    assert [pauses.after_death() for _ in range(9)] == [0, 1, 2, 4, 8, 16, 32, 60, 60]
    now[0] += 60 + 61  # it waited a minute, and lived for longer than one
    assert [pauses.after_death() for _ in range(3)] == [0, 1, 2]


@pytest.mark.on_one_database
def test_used_port_is_said(server):
    answer = run(["serve", "--port", server.port], server.env)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == (
        f"CommandError: Cannot listen on 127.0.0.1:{server.port}: Address already in use. "
        "Choose another --port or --host.\n"
    )


@pytest.mark.on_one_database
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--host", "no.such.host.invalid"], "Cannot listen on no.such.host.invalid:8000"),
        (["--port", "0"], "'0' is not a whole number from 1 to 65535"),
        (["--workers", "none"], "'none' is not a whole number from 1"),
    ],
)
def test_unfit_arguments_are_said(server, arguments, words):
    answer = run(["serve", *arguments], server.env)
    assert answer.returncode != 0
    assert words in answer.stderr and "Traceback" not in answer.stderr


def test_database_without_its_migrations_is_refused(tmp_path):
    with scratch_database(tmp_path, migrated=False) as (url, _):
        answer = run(["serve"], environment(url, tmp_path))
    assert answer.returncode == 1
    assert "migrations are not applied. Run: python manage.py migrate" in answer.stderr


def test_missing_database_is_a_warning(monkeypatch, caplog):
    monkeypatch.setattr(serve, "_database_answers", lambda: False)
    serve.Command().prepare("http://127.0.0.1:8000/")
    assert caplog.messages == ["The database cannot be reached. Starting all the same."]


@pytest.mark.parametrize(
    ("host", "url"),
    [("localhost", "http://localhost:80/"), ("::1", "http://[::1]:80/"), ("0.0.0.0", "http://localhost:80/")],
)
def test_url_can_be_opened(host, url):
    assert serve.url_of(host, 80) == url


# --- Bodies ------------------------------------------------------------------------------------


@pytest.mark.on_one_database
@pytest.mark.parametrize("how", ["length", "chunked"])
@pytest.mark.parametrize(("key", "status"), [(True, 413), (False, 401)])
def test_refusal_of_8_mib_is_read_by_a_client_that_is_still_sending(server, how, key, status):
    client = server.connect()
    headers = {"Content-Type": "application/json"} | ({"Transfer-Encoding": "chunked"} if how == "chunked" else {})
    body = b'"' + b"x" * 8 * MEBIBYTE
    body = body if how == "length" else chunks_of(body)
    client.request("POST", casa_leads(server), body, headers | authorization(server, key), encode_chunked=True)
    assert client.getresponse().status == status
    client.close()


def test_connection_goes_on_after_a_413(server):
    client = server.connect()
    path, key = casa_leads(server), server.casa.key
    assert send(client, "POST", path, {"note": "x" * 2 * MEBIBYTE}, key=key).status == 413
    assert send(client, "POST", path, LEAD, key=key).status == 201
    client.close()


def test_one_mib_is_not_too_large(server):
    body = b'{"action": "Call", "targetName": "Sara", "targetInfo": "06"'
    body += b" " * (MEBIBYTE - len(body) - 1) + b"}"
    headers = {"Content-Type": "application/json"}
    answer = server.call("POST", casa_leads(server), body, key=server.casa.key, headers=headers)
    assert answer.status == 201
    answer = server.call("POST", casa_leads(server), body + b" ", key=server.casa.key, headers=headers)
    assert (answer.status, answer.json()["error"]["code"]) == (413, "PAYLOAD_TOO_LARGE")


def test_chunked_body_is_read(server):
    client = server.connect()
    headers = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"} | authorization(server)
    body = [b'{"action": "Call", ', b'"targetName": "\xc3\x89lodie", ', b'"targetInfo": "06"}']
    client.request("POST", casa_leads(server), iter(body), headers, encode_chunked=True)
    response = client.getresponse()
    assert response.status == 201
    assert "Élodie" in response.read().decode()
    client.close()


def test_body_that_breaks_off_makes_no_lead(server):
    before = number_of_leads(server)
    upload = Upload(server)
    upload.send_half()  # the whole JSON; what is missing are spaces
    upload.socket.shutdown(socket.SHUT_WR)
    upload.socket.settimeout(10)
    assert upload.socket.recv(100)[:12] in (b"", b"HTTP/1.1 400")
    assert number_of_leads(server) == before


# --- What else the server does ------------------------------------------------------------------


@pytest.mark.on_one_database
@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["Authorization: Bearer a", "Authorization: Bearer b"], 401),
        (["Authorization: Bearer \u00e9"], 401),
        (["X-Request-Id: \u00e9"], 401),
        (["Host: \u00e9"], 400),
        (["Host: evil.example"], 400),
        (["X-Filler: " + "x" * 20_000], 401),
        (["Content-Length: abc"], 400),
        (["Content-Length: 5", "Content-Length: 6"], 400),
    ],
)
def test_odd_headers_are_no_server_error(server, lines, status):
    has_host = any(line.startswith("Host") for line in lines)
    lines = ["GET /v1/leads HTTP/1.1", *([] if has_host else ["Host: localhost"]), "Connection: close", *lines]
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as plug:
        plug.sendall("\r\n".join([*lines, "", ""]).encode())
        assert plug.makefile("rb").readline().split()[1] == str(status).encode()


@pytest.mark.on_one_database
@pytest.mark.parametrize(
    ("path", "kind"), [("/static/admin/css/base.css", "text/css"), ("/static/admin/js/theme.js", "text/javascript")]
)
def test_static_files_are_served_with_their_type(server, path, kind):
    answer = server.call("GET", path)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith(kind)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "max-age=600" in answer.headers["cache-control"]


def test_answers_over_1_kib_are_compressed_on_demand(server):
    for _ in range(5):
        server.call("POST", casa_leads(server), LEAD, key=server.casa.key)
    plain = server.call("GET", "/v1/leads", key=server.casa.key)
    small = server.call("GET", "/v1/leads", key=server.casa.key, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert gzip.decompress(small.body) == plain.body


def test_head_has_the_headers_and_no_body(server):
    answer = server.call("HEAD", "/v1/auth/test", key=server.casa.key)
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["content-length"]) > 100


def test_access_log_has_the_route_and_neither_query_nor_key(server):
    server.call("GET", "/v1/leads?search=Confidential&key=" + server.casa.key, key=server.casa.key)
    assert " INFO steerleads.access " in server.log() and "GET v1/leads 200 ms=" in server.log()
    assert "Confidential" not in server.log()
    assert server.casa.key not in server.log()
    assert "Traceback" not in server.log()


# --- How ---------------------------------------------------------------------------------------


class Upload:
    """A lead on its way, in two halves; the second one is spaces."""

    def __init__(self, server):
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=20)
        self.body = b'{"action": "Call", "targetName": "Sara", "targetInfo": "06"}' + b" " * 100
        lines = [f"POST {casa_leads(server)} HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
        lines += [f"Content-Length: {len(self.body)}", f"Authorization: Bearer {server.casa.key}", "", ""]
        self.head = "\r\n".join(lines).encode()

    def send_half(self):
        self.socket.sendall(self.head + self.body[:-50])
        time.sleep(0.3)

    def send_rest(self):
        """The status of the answer."""
        self.socket.sendall(self.body[-50:])
        return int(self.socket.makefile("rb").readline().split()[1])


def casa_leads(server):
    return f"/v1/leads/car/{server.casa.car}"


def authorization(server, key=True):
    return {"Authorization": f"Bearer {server.casa.key}"} if key else {}


def number_of_leads(server):
    return len(server.call("GET", "/v1/leads", key=server.casa.key).json())


def chunks_of(body):
    return (body[start : start + 65536] for start in range(0, len(body), 65536))
