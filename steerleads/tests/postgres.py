"""A PostgreSQL of a test's own, to be stopped and started at will, with the safe settings it comes with."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psycopg

from steerleads.tests.servers import free_port

USER = "postgres"


class Cluster:
    """One PostgreSQL server, listening on 127.0.0.1. Use `running_cluster`, which cleans up."""

    def __init__(self, folder):
        self.folder, self.port = Path(folder), free_port()
        self._data = self.folder / "data"

    def create(self):
        if os.getuid() == 0:
            shutil.chown(self.folder, USER)  # its programs refuse to run as root
        self._run("initdb", "--pgdata", self._data, "--username", USER, "--auth=trust", "--encoding=UTF8", "--locale=C")

    def start(self):
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c max_connections=100"
        self._run(
            "pg_ctl", "--pgdata", self._data, "--wait", "--log", self.folder / "log", "--options", options, "start"
        )

    def stop(self, mode="fast"):
        """`fast` ends all connections; `immediate` ends all processes as in a crash."""
        self._run("pg_ctl", "--pgdata", self._data, "--wait", "--mode", mode, "stop")

    def restart(self, mode="fast"):
        self.stop(mode)
        self.start()

    def set_read_only(self, on):
        """Take no writes any more, as hosted ones do when their disk is full."""
        with psycopg.connect(self.url(), autocommit=True) as opened:
            opened.execute("SET default_transaction_read_only = off")
            opened.execute(f"ALTER SYSTEM SET default_transaction_read_only = {'on' if on else 'off'}")
            opened.execute("SELECT pg_reload_conf()")

    def is_running(self):
        return (self._data / "postmaster.pid").exists()

    def url(self, name=USER):
        return f"postgres://{USER}@127.0.0.1:{self.port}/{name}"

    def _run(self, program, *arguments):
        as_user = {"user": USER, "group": USER, "extra_groups": []} if os.getuid() == 0 else {}
        # Not captured by pipes: the server would inherit them, and reading them would never end.
        with (self.folder / f"{program}.out").open("ab") as output:
            answer = subprocess.run(
                [_programs() / program, *map(str, arguments)],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                timeout=60,
                **as_user,
            )
        assert answer.returncode == 0, (self.folder / f"{program}.out").read_text(errors="replace")[-2000:]

    def copy_to(self, standby):
        """Make another Cluster a standby of this one, which follows it and takes no writes."""
        if os.getuid() == 0:
            shutil.chown(standby.folder, USER)
        standby._run("pg_basebackup", "--pgdata", standby._data, "--write-recovery-conf", "--dbname", self.url())


@contextmanager
def running_standby(cluster):
    """A standby of a running Cluster, running too."""
    with tempfile.TemporaryDirectory(prefix="steerleads-standby-") as folder:
        standby = Cluster(folder)
        cluster.copy_to(standby)
        standby.start()
        try:
            yield standby
        finally:
            standby.stop("immediate")


@contextmanager
def running_cluster():
    with tempfile.TemporaryDirectory(prefix="steerleads-postgresql-") as folder:
        cluster = Cluster(folder)
        cluster.create()
        cluster.start()
        try:
            yield cluster
        finally:
            if cluster.is_running():
                cluster.stop("immediate")


def _programs():
    """The folder of initdb and pg_ctl, the newest if there are several; Debian does not put it on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    named = shutil.which("initdb")
    assert found or named, "PostgreSQL's programs are not installed: apt-get install postgresql"
    return (found[-1] if found else Path(named)).parent
