"""What figures cost: beside a count of all leads and a look-up by id, and catching up with the events they are made of."""

import re
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

from django.core.cache import cache
from django.db import connection
from django.http import QueryDict

from leads.analytics.answers import figure_answer
from leads.analytics.catching_up import CatchingUp, catch_up, numbered_to
from leads.analytics.models import LeadFact, LeadSpan, LeadTurn
from leads.models import Lead
from steerleads.benchmarks.data import insert_leads, take_statistics
from steerleads.benchmarks.database import own_database
from steerleads.benchmarks.histories import write_histories
from steerleads.benchmarks.rounds import in_turn, ratio
from steerleads.benchmarks.serving import client_of, serving
from steerleads.dealers.keys import issue_key
from steerleads.dealers.models import Dealership, Scope
from steerleads.terminal import table

LARGE, SMALL, SMALL_LEADS = "Benchmark Motors", "Small Motors", 100
YEARS = 3 * 365
ENDED = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=40)
TABLES = [model._meta.db_table for model in (LeadFact, LeadTurn, LeadSpan)]
PERIODS = {
    # days: at most how many times a count of all leads
    30: "≤ 1",
    365: "≤ 3",
}
OF_PERIODS = ("conversion", "response", "completion", "activity", "heatmap")


def add_arguments(parser):
    parser.add_argument("--leads", type=int, default=400_000, help="of one dealership (default: 400,000)")
    parser.add_argument("--small", type=int, default=1000, help="dealerships with 100 leads each (default: 1,000)")
    parser.add_argument("--rounds", type=int, default=15, help="default: 15")
    parser.add_argument("--requests", type=int, default=5, help="one after the other, in each round (default: 5)")
    parser.add_argument("--keep", metavar="NAME", help="keep the loaded database, or use the one kept under this name")


def run(options):
    with own_database(options.keep) as url:
        large, small = _loaded(options.leads, options.small)
        shown = f"{options.leads:,} leads of one dealership, {options.small:,} with {SMALL_LEADS}"
        print(f"{shown}, {connection.vendor}, {options.rounds} rounds")
        if (behind := numbered_to(large)) and not LeadFact.objects.of(large).exists():
            print(_catching_up(large, behind))
        for dealership in Dealership.objects.filter(name__startswith=SMALL):
            catch_up(dealership)
        take_statistics(*TABLES)
        print(_compared("A figure, against a count of all leads", _beside_a_count(large, options)))
        with serving(url) as server:
            print(_compared("By HTTP, against a look-up by id", _beside_a_look_up(server, large, small, options)))


def _loaded(leads, small):
    """(the large dealership, one of the small ones)"""
    if not Dealership.objects.filter(name=LARGE).exists():
        print(f"Loading {leads + small * SMALL_LEADS:,} leads.", file=sys.stderr, flush=True)
        _insert(Dealership.objects.create(name=LARGE), leads)
        for number in range(small):
            _insert(Dealership.objects.create(name=f"{SMALL} {number}"), SMALL_LEADS)
        take_statistics("leads_lead", "cars_car")
        write_histories()
    large = Dealership.objects.get(name=LARGE)
    there = Lead.objects.of(large).count()
    if there != leads:
        sys.exit(f"The database that was kept has {there:,} leads. Ask for as many, or keep another.")
    return large, Dealership.objects.filter(name__startswith=SMALL).first()


def _insert(dealership, leads):
    """Spread evenly over three years, so that the last event of the last one is past."""
    step = timedelta(days=YEARS) / leads
    insert_leads(dealership, leads, at_of=lambda number: ENDED - (leads - number) * step)


# --- Catching up ----------------------------------------------------------------------------------


def _catching_up(dealership, last):
    """Batch by batch: how long, which is how long a reader waits who comes in between, and the peaks of memory."""
    catching_up, took, tenth = CatchingUp(dealership), [], None
    _begin_the_peak()
    has_more = True
    while has_more:
        began = perf_counter()
        has_more = catching_up.step()
        took.append(perf_counter() - began)
        if tenth is None and catching_up.state.after >= last // 10:
            tenth = _peak()
    row = (
        f"{last:,}",
        f"{sum(took):.1f} s",
        f"{sum(took) / last * 1e6:.0f} µs",
        f"{median(took) * 1000:.0f} ms",
        f"{max(took) * 1000:.0f} ms",
        f"{tenth:.0f} and {_peak():.0f} MiB",
    )
    titles = ("events", "in all", "an event", "a batch", "the longest", "peak of memory after a tenth, and all")
    return _titled("Catching up from the beginning", table(titles, [row]))


def _begin_the_peak():
    Path("/proc/self/clear_refs").write_text("5")  # see proc(5)


def _peak():
    """Of resident memory, in MiB."""
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) / 2**10


# --- Figures --------------------------------------------------------------------------------------


def _beside_a_count(dealership, options):
    """(what, its time, the count's, ratio, target) of each figure of a month, of a year, and now."""
    asked = {
        f"{name}, {days} days": (name, _period(days), target) for days, target in PERIODS.items() for name in OF_PERIODS
    }
    asked["ageing"] = ("ageing", "", "≤ 3")
    asked["conversion by tag, 365 days"] = ("conversion", f"{_period(365)}&by=tag", "none")
    asked["response by answeredBy, 365 days"] = ("response", f"{_period(365)}&by=answeredBy", "none")
    things = {"count": Lead.objects.of(dealership).count} | {
        what: partial(_figure, dealership, name, QueryDict(query)) for what, (name, query, _) in asked.items()
    }
    figures = in_turn({what: partial(_seconds, do, 1) for what, do in things.items()}, options.rounds)
    return [_row(what, figures[what], figures["count"], target) for what, (*_, target) in asked.items()]


def _figure(dealership, name, query):
    """As whoever asks first has it: of answers by groups, the next in that minute have what is kept."""
    cache.clear()
    figure_answer(dealership, name, query)


def _beside_a_look_up(server, large, small, options):
    """The same of a page of the list behind a number, and of a small dealership's figures."""
    behind = f"/v1/analytics/conversion/leads?{_period(365)}&cell=completed&limit=50"
    pages = {"a page of the list behind a number": behind, "… in its order of creation": f"{behind}&sortBy=createdAt"}
    yield from _by_http(server, large, {what: (path, "≤ 5") for what, path in pages.items()}, options)
    paths = {f"a small dealership's {name}": f"/v1/analytics/{name}?{_period(365)}" for name in OF_PERIODS}
    paths["a small dealership's ageing"] = "/v1/analytics/ageing"
    target = "≤ 5" if connection.vendor == "postgresql" else "none"
    yield from _by_http(server, small, {what: (path, target) for what, path in paths.items()}, options)


def _by_http(server, dealership, asked, options):
    _, key = issue_key(dealership, "Benchmark", hourly_limit=0, scopes=Scope.values)
    lead = Lead.objects.of(dealership).order_by("pk").first()
    paths = {"by id": f"/v1/leads/{lead.pk}"} | {what: path for what, (path, _) in asked.items()}
    with client_of(server, key) as client:
        things = {what: partial(_seconds, partial(client.get, path), options.requests) for what, path in paths.items()}
        figures = in_turn(things, options.rounds)
    for what, (_, target) in asked.items():
        yield _row(what, figures[what], figures["by id"], target)


def _period(days):
    last = (ENDED - timedelta(days=1)).date()
    return f"from={last - timedelta(days=days - 1)}&to={last}"


def _seconds(do, times):
    began = perf_counter()
    for _ in range(times):
        do()
    return (perf_counter() - began) / times


def _row(what, figures, base, target):
    return what, _ms(figures), _ms(base), ratio(figures, base), target


def _compared(title, rows):
    return _titled(title, table(("", "median", "against", "ratio", "target"), list(rows)))


def _titled(title, text):
    return f"\n{title}:\n{text}"


def _ms(figures):
    return f"{median(figures) * 1000:.2f} ms"
