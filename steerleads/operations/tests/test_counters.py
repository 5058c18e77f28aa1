"""Counting over processes: none is missed, none waits, and what a killed one counted stays."""

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings

from steerleads.operations.tests.test_metrics import ASKED, TOKEN, requests_of
from steerleads.tests.servers import running_server, wait_until

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only on Linux: workers are forked"),
    pytest.mark.on_one_database,
]

BEGIN = """
import os, signal, sys, threading, time
from steerleads.operations import counters

def born(work):
    if pid := os.fork():
        return pid
    work()
    os.kill(os.getpid(), signal.SIGKILL)

def count(times):
    for _ in range(times):
        counters.count(200)
"""
KILLED_AFTER_COUNTING = """
for _ in range(10):
    for pid in [born(lambda: count(1000)) for _ in range(4)]:
        os.waitpid(pid, 0)
used = sum(any(counters._numbers[at : at + 8]) for at in range(0, len(counters._numbers), 8))
print(counters.totals()["2xx"], used <= 4)
"""
THREADS = """
def many():
    threads = [threading.Thread(target=count, args=(20_000,)) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

sys.setswitchinterval(1e-6)
os.waitpid(born(many), 0)
print(counters.totals()["2xx"])
"""
KILLED_WHILE_COUNTING = """
seen, pids = [], []
for _ in range(20):
    pids.append(born(lambda: count(10**9)))
    until = time.monotonic() + 0.05
    while time.monotonic() < until:
        seen.append(counters.totals()["2xx"])
    if len(pids) == 3:
        os.kill(pids[0], signal.SIGKILL)
        os.waitpid(pids.pop(0), 0)
for pid in pids:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
print(seen == sorted(seen), len(set(seen)) > 20)
"""
STATUSES = """
for status in (200, 204, 301, 404, 418, 503, 599, 101):
    counters.count(status)
print(counters.totals())
"""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (KILLED_AFTER_COUNTING, "40000 True"),
        (THREADS, "160000"),
        (KILLED_WHILE_COUNTING, "True True"),
        (STATUSES, "{'2xx': 2, '3xx': 1, '4xx': 2, '5xx': 2}"),
    ],
    ids=["killed after counting", "threads", "killed while counting", "statuses"],
)
def test_processes_count_together(code, said):
    ran = subprocess.run(
        [sys.executable, "-c", BEGIN + code], cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60
    )
    assert (ran.stdout.strip(), ran.stderr) == (said, "")


def test_killed_workers_leave_their_counts_behind():
    """All of them: whatever is counted afterwards is counted by others."""
    with running_server(workers=2, env={"METRICS_TOKEN": TOKEN}) as server:
        for _ in range(100):
            server.call("GET", "/nothing")
        before, first = requests_of(server), set(server.worker_pids())
        for pid in first:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: len(set(server.worker_pids()) - first) == 2)
        server.wait_until_it_answers()
        after = requests_of(server)
        assert before[2] == after[2] == 100
        assert after[0] > before[0]
        assert server.call("GET", "/metrics", headers=ASKED).status == 200
