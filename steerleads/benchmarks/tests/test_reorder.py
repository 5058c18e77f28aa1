"""That the benchmark of reorders works. How fast they are, no test says."""

from types import SimpleNamespace

import pytest

from leads.models import Lead, LeadEvent
from steerleads.benchmarks import reorder
from steerleads.benchmarks.inside import client_inside
from steerleads.dealers.keys import issue_key

pytestmark = pytest.mark.django_db(transaction=True)  # on PostgreSQL the data is vacuumed


@pytest.fixture
def moves(casa):
    with client_inside(issue_key(casa, "Benchmark")[1]) as client:
        yield reorder.Moves(casa, client, 5)


@pytest.mark.parametrize("way", ["by_verb", "by_request", "by_loop"])
def test_each_way_moves_every_lead_and_writes_its_history(moves, casa, way):
    before = dict(Lead.objects.of(casa).values_list("pk", "order"))
    getattr(moves, way)()
    after = dict(Lead.objects.of(casa).values_list("pk", "order"))
    told = {event.lead_id: event.changes for event in LeadEvent.objects.of(casa)}
    assert sorted(after.values()) == [6, 7, 8, 9, 10]
    assert told == {pk: {"order": {"from": before[pk], "to": after[pk]}} for pk in before}


@pytest.mark.on_one_database
def test_it_prints_what_it_measured(capsys):
    reorder.run(SimpleNamespace(leads=3, many=4, rounds=2))
    printed = capsys.readouterr().out
    assert "Reorder of 3 leads, 2 rounds:" in printed
    assert printed.count("through HTTP") == 2
