"""That the benchmark of figures works. How high they are, no test says."""

from types import SimpleNamespace

import pytest
from django.http import QueryDict

from conftest import make_car
from leads.analytics.answers import figure_answer
from leads.analytics.catching_up import catch_up
from leads.analytics.rebuilding import rebuild
from leads.models import Lead, LeadEvent
from steerleads.benchmarks import figures
from steerleads.benchmarks.histories import write_histories


@pytest.mark.on_one_database
@pytest.mark.django_db(transaction=True)
def test_it_prints_what_it_measured(capsys):
    figures.run(SimpleNamespace(leads=300, small=2, rounds=2, requests=1, keep=None))
    printed = capsys.readouterr().out
    assert printed.count(" 30 days") == printed.count(" 365 days") - 2 == len(figures.OF_PERIODS)
    assert "1,500" in printed and printed.count("a small dealership's") == 6


@pytest.mark.django_db(transaction=True)  # PostgreSQL vacuums in none
def test_its_histories_are_such_as_facts_are_made_of(casa, atlas):
    make_car(atlas)
    figures._insert(casa, 40), figures._insert(atlas, 20)
    write_histories()
    assert (catch_up(casa), catch_up(atlas)) == (200, 100) and rebuild(casa) == []
    answer = figure_answer(casa, "conversion", QueryDict("from=2020-01-01&to=2029-12-01"))
    stored = {status: Lead.objects.of(casa).filter(status=status).count() for status in ("NEW", "COMPLETED")}
    assert (answer["created"]["count"], answer["stillNew"]["count"]) == (40, stored["NEW"])
    assert answer["completed"]["count"] == stored["COMPLETED"]
    assert LeadEvent.objects.of(casa).filter(actor_type="staff").exists()
