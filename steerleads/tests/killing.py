"""Programs that run while others write, and are killed at any moment."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

from django.conf import settings


class Programs:
    """So many processes of one Python program, each of which begins with nothing set up. `ends` are good exit codes."""

    def __init__(self, code, count, env, *, ends):
        self.code, self.env, self.ends = code, env, ends
        self.running = [self._start() for _ in range(count)]

    def __enter__(self):
        return self

    def __exit__(self, *failed):
        for process in self.running:
            process.terminate()
        ended = [process.wait(30) for process in self.running]
        assert failed[0] or set(ended) <= {*self.ends, -signal.SIGTERM}, ended

    def kill_some(self, kills, seconds):
        """`kill -9` of one of them, so many times over so many seconds, and another in its place."""
        chance = random.Random(kills)
        for _ in range(kills):
            time.sleep(chance.uniform(0.3, 1.5) * seconds / kills)
            index = chance.randrange(len(self.running))
            os.kill(self.running[index].pid, signal.SIGKILL)
            self.running[index].wait(10)
            self.running[index] = self._start()

    def _start(self):
        return subprocess.Popen([sys.executable, "-c", self.code], cwd=settings.BASE_DIR, env=self.env)


@contextmanager
def writing(code, env):
    """The process of a program for Django's shell, whose output is a pipe."""
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", code]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=env, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
