"""Compares the API with its peers and with the limit: the same requests over the same database, in turn."""

import json
import os
import platform
import sys
import tempfile
from argparse import ArgumentTypeError
from itertools import count
from pathlib import Path
from statistics import median

from django.db import connection

from steerleads.benchmarks import sameness, stage
from steerleads.benchmarks.contestants import TITLES, WORKERS, Contestant, Failed, missing_packages, running
from steerleads.benchmarks.database import own_database
from steerleads.benchmarks.rounds import in_turn, ratio
from steerleads.benchmarks.workload import OPERATIONS

PEERS = ["limit", "stock", "fastapi"]
LONGEST_WARM_UP = 0.5  # seconds


def add_arguments(parser):
    parser.add_argument("--leads", type=int, default=200_000, help="how many there are (default: 200,000)")
    parser.add_argument("--only", type=_some(OPERATIONS), default=list(OPERATIONS), help=f"of {','.join(OPERATIONS)}")
    parser.add_argument("--peers", type=_some(PEERS), default=PEERS, help=f"of {','.join(PEERS)}; may be empty")
    parser.add_argument("--rounds", type=int, default=9, help="default: 9")
    parser.add_argument("--seconds", type=float, default=2, help="of each measurement (default: 2)")
    parser.add_argument("--connections", type=int, default=8, help="default: 8")
    parser.add_argument("--limited-key", action="store_true", help="ours with an hourly limit as well, never reached")
    parser.add_argument("--gzip", action="store_true", help="ours with Accept-Encoding: gzip as well")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every single figure there")


def run(options):
    """The exit code."""
    if missing := missing_packages(options.peers):
        _say(f"Not installed: {', '.join(missing)}. Run: pip install -r steerleads/benchmarks/requirements.txt")
        return 1
    try:
        with own_database() as url, tempfile.TemporaryDirectory(prefix="steerleads-benchmark-") as folder:
            _compare(options, url, folder)
    except Failed as error:
        _say(str(error))
        return 1
    return 0


def _compare(options, url, folder):
    _say(f"Making {options.leads:,} leads …")
    built = stage.build(options.leads)
    connection.close()
    operations = [OPERATIONS[name] for name in options.only]
    with running(["ours", *options.peers], url, folder) as servers:
        contestants = _contestants(options, servers, built)
        for operation in operations:
            sameness.check(operation, built, contestants)
        _say("All answer the same.")
        figures = {operation: _measured(operation, options, built, contestants) for operation in operations}
    print(_report(options, built, contestants, figures))
    if options.json:
        options.json.write_text(json.dumps(_all_figures(options, figures), indent=1))


def _contestants(options, servers, built):
    contestants = [Contestant(name, TITLES[name], server, built.key) for name, server in servers.items()]
    if options.limited_key:
        contestants.append(Contestant("limited", TITLES["limited"], servers["ours"], built.limited_key))
    if options.gzip:
        contestants.append(Contestant("gzip", TITLES["gzip"], servers["ours"], built.key, ("Accept-Encoding: gzip",)))
    return contestants


_numbers = count(1)  # of measurements: no two write the same


def _measured(operation, options, built, contestants):
    """{name: its Measured of each round}."""

    def measure(contestant, seconds):
        requests = operation.for_connections(built, options.connections, next(_numbers))
        return contestant.measure(operation, requests, seconds)

    for contestant in contestants:
        measure(contestant, min(LONGEST_WARM_UP, options.seconds))
    things = {each.name: lambda each=each: measure(each, options.seconds) for each in contestants}
    return in_turn(things, options.rounds, between=lambda done: _say(f"{operation.title}: {done} of {options.rounds}"))


# --- What is said ------------------------------------------------------------------------------


def _report(options, built, contestants, figures):
    titles = {each.name: each.title for each in contestants}
    others = [name for name in titles if name != "ours"]
    rows = {_title(operation, built): figure for operation, figure in figures.items()}
    throughput = [[title, *(_ratio(figure, name) for name in others)] for title, figure in rows.items()]
    rates = [[title, *(f"{_middle(figure[name], 'rate'):,.0f}" for name in titles)] for title, figure in rows.items()]
    cpu = [[title, *(_cpu(figure[name]) for name in titles)] for title, figure in rows.items()]
    return "\n\n".join(
        [
            _circumstances(options),
            "Throughput, the first as a multiple of the second: median of the paired rounds (quarter–three quarters)",
            _table(["", *map(_compared, others)], throughput),
            "Requests a second, median",
            _table(["", *titles.values()], rates),
            "The server's processor time a request, µs, median",
            _table(["", *titles.values()], cpu),
        ]
    )


def _compared(name):
    """Ours with a limit or compressed is compared with ours, the other way round."""
    return f"ours / {TITLES[name]}" if name in PEERS else f"{TITLES[name]} / ours"


def _ratio(figure, name):
    ours, others = ([each.rate for each in figure[who]] for who in ("ours", name))
    return str(ratio(ours, others) if name in PEERS else ratio(others, ours))


def _cpu(rounds):
    return "–" if rounds[0].cpu is None else f"{_middle(rounds, 'cpu'):,.0f}"


def _middle(rounds, what):
    return median(getattr(each, what) for each in rounds)


def _title(operation, built):
    return f"GET {built.long:,}" if operation.name == "car-4000" else operation.title


def _circumstances(options):
    database = "SQLite" if connection.vendor == "sqlite" else "PostgreSQL"
    version = ".".join(map(str, connection.get_database_version()))
    return (
        f"{options.leads:,} leads, {database} {version}, Python {platform.python_version()}, {os.cpu_count()} processors; "
        f"{WORKERS} workers, {options.connections} connections, measurements of {options.seconds:g} s, {options.rounds} of each."
    )


def _table(titles, rows):
    """In Markdown."""
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _all_figures(options, figures):
    return {
        "circumstances": _circumstances(options),
        "operations": {
            operation.name: {name: [each._asdict() for each in rounds] for name, rounds in of_all.items()}
            for operation, of_all in figures.items()
        },
    }


def _some(names):
    """An argument like `one,two`."""

    def read(text):
        given = [part for part in text.split(",") if part]
        if unknown := [part for part in given if part not in names]:
            raise ArgumentTypeError(f"{', '.join(unknown)}: none of {', '.join(names)}")
        return given

    return read


def _say(text):
    print(text, file=sys.stderr, flush=True)
