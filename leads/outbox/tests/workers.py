"""Workers for tests: one in a thread of the test, or processes."""

import os
import signal
import threading
from contextlib import contextmanager
from pathlib import Path

from leads.outbox.worker import Worker
from leads.webhooks.outbound import WHOLE_SECONDS
from steerleads.tests.commands import spawn
from steerleads.tests.servers import wait_until


@contextmanager
def working():
    """A Worker in a thread, until it is stopped."""
    worker = Worker()
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join(WHOLE_SECONDS + 5)
    assert not thread.is_alive()


@contextmanager
def running_worker(env, folder):
    """`manage.py deliver`, killed in the end: it would wait for the silent one."""
    log_file = Path(folder) / "worker.log"
    process = spawn(["deliver"], env, log_file)
    try:
        wait_until(lambda: "Delivering" in log_file.read_text())
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
        log_file.unlink()
