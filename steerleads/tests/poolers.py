"""A PgBouncer of a test's own, in transaction mode, before the suite's PostgreSQL."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from steerleads.tests.servers import free_port, wait_until

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
USER = "postgres"  # it refuses to run as root
# As an operator would set it up by docs/operate.md: a pool smaller than what the product opens, so that sessions are shared.
SETTINGS = """
[databases]
* = host={host} port={port} user={user} {password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own_port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = 4
max_client_conn = 500
ignore_startup_parameters = options
logfile = {folder}/log
"""


class Pooler:
    """Use `running_pooler`, which cleans up."""

    def __init__(self, folder, behind, mode):
        self.folder, self.port, self.process = Path(folder), free_port(), None
        url = urlsplit(behind)
        facts = {"host": url.hostname, "port": url.port or 5432, "user": url.username, "folder": folder, "mode": mode}
        password = f"password={url.password}" if url.password else ""
        self._settings = self.folder / "pgbouncer.ini"
        self._settings.write_text(SETTINGS.format(**facts, own_port=self.port, password=password))
        if os.getuid() == 0:
            shutil.chown(self.folder, USER)

    def start(self):
        as_user = {"user": USER, "group": USER, "extra_groups": []} if os.getuid() == 0 else {}
        self.process = subprocess.Popen(
            [PROGRAM, "--quiet", self._settings],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **as_user,
        )
        wait_until(self._answers)

    def stop(self):
        """At once, whatever its clients are at."""
        self.process.terminate()
        self.process.wait(10)

    def url(self, behind):
        """The way through it to the database of another URL."""
        url = urlsplit(behind)
        return url._replace(netloc=f"{url.username}@127.0.0.1:{self.port}").geturl()

    def _answers(self):
        assert self.process.poll() is None, (self.folder / "log").read_text()
        try:
            psycopg.connect(f"postgres://{USER}@127.0.0.1:{self.port}/postgres").close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def running_pooler(behind, *, mode="transaction"):
    """A Pooler before the server that the URL `behind` names."""
    with tempfile.TemporaryDirectory(prefix="steerleads-pgbouncer-") as folder:
        pooler = Pooler(folder, behind, mode)
        pooler.start()
        try:
            yield pooler
        finally:
            pooler.stop()
