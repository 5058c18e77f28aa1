"""Who is measured: the product and its peers, as servers over one database, and what a run of them costs."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from importlib.util import find_spec
from pathlib import Path
from subprocess import PIPE
from typing import NamedTuple

from django.conf import settings

from steerleads.benchmarks.serving import free_port

SECONDS_TO_START = 60
SECONDS_TO_STOP = 40
PROC = Path("/proc")
WORKERS = 2
DRIVER = [sys.executable, "-m", "steerleads.benchmarks.driver"]
# What a server sees of this machine's environment: nothing that sets the product.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
PEERS = "steerleads.benchmarks.peers"

# Threads enough for eight connections; of granian's, four a worker, with which it is fastest (ours has 32 by itself).
COMMANDS = {
    "ours": "manage.py serve --port={port} --workers={workers} --threads=4 --no-deliver",
    "limit": (
        f"-m granian {PEERS}.limit:application --interface=wsgi --port={{port}} --workers={{workers}} "
        "--blocking-threads=4 --blocking-threads-idle-timeout=600 --http=1 --no-ws --log-level=error"
    ),
    "stock": (
        "-m gunicorn django.core.wsgi:get_wsgi_application() --bind=127.0.0.1:{port} --workers={workers} "
        "--worker-class=gthread --threads=8 --keep-alive=60 --no-control-socket"
    ),
    "fastapi": (
        f"-m uvicorn {PEERS}.fast_api:app --port={{port}} --workers={{workers}} "
        "--timeout-keep-alive=60 --no-access-log --log-level=error"
    ),
}
NEEDED = {"limit": ["granian"], "stock": ["gunicorn"], "fastapi": ["fastapi", "sqlalchemy", "uvicorn", "uvloop"]}
TITLES = {
    "ours": "ours",
    "limit": "limit",
    "stock": "stock DRF",
    "fastapi": "FastAPI",
    "limited": "ours, limited key",
    "gzip": "ours, gzip",
}


class Failed(Exception):
    """The message is for the person at the terminal."""


class Measured(NamedTuple):
    rate: float  # answers a second
    cpu: float | None  # µs of the server's processors an answer; None where there is no /proc


@dataclass(frozen=True)
class Contestant:
    """A server as one kind of caller sees it."""

    name: str
    title: str
    server: "Server"
    key: str
    headers: tuple = ()

    def all_headers(self):
        return [f"Authorization: Bearer {self.key}", *self.headers]

    def measure(self, operation, requests, seconds):
        """A Measured, of a list of requests for each connection, driven from a process apart."""
        task = self._task(operation, requests, seconds)
        with subprocess.Popen(DRIVER, cwd=settings.BASE_DIR, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True) as driver:
            driver.stdin.write(json.dumps(task) + "\n")
            driver.stdin.flush()
            driver.stdout.readline()  # it is ready
            before = self.server.cpu_seconds()
            done, errors = driver.communicate("go\n")
            after = self.server.cpu_seconds()
        if driver.returncode:
            raise Failed(f"{operation.title}: {self.title} failed. {errors.strip()}\n{self.server.log()}")
        done = json.loads(done)
        cpu = None if after is None else (after - before) / done["requests"] * 1e6
        return Measured(done["requests"] / done["seconds"], cpu)

    def ask(self, method, path, body=None):
        """(status, body as it was sent) of one request."""
        client = HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        headers = dict(header.split(": ", 1) for header in self.all_headers())
        headers |= {"Content-Type": "application/json"} if body else {}
        client.request(method, path, body and body.encode(), headers)
        response = client.getresponse()
        answer = response.read()
        client.close()
        return response.status, answer

    def _task(self, operation, requests, seconds):
        return {
            "port": self.server.port,
            "processes": self.server.processes(),
            "workers": WORKERS,
            "headers": self.all_headers(),
            "method": operation.method,
            "status": operation.status,
            "seconds": seconds,
            "connections": requests,
        }


class Server:
    """One of COMMANDS as a process group of its own."""

    def __init__(self, name, env, folder):
        self.name, self.port, self._log = name, free_port(), Path(folder) / f"{name}.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, *COMMANDS[name].format(port=self.port, workers=WORKERS).split()],
                cwd=settings.BASE_DIR,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_until_it_answers(self):
        until = time.monotonic() + SECONDS_TO_START
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > until:
                raise Failed(f"{TITLES[self.name]} did not start:\n{self.log()}")
            time.sleep(0.05)

    def processes(self):
        """Their ids; none where there is no /proc."""
        return list(self._stats())

    def cpu_seconds(self):
        """What its processes have used so far, or None where there is no /proc."""
        ticks = [int(ticks) for fields in self._stats().values() for ticks in fields[11:13]]
        return sum(ticks) / os.sysconf("SC_CLK_TCK") if ticks else None

    def stop(self):
        with suppress(subprocess.TimeoutExpired):
            self.process.terminate()
            self.process.wait(SECONDS_TO_STOP)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def log(self):
        """The end of what it wrote."""
        return self._log.read_text(errors="replace")[-4000:]

    def _answers(self):
        client = HTTPConnection("127.0.0.1", self.port, timeout=5)
        with suppress(OSError, HTTPException):
            client.request("GET", "/")
            return bool(client.getresponse().status)

    def _stats(self):
        """{process id: the fields of /proc/PID/stat behind the name} of its group."""
        stats = {}
        for path in PROC.glob("[0-9]*/stat"):
            with suppress(OSError):
                fields = path.read_text(errors="replace").rpartition(")")[2].split()
                if int(fields[2]) == self.process.pid:
                    stats[int(path.parent.name)] = fields
        return stats


@contextmanager
def running(names, database_url, folder):
    """{name: Server} of these, all answering."""
    env = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    env |= {"DATABASE_URL": database_url, "VAR_DIR": folder, "SECURE_SSL_REDIRECT": "0"}
    with ExitStack() as stack:
        servers = {}
        for name in names:
            servers[name] = Server(name, env | _settings_of(name), folder)
            stack.callback(servers[name].stop)
        for server in servers.values():
            server.wait_until_it_answers()
        yield servers


def _settings_of(name):
    module = f"{PEERS}.stock_settings" if name == "stock" else "steerleads.settings"
    return {"DJANGO_SETTINGS_MODULE": module}


def missing_packages(names):
    return [package for name in names for package in NEEDED.get(name, []) if find_spec(package) is None]
