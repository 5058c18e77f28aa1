"""What is measured, in Prometheus' text format: numbers over all dealerships, and nothing of any one of them."""

import threading
import time
from collections import Counter
from typing import NamedTuple

from django.db.models import Count, F, Max, Min, OuterRef, Subquery, Sum

from leads.models import WORKFLOW, Feed, Lead, LeadEvent
from leads.outbox.models import Delivery, Destination, State
from leads.outbox.pauses import is_paused, with_due
from steerleads.operations import counters

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS_KEPT = 15

_scanning = threading.Lock()
_kept = {}


class Metric(NamedTuple):
    """`values` are {value of the label: number}; without a label, {None: number}."""

    name: str
    type: str
    help: str
    values: dict
    label: str | None = None


def metrics_text(now):
    """The answer to /metrics. Raises what the database raises."""
    counts = _counts()
    metrics = [*_of_events(now), *_of_deliveries(counts, now), *_of_pauses(now), *_of_leads(counts), *_of_requests()]
    return "".join(_rendered(metric) for metric in metrics)


def forget_counts():
    """For tests: what was counted before."""
    _kept.clear()


def _of_events(now):
    # Two statements: events that are numbered between them count twice, this once.
    new = LeadEvent.objects.filter(sequence=None).aggregate(number=Count("*"), oldest=Min("at"))
    untold = LeadEvent.objects.filter(dealership=OuterRef("dealership"), sequence__gt=OuterRef("told"))
    first_at = Subquery(untold.order_by("sequence").values("at")[:1])
    behind = Feed.objects.filter(told__lt=F("last")).annotate(first_at=first_at)
    numbered = behind.aggregate(number=Sum(F("last") - F("told")), oldest=Min("first_at"))
    waiting = new["number"] + (numbered["number"] or 0)
    oldest = min(filter(None, [new["oldest"], numbered["oldest"]]), default=None)
    yield _gauge("events_waiting", "Committed events that subscribers are not told of yet.", waiting)
    yield _gauge("events_waiting_oldest_seconds", "Age of the oldest of them.", _age(oldest, now))


def _of_deliveries(counts, now):
    states = counts["deliveries"]
    # What waits for a destination that is switched off is nobody's to send.
    pending = Delivery.objects.filter(destination__is_on=True, state=State.PENDING, next_at__lte=now)
    due = with_due(pending, now).filter(due_at__lte=now).aggregate(number=Count("*"), oldest=Min("due_at"))
    yield Metric("steerleads_deliveries", "gauge", "Deliveries to webhooks and rules, by state.", states, "state")
    yield _gauge("dead_letters", "Deliveries that were given up.", states[State.DEAD])
    yield _gauge("deliveries_due", "Deliveries whose next attempt should have begun.", due["number"])
    yield _gauge("deliveries_due_oldest_seconds", "How late the one is that waits longest.", _age(due["oldest"], now))


def _of_pauses(now):
    paused = Destination.objects.filter(is_paused(now), is_on=True)
    counted = paused.aggregate(number=Count("*"), last=Max("paused_until"))
    yield _gauge(
        "destinations_paused", "Webhooks and rules whose receivers cannot take anything now.", counted["number"]
    )
    left = round((counted["last"] - now).total_seconds(), 3) if counted["last"] else 0
    yield _gauge("destinations_paused_longest_seconds", "How long the longest of these pauses still is.", left)


def _of_leads(counts):
    yield Metric("steerleads_leads", "gauge", "Leads that are not archived, by status.", counts["leads"], "status")
    yield _gauge("leads_archived", "Archived leads.", counts["archived"])


def _of_requests():
    name, help = "steerleads_http_requests_total", "Requests answered since the server started, by class of status."
    yield Metric(name, "counter", help, counters.totals(), "status")


def _counts():
    """What takes a scan of a table, as it was at most 15 s ago. Who asks during a scan waits for that one."""
    with _scanning:
        if time.monotonic() >= _kept.get("until", 0):
            counts = {**_scan_leads(), **_scan_deliveries()}
            _kept.update(counts, until=time.monotonic() + SECONDS_KEPT)
        return dict(_kept)


def _scan_leads():
    # As an index has them, the status by its rank: SQLite then reads the index alone, six times faster than the table.
    rows = Lead.objects.values_list("dealership", "archived", "status_rank").annotate(number=Count("*"))
    counted = Counter()
    for _, archived, rank, number in rows:
        counted[archived, rank] += number
    leads = {status: counted[False, rank] for status, rank in WORKFLOW.items()}
    return {"leads": leads, "archived": sum(counted[True, rank] for rank in WORKFLOW.values())}


def _scan_deliveries():
    counted = dict(Delivery.objects.values_list("state").annotate(number=Count("*")))
    return {"deliveries": {state: counted.get(state, 0) for state in State.values}}


def _gauge(name, help, value):
    return Metric(f"steerleads_{name}", "gauge", help, {None: value})


def _age(then, now):
    return round(max((now - then).total_seconds(), 0), 3) if then else 0


def _rendered(metric):
    lines = [f"# HELP {metric.name} {metric.help}", f"# TYPE {metric.name} {metric.type}"]
    for value, number in metric.values.items():
        labels = f'{{{metric.label}="{value}"}}' if metric.label else ""
        lines.append(f"{metric.name}{labels} {number}")
    return "\n".join([*lines, ""])
