"""The worker catches up, for each dealership by itself."""

from django.utils import timezone

from conftest import make_car, make_lead
from leads.analytics import catching_up
from leads.analytics.catching_up import CatchingUp
from leads.analytics.chore import Facts
from leads.analytics.models import FactState, LeadFact
from leads.feed import number_events
from leads.models import Feed
from leads.outbox.due import anything_due
from leads.outbox.worker import Worker


def test_the_worker_catches_up_after_numbering(casa, atlas, lead, clock):
    make_lead(make_car(atlas))
    Worker(clock=clock).drain()
    assert {state.dealership_id: state.after for state in FactState.objects.all()} == {casa.pk: 1, atlas.pk: 1}
    assert not anything_due(timezone.now())


def test_an_idle_worker_is_woken_by_events_that_were_counted_by_nobody(casa, civic, lead, clock):
    Worker(clock=clock).drain()
    make_lead(civic)
    number_events(casa)
    Feed.objects.update(told=2)
    assert anything_due(timezone.now())


def test_one_dealership_that_fails_stops_no_other(casa, atlas, lead, clock, monkeypatch, caplog):
    make_lead(make_car(atlas))
    number_events(casa), number_events(atlas)
    real = CatchingUp.step
    monkeypatch.setattr(CatchingUp, "step", lambda self, **how: 1 / 0 if self.dealership == casa else real(self, **how))
    Facts().work(timezone.now, lambda: False)
    assert [fact.dealership_id for fact in LeadFact.objects.all()] == [atlas.pk] and str(casa.pk) in caplog.text


def test_a_worker_that_stops_leaves_the_rest(casa, civic, monkeypatch):
    monkeypatch.setattr(catching_up, "BATCH", 1)
    for _ in range(3):
        make_lead(civic)
    number_events(casa)
    asked = iter([False, False, True, True])
    Facts().work(timezone.now, lambda: next(asked))
    assert FactState.objects.get().after == 1
