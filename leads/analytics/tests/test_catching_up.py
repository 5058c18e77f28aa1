"""Facts follow the events, whoever looks first, whenever, and however often."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from conftest import TESTER, make_car, make_lead
from leads import actions
from leads.analytics import catching_up
from leads.analytics.catching_up import CatchingUp, catch_up
from leads.analytics.chore import Facts
from leads.analytics.models import OPEN, FactState, LeadFact, LeadSpan, LeadTurn
from leads.analytics.rebuilding import rebuild
from leads.analytics.tests.answering import SARA, complete
from leads.feed import number_events
from leads.models import Feed, LeadEvent
from steerleads.dealers.hours.calendar import Calendar
from steerleads.tests.clients import held_open, in_threads


def stored():
    """All that is known of all leads."""
    facts = [vars(fact) | {"_state": None} for fact in LeadFact.objects.order_by("lead_id")]
    turns = set(LeadTurn.objects.values_list("dealership", "lead_id", "kind", "at"))
    return facts, turns, set(LeadSpan.objects.values_list("dealership", "lead_id", "from_at", "to_at"))


def test_an_event_is_counted_that_nobody_has_numbered(casa, lead):
    complete(lead)
    assert catch_up(casa) == 2
    fact = LeadFact.objects.of(casa).get(lead_id=lead.pk)
    assert (fact.status, fact.first_human_by, fact.car_id) == ("COMPLETED", "staff:Sara Alami", lead.car_id)
    assert fact.created_at == int(lead.created_at.timestamp())
    assert [turn.kind for turn in LeadTurn.objects.of(casa)] == ["completed"]


def test_it_goes_on_where_it_ended(casa, lead):
    assert [catch_up(casa), catch_up(casa)] == [1, 1]
    complete(lead)
    assert catch_up(casa) == 2
    assert LeadFact.objects.get().status == "COMPLETED" and not LeadFact.objects.filter(OPEN).exists()
    assert rebuild(casa) == []


def test_each_dealership_has_its_own(casa, atlas, civic):
    make_lead(civic)
    assert (catch_up(atlas), catch_up(casa)) == (0, 1)
    assert not LeadFact.objects.of(atlas).exists() and LeadFact.objects.of(casa).exists()


def test_nothing_new_writes_nothing(casa, lead, django_assert_num_queries):
    catch_up(casa)
    calendar = Calendar.of(casa)
    with django_assert_num_queries(3):  # unnumbered events, the feed, the state
        catch_up(casa, calendar)


@pytest.mark.parametrize("batch", [1, 2, 3, 1000])
def test_batches_change_nothing(casa, civic, monkeypatch, batch):
    leads = [make_lead(civic) for _ in range(3)]
    for lead in leads:
        complete(lead)
    actions.change_lead(casa, leads[0].pk, {"status": "NEW"}, actor=SARA)
    actions.delete_lead(casa, leads[1].pk, actor=SARA)
    monkeypatch.setattr(catching_up, "BATCH", batch)
    assert catch_up(casa) == 8
    assert rebuild(casa) == []


def test_told_once_more_they_are_the_same(casa, civic):
    leads = [make_lead(civic) for _ in range(3)]
    for lead in leads:
        complete(lead)
    catch_up(casa)
    before = stored()
    FactState.objects.update(after=0)
    LeadFact.objects.all().delete()
    catch_up(casa)
    assert stored() == before


def test_a_lead_that_was_shut_in_the_second_it_began_was_never_open(casa, civic, monkeypatch):
    now = timezone.now().replace(microsecond=0)
    monkeypatch.setattr(timezone, "now", lambda: now)
    lead = make_lead(civic)
    catch_up(casa)
    assert LeadSpan.objects.get().to_at is None
    complete(lead)
    catch_up(casa)
    assert not LeadSpan.objects.exists() and rebuild(casa) == []


def test_what_a_clock_that_goes_back_says_does_not_turn_a_lead_round(casa, lead, monkeypatch):
    began = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: began - timedelta(hours=1))
    complete(lead)
    catch_up(casa)
    fact = LeadFact.objects.get()
    assert (fact.status, fact.answer_seconds, fact.answer_business_seconds) == ("COMPLETED", 0, 0)


def test_facts_outlive_their_lead(casa, civic, lead):
    complete(lead)
    catch_up(casa)
    actions.delete_lead(casa, lead.pk, actor=TESTER)
    catch_up(casa)
    fact = LeadFact.objects.get()
    assert fact.deleted_at and fact.status == "COMPLETED" and LeadTurn.objects.count() == 1


def test_a_lead_whose_creation_nobody_wrote_down_harms_nothing(casa, civic):
    lead, other = make_lead(civic), make_lead(civic)
    LeadEvent.objects.filter(lead_id=lead.pk).delete()
    complete(lead)
    assert catch_up(casa) == 2
    assert [fact.lead_id for fact in LeadFact.objects.all()] == [other.pk] and rebuild(casa) == []


def test_an_older_backup_under_the_facts_begins_them_again(casa, civic):
    leads = [make_lead(civic) for _ in range(3)]
    catch_up(casa)
    LeadEvent.objects.filter(lead_id=leads[2].pk).delete()
    Feed.objects.update(last=2)
    assert catch_up(casa) == 2
    assert {fact.lead_id for fact in LeadFact.objects.all()} == {leads[0].pk, leads[1].pk} and rebuild(casa) == []


def test_who_knows_of_fewer_events_than_were_counted_begins_nothing_again(casa, civic):
    make_lead(civic)
    late = CatchingUp(casa)
    make_lead(civic)
    catch_up(casa)
    before = stored()
    assert late.step() is False and late.state.after == 2 and stored() == before


# --- Many at once ---------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_many_who_look_at_once_count_each_event_once(casa, monkeypatch):
    monkeypatch.setattr(catching_up, "BATCH", 3)

    def work():
        car = make_car(casa)
        for _ in range(6):
            complete(make_lead(car))
            catch_up(casa)

    in_threads(*[work] * 4)
    assert catch_up(casa) == 48
    assert LeadTurn.objects.count() == LeadFact.objects.count() == 24 and rebuild(casa) == []


@pytest.mark.django_db(transaction=True)
def test_a_late_commit_is_counted(casa, civic):
    if connection.vendor == "sqlite":
        pytest.skip("only on PostgreSQL: SQLite has one writer at a time")
    with held_open(lambda: make_lead(make_car(casa))):
        complete(make_lead(civic))
        before = catch_up(casa)  # neither waits for the writer nor passes over what he will have written
    assert (before, catch_up(casa)) == (2, 3)
    assert LeadFact.objects.count() == 2 and rebuild(casa) == []


@pytest.mark.django_db(transaction=True)
def test_catching_up_waits_for_no_lead_and_a_worker_for_no_other(casa, lead):
    if connection.vendor == "sqlite":
        pytest.skip("only on PostgreSQL: SQLite has one writer at a time")
    number_events(casa)
    with transaction.atomic():
        assert actions.change_lead(casa, lead.pk, {"tag": "Hot"}, actor=TESTER)
        in_threads(lambda: catch_up(casa))
    with transaction.atomic():
        catching_up.locked_state(casa)
        number_events(casa)
        in_threads(lambda: Facts().work(timezone.now, lambda: False))
    assert FactState.objects.get().after == 1
