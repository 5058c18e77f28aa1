"""After a deletion facts stay, and nothing that a person typed is in them; names of staff go with those of the history."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import call_command
from django.utils import timezone

from conftest import TESTER, make_lead
from leads import actions
from leads.analytics.catching_up import catch_up
from leads.analytics.leavers import FactsOfPeople
from leads.analytics.models import LeadFact
from leads.analytics.rebuilding import rebuild
from leads.models import Lead
from leads.privacy.leavers import HistoryOfPeople
from leads.privacy.retention import purge_leads
from leads.work.actions import plan_work
from leads.work.tests.people import hire
from steerleads.dealers.actors import Actor
from steerleads.dealers.leaving import Leaver

SARA, OMAR = Actor("staff", "Sara Alami"), Actor("staff", "Omar")
TYPED = {"action": "Xaction", "target_name": "Xname", "target_info": "+212-600-999999", "tag": "Xtag", "note": "Xnote"}


def everything():
    """What stands in all tables of figures."""
    return [str(row) for model in apps.get_app_config("analytics").get_models() for row in model.objects.values_list()]


def delete(casa, lead):
    actions.delete_lead(casa, lead.pk, actor=SARA)


def purge(casa, lead):
    actions.archive_lead(casa, lead.pk, actor=SARA)
    purge_leads(casa, before=timezone.now() + timedelta(hours=1), actor=TESTER, now=timezone.now())


def erase(casa, lead):
    call_command("erase_person", lead.target_name, dealership=casa.name, yes=True)


@pytest.mark.parametrize("forget", [delete, purge, erase])
@pytest.mark.parametrize("counted", [False, True], ids=["at once", "counted before"])
def test_a_deleted_lead_stays_as_times_and_status(casa, civic, forget, counted):
    lead = make_lead(civic, **TYPED)
    actions.change_lead(casa, lead.pk, {"note": "Xother"}, actor=SARA)
    actions.change_lead(casa, lead.pk, {"status": "COMPLETED"}, actor=SARA)
    if counted:
        catch_up(casa)
    forget(casa, lead)
    catch_up(casa)
    fact = LeadFact.objects.get()
    assert not Lead.objects.exists() and fact.deleted_at
    assert (fact.lead_id, fact.car_id, fact.status) == (lead.pk, civic.pk, "COMPLETED")
    assert (fact.first_human_by, fact.first_human_at is None) == ("staff:Sara Alami", False)
    assert not [row for row in everything() if "X" in row or "999999" in row]
    assert rebuild(casa) == []


@pytest.mark.parametrize("counted", [False, True], ids=["at once", "counted before"])
def test_a_name_that_is_erased_goes_from_facts_and_history_alike(casa, atlas, civic, counted):
    lead = actions.create_lead(casa, civic.pk, {**TYPED, "status": "NEW"}, actor=SARA)
    actions.change_lead(casa, lead.pk, {"status": "COMPLETED"}, actor=SARA)
    plan_work(casa, lead.pk, {"assignee": hire(casa, SARA.name).pk}, actor=OMAR)
    other = actions.create_lead(casa, civic.pk, TYPED, actor=Actor("api_key", SARA.name))  # a key of that name
    actions.change_lead(casa, other.pk, {"status": "COMPLETED"}, actor=OMAR)
    if counted:
        catch_up(casa)
    leaver = Leaver("sara@casa.example", frozenset({SARA.name}), frozenset({casa.pk}))
    for keeper in (HistoryOfPeople(), FactsOfPeople()):
        keeper.erase(leaver)
    catch_up(casa)
    columns = ("source_name", "first_human_by", "decided_by", "assignee")
    former, found = "a former colleague", LeadFact.objects.values_list(*columns)
    assert found.get(pk=lead.pk) == (former, *[f"staff:{former}"] * 3)
    assert found.get(pk=other.pk) == (SARA.name, "staff:Omar", "staff:Omar", None)
    assert rebuild(casa) == []


def test_a_namesake_elsewhere_keeps_the_name(casa, atlas, civic):
    lead = make_lead(civic)
    actions.change_lead(casa, lead.pk, {"status": "COMPLETED"}, actor=SARA)
    catch_up(casa)
    FactsOfPeople().erase(Leaver("sara@atlas.example", frozenset({SARA.name}), frozenset({atlas.pk})))
    assert LeadFact.objects.get().decided_by == "staff:Sara Alami"
