"""What growing costs, measured through the product's views in a real server: deep pages, searches, streams, boards."""

import re
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

from django.db import connection
from django.test.utils import CaptureQueriesContext

from cars.models import Car
from leads.models import Lead
from steerleads.benchmarks import boards
from steerleads.benchmarks.data import SINCE, fill
from steerleads.benchmarks.database import own_database
from steerleads.benchmarks.inside import client_inside
from steerleads.benchmarks.rounds import in_turn, ratio
from steerleads.benchmarks.serving import client_of, serving
from steerleads.dealers.keys import issue_key
from steerleads.dealers.models import Dealership
from steerleads.terminal import table

SORTS = ("order", "status", "targetName", "createdAt", "updatedAt")
RARE, SELDOM, LATEST, COMMON = "Zanzibar", "Quincaillerie", "Inauguration", "Documentation"
SEARCHES = {
    # search: (what it is, at most how many times a look-up by id)
    RARE: ("a word in 5 leads", 2),
    COMMON: ("a word in a quarter", 3),
    SELDOM: ("a word in 0.2 %", 100),
    f"{LATEST}&sortBy=createdAt": ("a word in the last 0.2 %", 100),
}
LISTS = ("/v1/leads", "/v1/leads/status/NEW", "/v1/leads/car/{car}", "/v1/vehicles")
DEALERSHIP, SMALL = "Benchmark Motors", "Benchmark Motors of 400"
FEW = 400


def add_arguments(parser):
    parser.add_argument("--leads", type=int, default=200_000, help="of one dealership (default: 200,000)")
    parser.add_argument("--rounds", type=int, default=15, help="default: 15")
    parser.add_argument("--requests", type=int, default=5, help="one after the other, in each round (default: 5)")
    parser.add_argument("--keep", metavar="NAME", help="keep the loaded database, or use the one kept under this name")


def run(options):
    with own_database(options.keep) as url:
        dealership, small = _loaded(DEALERSHIP, options.leads), _loaded(SMALL, FEW)
        _, key = issue_key(dealership, "Benchmark", hourly_limit=0)
        print(f"{options.leads:,} leads of one dealership, {connection.vendor}, {options.rounds} rounds")
        with serving(url) as server:
            with client_of(server, key) as client:
                cost = Cost(client, options.rounds, options.requests)
                print(_compared("A page of 50 at depth", cost.of_depth(options.leads // 2)))
                print(_compared("A search with limit=50, against a look-up by id", cost.of_searches()))
            found = boards.rows(server, dealership, small, options.rounds, options.requests)
            print(_compared(f"A board of {options.leads:,} leads, against one of {FEW}", _in_ms(found)))
            found = boards.searches(dealership, options.rounds, options.requests)
            print(_compared("In this process, against a look-up by id", _in_ms(found)))
            print(_peaks(server, key, options.leads))
        with client_inside(key) as client:
            print(_statements(client, dealership))


class Cost:
    """Times requests against each other, some after another in each round."""

    def __init__(self, client, rounds, requests):
        self.client, self.rounds, self.requests = client, rounds, requests

    def of_depth(self, depth):
        for sort in SORTS:
            first = f"/v1/leads?limit=50&sortBy={sort}"
            paths = {"first": first, "deep": _page_at(self.client, first, depth)}
            yield from self._compared(paths, {"deep": (f"{depth:,} by {sort}", "≤ 1.5")})

    def of_searches(self):
        lead_id = _first_of(self.client, "/v1/leads?limit=1")
        paths = {"by id": f"/v1/leads/{lead_id}"} | {each: f"/v1/leads?limit=50&search={each}" for each in SEARCHES}
        has_index = connection.vendor == "postgresql"
        asked = {each: (what, f"≤ {most}" if has_index else "none") for each, (what, most) in SEARCHES.items()}
        yield from self._compared(paths, asked)

    def _compared(self, paths, asked):
        """(what, ms, against what ms, ratio, target) for each of `asked`, against the first path."""
        figures = in_turn({name: partial(self._seconds, path) for name, path in paths.items()}, self.rounds)
        base = next(iter(figures.values()))
        for name, (what, target) in asked.items():
            yield what, _ms(figures[name]), _ms(base), ratio(figures[name], base), target

    def _seconds(self, path):
        began = perf_counter()
        for _ in range(self.requests):
            self.client.get(path)
        return (perf_counter() - began) / self.requests


def _loaded(name, leads):
    dealership, _ = Dealership.objects.get_or_create(name=name)
    there = Lead.objects.of(dealership).count()
    if there not in (0, leads):
        sys.exit(f"The database that was kept has {there:,} leads. Ask for as many, or keep another.")
    if not there:
        print(f"Loading {leads:,} leads.", file=sys.stderr, flush=True)
        fill(dealership, leads, tag_of=partial(tag_of, leads))
    return dealership


def tag_of(leads, number):
    """Words spread evenly over the leads in any sort, but for one that is new."""
    if number >= leads - leads // 500:
        return LATEST
    if number % max(leads // 5, 1) == 1:
        return RARE
    if number % 500 == 251:
        return SELDOM
    return COMMON if number % 4 == 0 else "Test Drive"


def _page_at(client, first, depth):
    """The path of the page of 50 behind so many leads, found as a client finds it."""
    path = first.replace("limit=50", "limit=1000" if depth >= 1000 else f"limit={depth}")
    for _ in range(max(1, depth // 1000)):
        head, _ = client.get(path)
        path = re.search(r'<([^>]+)>; rel="next"', head)[1]
    return re.sub(r"limit=\d+", "limit=50", path)


def _first_of(client, path):
    _, body = client.get(path)
    return re.search(rb'"id":\s*"([^"]+)"', body)[1].decode()


def _peaks(server, key, leads):
    """The worker's peaks of memory while it streams a tenth of the leads, and all."""
    since = SINCE + timedelta(seconds=leads - leads // 10)
    paths = {leads // 10: f"/v1/leads?updatedSince={since:%Y-%m-%dT%H:%M:%SZ}", leads: "/v1/leads"}
    with client_of(server, key) as client:
        client.skim(paths[leads // 10])
        rows = [(f"{count:,}", *_peak(server, client, path)) for count, path in paths.items()]
    least = rows[0][2]
    shown = [(count, f"{size:.1f} MiB", f"{peak:.0f} MiB", f"{peak / least:.2f}", "flat") for count, size, peak in rows]
    return _titled("Memory while streaming", table(("leads", "body", "peak of the worker", "ratio", "target"), shown))


def _peak(server, client, path):
    """(the body's size, the worker's peak of resident memory), in MiB."""
    [worker] = [Path(f"/proc/{pid}") for pid in server.workers()]
    (worker / "clear_refs").write_text("5")  # begin the peak anew, see proc(5)
    size = client.skim(path)
    peak = re.search(r"VmHWM:\s+(\d+) kB", (worker / "status").read_text())[1]
    return size / 2**20, int(peak) / 2**10


def _statements(client, dealership):
    """How many SQL statements each list takes, for one row and for many."""
    car = Car.objects.of(dealership).order_by("pk").first()
    rows = []
    for path in LISTS:
        path = path.format(car=car.pk)
        few, many = (_counted(client, f"{path}?limit={limit}") for limit in (1, 1000))
        rows.append((path.replace(str(car.pk), "…"), few, many, "the same"))
    return _titled("SQL statements of a list", table(("", "of 1", "of up to 1,000", "target"), rows))


def _counted(client, path):
    client.get(path, secure=True)  # looks the key up
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path, secure=True)
    assert response.status_code == 200, response.content
    return len(captured)


def _compared(title, rows):
    return _titled(title, table(("", "median", "against", "ratio", "target"), rows))


def _titled(title, text):
    return f"\n{title}:\n{text}"


def _in_ms(rows):
    return [(what, _ms(figures), _ms(others), *more) for what, figures, others, *more in rows]


def _ms(figures):
    return f"{median(figures) * 1000:.2f} ms"
