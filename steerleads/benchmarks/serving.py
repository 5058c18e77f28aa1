"""`manage.py serve` as processes to be measured, and a client that costs next to nothing beside them."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path

from django.conf import settings

SECONDS_TO_START = SECONDS_TO_STOP = 40
PIECE = 256 * 1024


class Server:
    """A `manage.py serve`, started. Use `serving`, which ends it."""

    def __init__(self, database_url, folder, *, checkout, workers):
        self.port, self._log = free_port(), Path(folder) / "log"
        given = {"DATABASE_URL": database_url, "VAR_DIR": folder, "SECURE_SSL_REDIRECT": "0"}
        given["SECRET_KEY"] = settings.SECRET_KEY  # so that sessions made here are taken there
        arguments = ["serve", "--port", str(self.port), "--workers", str(workers), "--no-deliver"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [python_of(checkout), "manage.py", *arguments],
                cwd=checkout,
                env={**os.environ, **given},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def client(self, key="", **headers):
        """A Client, once somebody listens."""
        until = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                return Client(self.port, key, **headers)
            except ConnectionRefusedError:
                if self._process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"The server did not start:\n{self._log.read_text()}") from None
                time.sleep(0.002)

    def workers(self):
        """Their process ids, on Linux."""
        return [
            int(pid) for pid in Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        ]

    def stop(self):
        self._process.terminate()
        try:
            self._process.wait(SECONDS_TO_STOP)
        finally:
            self._process.kill()


class Client:
    """GET on one connection that is kept, with these headers. Who says If-None-Match expects a 304."""

    def __init__(self, port, key="", **headers):
        self.headers = {"Host": "localhost", **({"Authorization": f"Bearer {key}"} if key else {}), **headers}
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, path):
        """(its headers as one text, its body). RuntimeError if it is not the status that is expected."""
        head, pieces = self._begin(path)
        return head, b"".join(pieces)

    def skim(self, path):
        """How many bytes the body has, none of which is kept."""
        _, pieces = self._begin(path)
        return sum(map(len, pieces))

    def close(self):
        self._socket.close()

    def _begin(self, path):
        sent = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        self._socket.sendall(f"GET {path} HTTP/1.1\r\n{sent}\r\n".encode())
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._piece()
        head, _, rest = got.partition(b"\r\n\r\n")
        head = head.decode()
        is_known = "If-None-Match" in self.headers
        if (" 304 " if is_known else " 200 ") not in head.partition("\r\n")[0]:
            raise RuntimeError(f"GET {path}: {head}")
        length = 0 if is_known else int(head.lower().partition("content-length:")[2].split()[0])
        return head, self._body(rest, length)

    def _body(self, piece, length):
        yield piece
        length -= len(piece)
        while length:
            piece = self._piece()
            length -= len(piece)
            yield piece

    def _piece(self):
        piece = self._socket.recv(PIECE)
        if not piece:
            raise RuntimeError("The server closed the connection.")
        return piece


@contextmanager
def serving(database_url, *, checkout=settings.BASE_DIR, workers=1):
    """A Server on this database, from this checkout, with a VAR_DIR of its own."""
    with tempfile.TemporaryDirectory(prefix="steerleads-benchmark-") as folder:
        server = Server(database_url, folder, checkout=checkout, workers=workers)
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def client_of(server, key="", **headers):
    with closing(server.client(key, **headers)) as client:
        yield client


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def python_of(checkout):
    """Another checkout's own, if it has one."""
    own = Path(checkout) / ".venv" / "bin" / "python"
    return str(own) if Path(checkout) != settings.BASE_DIR and own.exists() else sys.executable
