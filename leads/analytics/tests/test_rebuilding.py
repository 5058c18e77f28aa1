"""A rebuild makes all facts of the events again, says what differed, and mends it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conftest import make_lead
from leads.analytics.catching_up import catch_up
from leads.analytics.models import LeadFact, LeadSpan, LeadTurn
from leads.analytics.rebuilding import rebuild
from leads.analytics.tests.answering import complete
from leads.models import LeadEvent

SPOILT = {
    "a column": lambda lead: LeadFact.objects.update(status="NEW"),
    "a missing fact": lambda lead: LeadFact.objects.all().delete(),
    "a missing turn": lambda lead: LeadTurn.objects.all().delete(),
    "a span": lambda lead: LeadSpan.objects.update(to_at=None),
    "too much": lambda lead: LeadEvent.objects.filter(lead_id=lead.pk).delete(),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_a_rebuild_says_what_differs_and_mends_it(casa, civic, spoil):
    lead = make_lead(civic)
    LeadEvent.objects.update(at=timezone.now() - timedelta(minutes=5))
    complete(lead)
    catch_up(casa)
    spoil(lead)
    differences = rebuild(casa)
    assert differences and {each.lead_id for each in differences} == {lead.pk}
    assert rebuild(casa) == []


def test_a_rebuild_goes_by_batches(casa, civic, monkeypatch):
    monkeypatch.setattr("leads.analytics.rebuilding.BATCH", 2)
    leads = [make_lead(civic) for _ in range(5)]
    catch_up(casa)
    LeadFact.objects.filter(lead_id__in=[leads[1].pk, leads[4].pk]).update(archived=True)
    assert [(each.lead_id, each.what, each.stored, each.told) for each in rebuild(casa)] == [
        (leads[1].pk, "archived", True, False),
        (leads[4].pk, "archived", True, False),
    ]
    assert rebuild(casa) == []
