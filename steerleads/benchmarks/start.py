"""Starting: from `manage.py serve` to its first answers, alone or in turn with another checkout."""

import os
import subprocess
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from django.conf import settings

from steerleads.benchmarks.database import empty_database
from steerleads.benchmarks.rounds import in_turn, ratio
from steerleads.benchmarks.serving import client_of, python_of, serving
from steerleads.terminal import table

ANSWERS = {"/healthz": "the first /healthz", "/v1/leads?limit=1": "the first page of leads"}


def add_arguments(parser):
    parser.add_argument(
        "--against", type=Path, metavar="FOLDER", help="another checkout, started in turn with this one"
    )
    parser.add_argument("--rounds", type=int, default=7, help="default: 7")


def run(options):
    checkouts = {"this": settings.BASE_DIR} | ({"the other": options.against.resolve()} if options.against else {})
    with ExitStack() as stack:
        things = {
            name: partial(_start, checkout, *_prepared(stack.enter_context(empty_database()), checkout))
            for name, checkout in checkouts.items()
        }
        for start in things.values():
            start()  # compiles what Python keeps compiled
        times = in_turn(things, options.rounds)
    print(f"From manage.py serve to its answers, {options.rounds} rounds:\n{_shown(times)}")


def _prepared(url, checkout):
    """(url, a key), after the checkout's own migrations: those of two checkouts may differ."""
    with TemporaryDirectory(prefix="steerleads-benchmark-") as folder:
        manage = partial(_manage, checkout, {"DATABASE_URL": url, "VAR_DIR": folder})
        manage("migrate", "--verbosity=0")
        manage("create_dealership", "Benchmark Motors")
        return url, manage("create_api_key", "Benchmark Motors", "--name", "Benchmark")


def _manage(checkout, env, *arguments):
    command = [python_of(checkout), "manage.py", *arguments]
    done = subprocess.run(command, cwd=checkout, env={**os.environ, **env}, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"manage.py {arguments[0]} failed in {checkout}:\n{done.stderr}")
    return done.stdout.strip()


def _start(checkout, url, key):
    """Seconds until each of ANSWERS, one after the other on one connection."""
    began, seconds = perf_counter(), []
    with serving(url, checkout=checkout, workers=2) as server, client_of(server, key) as client:
        for path in ANSWERS:
            client.get(path)
            seconds.append(perf_counter() - began)
    return seconds


def _shown(times):
    rows = []
    for index, what in enumerate(ANSWERS.values()):
        figures = {name: [seconds[index] for seconds in rounds] for name, rounds in times.items()}
        others = figures.get("the other")
        compared = (f"{median(others):.2f} s", ratio(figures["this"], others)) if others else ("", "")
        rows.append((what, f"{median(figures['this']):.2f} s", *compared, "not slower"))
    return table(("", "this", "the other", "this / the other", "target"), rows)
