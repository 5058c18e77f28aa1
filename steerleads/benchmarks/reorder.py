"""Reorders: the verb against a loop of updates that writes the same history, alone and through a whole request."""

import json
from functools import partial
from itertools import count
from statistics import median
from time import perf_counter

from django.db import transaction
from django.utils import timezone

from leads.actions import reorder_leads
from leads.history import change_event
from leads.models import EventKind, Lead
from steerleads.benchmarks.data import fill
from steerleads.benchmarks.database import own_database
from steerleads.benchmarks.inside import client_inside
from steerleads.benchmarks.rounds import in_turn, ratio
from steerleads.db.ids import new_id
from steerleads.dealers.actors import Actor
from steerleads.dealers.keys import issue_key
from steerleads.dealers.models import Dealership
from steerleads.terminal import table

ACTOR = Actor.of_command("benchmark")
ROUNDS_OF_MANY = 5
TITLES = ("", "median", "times as fast as the loop", "target")


def add_arguments(parser):
    parser.add_argument("--leads", type=int, default=200, help="reordered in one call (default: 200)")
    parser.add_argument("--many", type=int, default=10_000, help="and in a large one (default: 10,000)")
    parser.add_argument("--rounds", type=int, default=15, help="of the smaller one (default: 15)")


def run(options):
    with own_database():
        dealership = Dealership.objects.create(name="Benchmark Motors")
        _, key = issue_key(dealership, "Benchmark", hourly_limit=0)
        with client_inside(key) as client:
            few = Moves(dealership, client, options.leads).measured(options.rounds)
            many = Moves(dealership, client, options.many).measured(ROUNDS_OF_MANY, one_loop=True)
    print(f"Reorder of {options.leads:,} leads, {options.rounds} rounds:\n{_shown(few, '≥ 6', '')}")
    print(f"\nReorder of {options.many:,} leads, {ROUNDS_OF_MANY} rounds, the loop once:")
    print(_shown(many, "< 2 s", "> 20 s (for 10,000)"))


class Moves:
    """So many leads of one car, and the ways to reorder them. Each call gives every lead another order than before."""

    def __init__(self, dealership, client, leads):
        self.dealership, self.client = dealership, client
        [self.car] = fill(dealership, leads, leads_a_car=leads)
        self._leads, self._offsets = leads, count(leads + 1, leads + 1)
        self._ids = list(
            Lead.objects.of(dealership).filter(car=self.car).order_by("order").values_list("pk", flat=True)
        )

    def measured(self, rounds, *, one_loop=False):
        """{way: its seconds, one a round}. With `one_loop` the loop, which may take half a minute, runs only once."""
        ways = {"the verb": self.by_verb, "through HTTP": self.by_request}
        for way in ways.values():
            way()
        ways |= {} if one_loop else {"the loop": self.by_loop}
        figures = in_turn({name: partial(_seconds, way) for name, way in ways.items()}, rounds)
        return {**figures, "the loop": [_seconds(self.by_loop)] * rounds} if one_loop else figures

    def by_verb(self):
        reorder_leads(self.dealership, self.car.pk, self._orders(), actor=ACTOR)

    def by_request(self):
        orders = [{"id": str(lead_id), "order": order} for lead_id, order in self._orders().items()]
        body = json.dumps({"leadOrders": orders})
        path = f"/v1/leads/car/{self.car.pk}/reorder"
        response = self.client.patch(path, body, content_type="application/json", secure=True)
        assert response.status_code == 200, response.content

    def by_loop(self):
        """The same rows, locks and history, one lead after the other."""
        now, batch = timezone.now(), new_id()
        with transaction.atomic():
            self.dealership.lock_order()
            for lead_id, order in self._orders().items():
                lead = Lead.objects.of(self.dealership).select_for_update(no_key=True).get(pk=lead_id)
                before, lead.order = {"order": lead.order}, order
                lead.version, lead.updated_at = lead.version + 1, now
                lead.save(update_fields=["order", "version", "updated_at"])
                event = change_event(lead, EventKind.MOVED, before, actor=ACTOR, batch=batch)
                event.save(force_insert=True)

    def _orders(self):
        offset = next(self._offsets)
        return {lead_id: offset + index for index, lead_id in enumerate(self._ids)}


def _seconds(act):
    began = perf_counter()
    act()
    return perf_counter() - began


def _shown(figures, of_verb, of_loop):
    targets = {"the verb": of_verb, "the loop": of_loop}
    rows = [
        (name, f"{median(seconds):.3f} s", ratio(figures["the loop"], seconds), targets.get(name, ""))
        for name, seconds in figures.items()
    ]
    return table(TITLES, rows)
