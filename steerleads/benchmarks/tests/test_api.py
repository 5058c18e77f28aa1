"""That the comparison with peers works. How fast anybody is, no test says."""

import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace

import pytest
from django.conf import settings

from leads.models import Lead
from steerleads.benchmarks import sameness
from steerleads.benchmarks.contestants import Failed
from steerleads.benchmarks.driver import Connection, drive
from steerleads.benchmarks.driver import Failed as NotAnswered
from steerleads.benchmarks.peers import facts
from steerleads.benchmarks.workload import OPERATIONS

pytestmark = pytest.mark.long

ALL = ["ours", "limit", "stock", "fastapi", "limited", "gzip"]
STAGE = SimpleNamespace(leads=["a", "b"], cars=["c"], new_cars=["d"], long_car="e")


def run(*arguments, folder):
    """On a database that it makes itself: on the suite's server, else on SQLite."""
    return subprocess.run(
        [sys.executable, "-m", "steerleads.benchmarks", "api", *map(str, arguments)],
        cwd=settings.BASE_DIR,
        env={**os.environ, "VAR_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=400,
    )


@pytest.mark.on_one_database
def test_all_answer_the_same_and_are_measured(tmp_path):
    figures = tmp_path / "figures.json"
    quick = ["--leads", 40, "--rounds", 1, "--seconds", 0.02, "--connections", 2]
    done = run(*quick, "--limited-key", "--gzip", "--json", figures, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "ours / stock DRF" in done.stdout
    measured = json.loads(figures.read_text())["operations"]
    assert list(measured) == list(OPERATIONS)
    assert [list(found) for found in measured.values()] == [ALL] * len(OPERATIONS)


def test_a_misspelt_operation_is_refused(tmp_path):
    done = run("--only", "get-two", folder=tmp_path)
    assert done.returncode == 2
    assert "get-two" in done.stderr


def test_a_peer_that_answers_otherwise_is_found():
    ours = SimpleNamespace(title="ours", ask=lambda *request: (200, b'{"id":1}'))
    theirs = SimpleNamespace(title="theirs", ask=lambda *request: (200, b'{"id": 1}'))
    sameness.check(OPERATIONS["get-one"], STAGE, [ours, ours])
    with pytest.raises(Failed, match="theirs differs"):
        sameness.check(OPERATIONS["get-one"], STAGE, [ours, theirs])


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_the_same_number_gives_the_same_requests(operation):
    assert operation.for_connections(STAGE, 2, 7) == operation.for_connections(STAGE, 2, 7)


def test_the_peers_fold_as_we_do():
    texts = {"action": "Rappeler", "target_name": "Élodie 168884", "target_info": "+212-600-123456"}
    lead = Lead(**texts, tag="VIP", note="Été")
    lead.fold()
    ours = {column: value for column, value in vars(lead).items() if column.endswith(("_folded", "_text"))}
    assert facts.folded({**texts, "tag": "VIP", "note": "Été"}) == ours


def test_every_change_changes_something():
    (requests,) = OPERATIONS["patch"].for_connections(STAGE, 1, 7)
    before = {}
    for path, body in requests * 2:
        assert before.get(path) != body
        before[path] = body


class Always(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # which keeps connections

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")


@pytest.fixture
def port():
    with ThreadingHTTPServer(("127.0.0.1", 0), Always) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_the_driver_counts_answers_and_refuses_another_status(port):
    request = [b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"]
    first, second, third = (Connection(port) for _ in range(3))
    assert drive([first.walk(request, 200), second.walk(request, 200)], 0)[0] == 2
    with pytest.raises(NotAnswered, match="404 was expected"):
        drive([third.walk(request, 404)], 0)
    for connection in (first, second, third):
        connection.socket.close()
