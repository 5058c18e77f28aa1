"""Real server processes for tests, each on a database of its own: of whichever kind the suite runs on.

    with running_server(workers=2) as server:
        server.call("GET", "/v1/leads", key=server.casa.key)

A database is a copy of one template: migrated, with Casa Motors and Atlas Cars, a key and a car of each.
"""

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from functools import cache
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.db import connection

NUMBERS = count(1)
SECONDS_TO_START = 40
SECONDS_TO_STOP = 40
SEED = """
import json
from cars.actions import create_car
from steerleads.dealers.keys import issue_key
from steerleads.dealers.models import Dealership
found = {}
for short, name in (("casa", "Casa Motors"), ("atlas", "Atlas Cars")):
    dealership = Dealership.objects.create(name=name)
    key, secret = issue_key(dealership, "Website", hourly_limit=0)
    car = create_car(dealership, {"make": "Honda", "model": "Civic", "overview_year": 2021})
    found[short] = {"id": str(dealership.pk), "name": name, "key": secret, "car": str(car.pk)}
print(json.dumps(found))
"""


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
        return python(code, self.env)

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


@contextmanager
def scratch_database(folder, *, migrated=True):
    """(the URL of a fresh database, {"casa": …, "atlas": …}), gone afterwards. Not `migrated`, it is empty."""
    origin, seeds = _template() if migrated else (None, {})
    if connection.vendor == "sqlite":
        path = Path(folder) / f"scratch{next(NUMBERS)}.sqlite3"
        if origin:
            shutil.copy(origin, path)
        yield f"sqlite:///{path}", seeds
        return
    name = _create_database(origin)
    try:
        yield _url_of(name), seeds
    finally:
        _drop_database(name)


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


def environment(database_url, folder, env=None):
    """The environment of a process that is not to see this machine's settings."""
    given = {"DATABASE_URL": database_url, "VAR_DIR": str(folder), "SECURE_SSL_REDIRECT": "0", **(env or {})}
    return {**os.environ, **{name: str(value) for name, value in given.items()}}


def spawn(arguments, env, log_file):
    """`manage.py …` as the first process of a group of its own, writing to `log_file`."""
    with log_file.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "manage.py", *map(str, arguments)],
            cwd=settings.BASE_DIR,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def run(arguments, env, *, timeout=300):
    """`manage.py …` to its end, with returncode, stdout and stderr as text."""
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=settings.BASE_DIR,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
    )


def manage(arguments, env):
    answer = run(arguments, env)
    assert answer.returncode == 0, f"manage.py {arguments[0]} failed: {answer.stderr}"
    return answer.stdout.strip()


def python(code, env):
    return manage(["shell", "--no-imports", "--command", code], env)


# --- Databases ---------------------------------------------------------------------------------


@cache
def _template():
    """(SQLite's file or PostgreSQL's name, what is in it), made once a run of the suite."""
    folder = tempfile.mkdtemp(prefix="steerleads-template-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if connection.vendor == "sqlite":
        origin, url = f"{folder}/template.sqlite3", f"sqlite:///{folder}/template.sqlite3"
    else:
        origin = _create_database()
        atexit.register(_drop_database, origin)
        url = _url_of(origin)
    env = environment(url, folder)
    manage(["migrate", "--verbosity=0"], env)
    seeds = json.loads(python(SEED, env))
    return origin, {name: SimpleNamespace(**seed) for name, seed in seeds.items()}


def _create_database(template=None):
    name = f"steerleads_scratch_{os.getpid()}_{next(NUMBERS)}"
    _tell_postgresql(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
    return name


def _drop_database(name):
    _tell_postgresql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _tell_postgresql(statement):
    with psycopg.connect(_url_of("postgres"), autocommit=True) as opened:
        opened.execute(statement)


def _url_of(name):
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


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
