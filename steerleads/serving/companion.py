"""Keeps a delivery worker running beside the server, as a process of its own."""

import logging
import os
import subprocess
import sys
import threading
from contextlib import contextmanager

from django.conf import settings

from steerleads.serving.pauses import Pauses

SECONDS_TO_FINISH = 30  # for what is on its way, once the worker is told to stop

log = logging.getLogger(__name__)


@contextmanager
def delivering(wanted=True):
    """A worker for as long as this lasts. One that dies is replaced; one that was told to stop is not."""
    if not wanted:
        yield
        return
    worker = _Companion()
    watch = threading.Thread(target=worker.keep, daemon=True)
    watch.start()
    try:
        yield
    finally:
        worker.end()


class _Companion:
    def __init__(self):
        self.ending, self.pauses = threading.Event(), Pauses()
        self.process = self._begin()

    def keep(self):
        # It ends with 0 only when it is told to: by us, or by a Ctrl+C that reached us as well.
        while self.process.wait() != 0 and not self.ending.wait(self.pauses.after_death()):
            log.warning("The delivery worker died. Starting another.")
            try:
                self.process = self._begin()
            except OSError as error:  # no memory, perhaps: the dead one is waited for again, in vain and at once
                log.error("No delivery worker can be started: %s", error)

    def end(self):
        self.ending.set()
        self.process.terminate()
        try:
            self.process.wait(SECONDS_TO_FINISH)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def _begin(self):
        # Granian's own children are forks, which would take along what this process has open.
        program = [sys.executable, str(settings.BASE_DIR / "manage.py"), "deliver", "--parent", str(os.getpid())]
        return subprocess.Popen(program, stdin=subprocess.DEVNULL)
