"""Real server processes for tests, each on a database of its own: of whichever kind the suite runs on.

    with running_server(workers=2) as server:
        server.call("GET", "/v1/leads", key=server.casa.key)

A database is a copy of `databases.seeded()`: migrated, with Casa Motors and Atlas Cars, a key and a car of each.
"""

import json
import os
import signal
import socket
import tempfile
import time
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import NamedTuple

from steerleads.tests.commands import environment, manage, python, spawn
from steerleads.tests.databases import scratch_database

SECONDS_TO_START = 40
SECONDS_TO_STOP = 40
SECONDS_TO_PREPARE = 1800  # 200,000 leads, on a machine that does other work


class Answer(NamedTuple):
    status: int
    headers: dict  # names in lower case
    body: bytes

    def json(self):
        return json.loads(self.body)


class Server:
    """`manage.py serve` as a process, on one port for all its life. Use `running_server`, which cleans up.

    `casa` and `atlas` have id, name, key and car (an id). `env` overrides settings; `url` is where it listens.
    It delivers nothing to the outside unless asked to.
    """

    def __init__(self, database_url, *, folder, casa=None, atlas=None, workers=1, threads=8, env=None, deliver=False):
        self.folder, self.database_url = Path(folder), database_url
        self.casa, self.atlas = casa, atlas
        self.workers, self.threads, self.deliver = workers, threads, deliver
        self.env = environment(database_url, folder, env)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    # --- Its life ------------------------------------------------------------------------------

    def start(self, *, wait=True):
        """Start, and wait until it answers /healthz."""
        arguments = ["serve", "--port", self.port, "--workers", self.workers, "--threads", self.threads]
        arguments += [] if self.deliver else ["--no-deliver"]
        self.process = spawn(arguments, self.env, self._log_file)
        if wait:
            self.wait_until_it_answers()
        return self

    def wait_until_it_answers(self, path="/healthz"):
        def answers():
            assert self.process.poll() is None, f"the server ended: {self.log()}"
            with suppress(OSError, HTTPException):
                return self.call("GET", path).status == 200

        wait_until(answers, SECONDS_TO_START)

    def stop(self):
        """SIGTERM, and the exit code: 0 if all went well."""
        self.process.terminate()
        return self.process.wait(SECONDS_TO_STOP)

    def kill(self):
        """kill -9 of the main process, as in a crash; its workers must go by themselves."""
        self.process.kill()
        self.process.wait(10)
        wait_until(lambda: not self.is_alive(), 10)

    def kill_worker(self):
        """kill -9 of one worker. Each that replaces it waits longer before it begins."""
        os.kill(self.worker_pids()[0], signal.SIGKILL)

    def restart(self):
        """After `stop` or `kill` or instead of them: the same database, the same port."""
        if self.process.poll() is None:
            self.stop()
        return self.start()

    def clean_up(self):
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)

    def is_alive(self):
        """Whether any process of this server is still there."""
        return bool(_group(self.process.pid))

    def worker_pids(self):
        return [pid for pid in _group(self.process.pid) if pid != self.process.pid]

    # --- Talking to it -------------------------------------------------------------------------

    def call(self, method, path, body=None, *, key=None, headers=None, timeout=30):
        """One request on a connection of its own; a `body` that is not bytes goes as JSON. Gives an Answer."""
        client = self.connect(timeout)
        try:
            return send(client, method, path, body, key=key, headers=headers)
        finally:
            client.close()

    def connect(self, timeout=30):
        """An http.client connection, for `send` to use many times. One thread at a time may use it."""
        return HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def log(self):
        """All that its processes have written so far, over all restarts."""
        return self._log_file.read_text(errors="replace") if self._log_file.exists() else ""

    def manage(self, *arguments):
        """What `manage.py …` prints, run beside the server on the same database. AssertionError if it fails."""
        return manage(arguments, self.env)

    def python(self, code):
        """What this code prints, run in the project on the same database (`manage.py shell -c`)."""
        return python(code, self.env, timeout=SECONDS_TO_PREPARE)

    @property
    def _log_file(self):
        return self.folder / "server.log"


@contextmanager
def running_server(**how):
    """A started Server on a fresh database; both are gone afterwards. Takes what Server takes."""
    with stopped_server(**how) as server:
        yield server.start()


@contextmanager
def stopped_server(**how):
    """The same, to be started by the test."""
    with tempfile.TemporaryDirectory(prefix="steerleads-") as folder, scratch_database(folder) as (url, seeds):
        server = Server(url, folder=folder, **seeds, **how)
        try:
            yield server
        finally:
            server.clean_up()


# --- Pieces that other tests use as well -------------------------------------------------------


def send(client, method, path, body=None, *, key=None, headers=None):
    """One request on an http.client connection, as an Answer."""
    headers = dict(headers or {})
    if key:
        headers["Authorization"] = f"Bearer {key}"
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        headers.setdefault("Content-Type", "application/json")
    client.request(method, path, body, headers)
    response = client.getresponse()
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())


def wait_until(fact, seconds=20):
    """Ask again and again until `fact()` is true, and give it."""
    until = time.monotonic() + seconds
    while not (found := fact()):
        assert time.monotonic() < until, f"waited {seconds} s in vain"
        time.sleep(0.02)
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _group(leader):
    """The living processes of a process group (on Linux). What is dead and not yet collected does not count."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # "pid (name) state parent group …", and the name may hold anything
            state, _, group = stat.read_text(errors="replace").rpartition(")")[2].split()[:3]
            if int(group) == leader and state not in "ZX":
                found.append(int(stat.parent.name))
    return found
