"""What rooms above have the worker do: chores, and batches of events that nobody is told of."""

from types import SimpleNamespace

import pytest
from django.db import OperationalError
from django.utils import timezone

from conftest import TESTER, make_lead
from leads.actions import change_lead
from leads.models import Lead
from leads.outbox import chores, due, quiet, worker
from leads.outbox.models import Delivery
from leads.outbox.tests.deliveries import deliver
from leads.outbox.worker import Worker
from steerleads.db.compiled import CompiledQuery
from steerleads.db.ids import new_id
from steerleads.dealers import limits


class MarkNewLeads(chores.Chore):
    """Works on leads without a tag."""

    def due(self, now):
        return Lead.objects.filter(tag=None)

    def work(self, clock, stopping):
        for lead in self.due(clock()):
            change_lead(lead.dealership, lead.pk, {"tag": "seen"}, actor=TESTER)


@pytest.fixture
def chore(monkeypatch):
    chore = MarkNewLeads()
    monkeypatch.setattr(chores, "_chores", [chore])
    monkeypatch.setattr(due, "_ANYTHING", CompiledQuery(due._build, due.DateTimeField()))
    return chore


def test_a_worker_does_what_is_due(casa, civic, chore, clock):
    make_lead(civic)
    Worker(clock=clock).drain()
    assert Lead.objects.get().tag == "seen"


def test_an_idle_worker_is_woken_by_it(casa, civic, chore, clock):
    make_lead(civic, tag="x")
    Worker(clock=clock).drain()
    assert not due.anything_due(timezone.now())
    Lead.objects.update(tag=None)
    assert due.anything_due(timezone.now())


def test_one_that_fails_stops_no_worker(casa, civic, chore, clock, webhook, crm, monkeypatch, caplog):
    monkeypatch.setattr(MarkNewLeads, "work", lambda self, clock, stopping: 1 / 0)
    make_lead(civic)
    worker = Worker(clock=clock)
    worker.look(lambda serve, *args: serve(*args))
    worker.look(lambda serve, *args: serve(*args))
    assert "MarkNewLeads failed" in caplog.text and len(crm.requests) == 1


@pytest.mark.django_db(transaction=True)  # a connection that failed is given up
@pytest.mark.parametrize("error", [ZeroDivisionError, OperationalError])
def test_one_that_fails_starves_none_after_it(casa, civic, chore, clock, monkeypatch, caplog, error):
    class Fails(MarkNewLeads):
        def work(self, clock, stopping):
            raise error

    monkeypatch.setattr(chores, "_chores", [Fails(), chore])
    make_lead(civic)
    Worker(clock=clock).drain()
    assert Lead.objects.get().tag == "seen" and "Fails" in caplog.text


@pytest.mark.parametrize("error", [ZeroDivisionError, OperationalError])
def test_what_fails_of_an_hour_starves_none_after_it(db, clock, monkeypatch, caplog, error):
    done = []

    def fail(*at):
        raise error

    monkeypatch.setattr(chores, "_hourly", [fail, done.append])
    monkeypatch.setattr(worker, "all_senders", lambda: [SimpleNamespace(see_to_the_rest=fail)])
    monkeypatch.setattr(worker, "forget_samples_in_time", fail)
    monkeypatch.setattr(limits, "forget_ended", lambda now: done.append(now))
    fail.__name__ = "fails"
    Worker(clock=clock).drain()
    assert done == [clock(), clock()] and caplog.text.count("fails") >= 2


def test_nobody_is_told_of_a_quiet_batch(casa, civic, webhook, crm, monkeypatch, api):
    lead, loud, still = make_lead(civic, tag="x"), new_id(), new_id()
    monkeypatch.setattr(quiet, "_askers", [lambda dealership, batches: {still} & set(batches)])
    for batch, tag in ((loud, "loud"), (still, "still")):
        change_lead(casa, lead.pk, {"tag": tag}, actor=TESTER, batch=batch)
    deliver()
    told = [request.json["data"]["changes"].get("tag", {}).get("to") for request in crm.requests]
    assert told == ["x", "loud"] and Delivery.objects.count() == 2
    assert [event["data"]["changes"]["tag"]["to"] for event in api.get("/events").json()] == ["x", "loud", "still"]
