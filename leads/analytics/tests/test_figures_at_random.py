"""Random histories by all kinds of actors: every number is the oracle's, and its list as long as it says."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cars.actions import change_car, delete_car
from cars.errors import CarHasLeads
from conftest import ApiClient
from leads.analytics.tests.judging import Judge
from leads.analytics.tests.plays import ARCHIVER, IMPORT, OMAR, PORTAL, SARA, WEBSITE, Play
from leads.analytics.tests.telling import Reader, set_openings
from leads.models import Lead
from steerleads.db.ids import new_id
from steerleads.dealers.leaving import Leaver, erase
from steerleads.dealers.models import Dealership

pytestmark = pytest.mark.long

ZONES = ["Africa/Casablanca", "Europe/Paris"]  # in Paris, an hour comes twice on 25 October
BEGINS = "2026-10-12 07:00"
MOST_LEADS = 12

actors = st.sampled_from([WEBSITE, PORTAL, SARA, OMAR, ARCHIVER, IMPORT])
staff = st.sampled_from([SARA, OMAR])
statuses = st.sampled_from(["NEW", "NEW", "COMPLETED", "NOT_NEEDED"])
tags = st.sampled_from([None, "Hot Lead", "hot lead", "HÔT LEAD", "أحمد", "احمد", "=1+1", "N/A", "(deleted)"])
picks = st.integers(0, MOST_LEADS - 1)
several = st.lists(picks, min_size=1, max_size=4, unique=True)
texts = {"tag": tags, "action": st.sampled_from(["Call back", "CALL BACK", "Test drive"])}
changes = st.one_of([st.fixed_dictionaries({name: values}) for name, values in {"status": statuses, **texts}.items()])
waits = st.sampled_from([0, 1, 59, 300, 301, 1800, 1801, 7200, 40000, 86400, 86401, 259200, 604800])
steps = st.one_of(
    st.tuples(st.just("create"), actors, picks, st.fixed_dictionaries({"status": statuses, **texts})),
    st.tuples(st.just("create"), st.just(WEBSITE), picks, st.fixed_dictionaries(texts)),
    st.tuples(st.just("bring"), picks, waits, st.fixed_dictionaries({"status": statuses, **texts})),
    st.tuples(st.just("change"), actors, picks, changes),
    st.tuples(st.just("many"), actors, several, changes),
    st.tuples(st.just("delete_many"), actors, several),
    st.tuples(st.just("drop"), staff, picks, statuses, picks),
    st.tuples(st.just("reorder"), actors, picks),
    st.tuples(st.sampled_from(["archive", "restore", "delete"]), actors, picks),
    st.tuples(st.sampled_from(["archive_old", "purge_old"]), st.integers(0, 3)),
    st.tuples(st.sampled_from(["sell", "rename"]), picks),
    st.tuples(st.just("leave"), staff),
    st.tuples(st.just("assign"), actors, picks, st.sampled_from([None, "Sara Alami", "Omar"])),
)
histories = st.lists(st.tuples(waits, steps), min_size=8, max_size=30)
filters = st.sampled_from(
    [
        {},
        {},
        {"tag": "hot lead"},
        {"tag": "(deleted)"},
        {"action": "cäll back"},
        {"make": "honda"},
        {"model": "Duster", "action": "call back"},
        {"source": "api_key:Website"},
        {"source": "import:a former colleague"},
    ]
)
periods = st.sampled_from(
    [{}, {"from": "2026-10-01"}, {"from": "2026-10-20", "to": "2026-10-25"}, {"to": "2026-10-26"}]
)
by = st.sampled_from(["tag", "action", "car", "source", "month", "answeredBy", "decidedBy", "assignee"])
compare = st.sampled_from(["previous", "2026-10-01..2026-10-20"])
questions = st.fixed_dictionaries(
    {
        "filters": filters,
        "period": periods,
        "by": by,
        "compare": compare,
        "interval": st.sampled_from(["day", "week", "month"]),
        "of": st.sampled_from(["created", "answered"]),
    }
)


class RandomPlay(Play):
    """Plays the steps above; one that makes no sense just now is passed over."""

    def __init__(self, dealership):
        super().__init__(dealership, BEGINS)
        self.made = []  # in order, as ids of one millisecond are in none
        self.cars = [self.car(), self.car(make="HONDA", model="civic"), self.car(make="Dacia", model="Duster")]

    def step(self, name, *arguments):
        if name in ("create", "bring") and len(self.leads()) >= MOST_LEADS:
            return
        if name not in ("create", "bring", "archive_old", "purge_old", "sell", "rename", "leave") and not self.leads():
            return
        getattr(self, f"do_{name}")(*arguments)

    def pick(self, number):
        leads = self.living()
        return leads[number % len(leads)]

    def living(self):
        there = set(self.leads())
        return [lead for lead in self.made if lead in there]

    def pick_car(self, number):
        return self.cars[number % len(self.cars)]

    def do_create(self, actor, number, fields):
        self.made.append(self.create(actor, self.pick_car(number), **fields))

    def do_bring(self, number, ago, fields):
        created_at = self.at - timedelta(seconds=ago) if ago else None
        created_at = created_at and created_at.strftime("%Y-%m-%d %H:%M:%S")
        self.made.append(self.bring(self.pick_car(number), created_at, **fields))

    def do_change(self, actor, number, fields):
        self.change(actor, self.pick(number), **fields)

    def do_many(self, actor, numbers, fields):
        self.many(actor, self.pick_some(numbers), **fields)

    def do_delete_many(self, actor, numbers):
        batch = new_id()
        for lead in self.pick_some(numbers):
            self.delete(actor, lead, batch=batch)

    def pick_some(self, numbers):
        return list(dict.fromkeys(self.pick(number) for number in numbers))

    def do_drop(self, actor, number, status, neighbour):
        lead, other = self.pick(number), self.pick(neighbour)
        if lead != other and not self.is_archived(lead):
            self.drop(actor, lead, status, after=other)

    def do_reorder(self, actor, number):
        car = self.pick_car(number)
        of_car = self.leads_of(car)
        self.reorder(actor, car, *(lead for lead in reversed(self.living()) if lead in of_car))

    def do_archive(self, actor, number):
        self.archive(actor, self.pick(number))

    def do_restore(self, actor, number):
        self.restore(actor, self.pick(number))

    def do_delete(self, actor, number):
        self.delete(actor, self.pick(number))

    def do_archive_old(self, days):
        self.archive_old(days)

    def do_purge_old(self, days):
        self.purge_old(days)

    def do_sell(self, number):
        """A car that has no leads (any more) goes, and another one comes."""
        car = self.pick_car(number)
        try:
            delete_car(self.dealership, car.pk)
        except CarHasLeads:
            return
        self.cars[self.cars.index(car)] = self.car(make="Fiat", model="500")

    def do_rename(self, number):
        change_car(self.dealership, self.pick_car(number).pk, {"model": "Logan"})

    def do_assign(self, actor, number, name):
        self.assign(actor, self.pick(number), name)

    def do_leave(self, actor):
        erase(Leaver("gone@example.com", frozenset({actor.name}), frozenset({self.dealership.pk})))

    def leads_of(self, car):
        return set(Lead.objects.of(self.dealership).filter(car=car).values_list("pk", flat=True))

    def is_archived(self, lead):
        return Lead.objects.get(pk=lead).archived


def questions_of(asked):
    """(figure, query): each figure in several forms."""
    filters, period = asked["filters"], asked["period"]
    for figure in ("conversion", "response", "completion"):
        yield figure, {**filters, **period}
        yield figure, {**filters, **period, "by": asked["by"]}
        yield figure, {**filters, **period, "compare": asked["compare"]}
    yield "ageing", filters
    yield "ageing", {**filters, "by": asked["by"]}
    yield "activity", {**filters, **period, "interval": asked["interval"]}
    yield "heatmap", {**filters, **period, "of": asked["of"]}


@contextmanager
def taken_back():
    """What is written within this is not there behind it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def judge_at_random(examples, most=None):
    """`most` figures of each history, and lists of each figure. None: all."""
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]

    @settings(max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=checks)
    @given(history=histories, asked=questions, zone=st.sampled_from(ZONES), wait=waits, data=st.data())
    def play_and_ask(history, asked, zone, wait, data):
        with taken_back():
            dealership = Dealership.objects.create(name="Casa Motors", time_zone=zone)
            play = RandomPlay(dealership)
            with play.clock():
                api, openings = ApiClient(dealership), set_openings(dealership)
                for seconds, step in history:
                    play.later(seconds).step(*step)
                play.later(wait + 1)
                judge = Judge(api, Reader(api, openings).told(play.at), most)
                for figure, query in data.draw(st.permutations(list(questions_of(asked))))[:most]:
                    judge.check(figure, **query)

    play_and_ask()


def test_random_histories(db):
    judge_at_random(4, most=3)


@pytest.mark.slow
def test_random_histories_for_minutes(db):
    judge_at_random(60, most=15)
