"""Facts follow the events, whoever looks first, whenever, and however often."""

import threading
from datetime import date, time, timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from conftest import TESTER, make_car, make_lead
from leads import actions
from leads.analytics import catching_up
from leads.analytics.catching_up import CatchingUp, catch_up
from leads.analytics.chore import Facts
from leads.analytics.models import OPEN, FactState, LeadFact, LeadSpan, LeadTurn
from leads.analytics.rebuilding import rebuild
from leads.feed import number_events
from leads.models import Feed, LeadEvent
from leads.outbox.due import anything_due
from leads.outbox.worker import Worker
from steerleads.dealers.actors import Actor
from steerleads.dealers.hours.actions import set_hours, set_week
from steerleads.dealers.hours.calendar import Calendar
from steerleads.dealers.hours.schedule import WEEKDAYS
from steerleads.tests.clients import in_threads

SARA = Actor("staff", "Sara Alami")


def complete(lead, actor=SARA):
    return actions.change_lead(lead.dealership, lead.pk, {"status": "COMPLETED"}, actor=actor)


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


# --- Rebuilding -----------------------------------------------------------------------------------

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


# --- Business time --------------------------------------------------------------------------------

NEVER_QUIET = {"quiet_from": time(0), "quiet_until": time(0)}
ROUND_THE_CLOCK = [["00:00", "24:00"]]


@pytest.fixture
def answered(casa, civic, monkeypatch):
    """Five leads, each answered after an hour."""
    leads = [make_lead(civic) for _ in range(5)]
    LeadEvent.objects.update(at=timezone.now() - timedelta(hours=1))
    for lead in leads:
        complete(lead)
    monkeypatch.setattr(catching_up, "BATCH", 2)
    catch_up(casa)
    return leads


def business_seconds():
    return set(LeadFact.objects.values_list("answer_business_seconds", flat=True))


def pretend(monkeypatch, factor):
    """Other opening hours, of which each hour has so many open seconds."""
    monkeypatch.setattr(Calendar, "fingerprint", lambda self: f"{factor}")
    monkeypatch.setattr(Calendar, "seconds_between", lambda self, start, end: (end - start) // 3600 * factor)


def test_other_hours_count_all_answers_anew(casa, answered, monkeypatch):
    for factor in (7, 11):
        pretend(monkeypatch, factor)
        catch_up(casa)
        assert business_seconds() == {factor} and rebuild(casa) == []


def test_hours_that_change_while_they_are_counted_begin_again(casa, answered, monkeypatch):
    pretend(monkeypatch, 7)
    first = CatchingUp(casa)
    first.step()
    assert len(business_seconds()) == 2 and first.state.redone_to
    pretend(monkeypatch, 11)
    catch_up(casa)
    assert business_seconds() == {11}


def test_who_was_killed_on_the_way_is_followed_by_the_next(casa, answered, monkeypatch):
    pretend(monkeypatch, 7)
    CatchingUp(casa).step()
    seen = []
    real = catching_up.count_business_time
    monkeypatch.setattr(
        catching_up, "count_business_time", lambda facts, calendar: (seen.append(len(facts)), real(facts, calendar))
    )
    catch_up(casa)
    assert seen == [2, 1] and business_seconds() == {7}


def test_the_worker_begins_when_hours_are_changed(casa, answered, clock):
    Worker(clock=clock).drain()
    set_hours(casa, NEVER_QUIET)
    assert not anything_due(timezone.now())  # quiet hours are no matter of figures
    for hours, seconds in ((ROUND_THE_CLOCK, 3600), ([], 0)):
        set_week(casa, date(2020, 1, 1), dict.fromkeys(WEEKDAYS, hours))
        assert anything_due(timezone.now())
        Worker(clock=clock).drain()
        assert {found // 60 * 60 for found in business_seconds()} == {seconds} and rebuild(casa) == []


# --- The worker -----------------------------------------------------------------------------------


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
    began, end = threading.Event(), threading.Event()

    def slowly():
        with transaction.atomic():
            make_lead(make_car(casa))
            began.set()
            end.wait(10)
        connections.close_all()

    writer = threading.Thread(target=slowly)
    writer.start()
    began.wait(10)
    complete(make_lead(civic))
    before = catch_up(casa)  # neither waits for the writer nor passes over what he will have written
    end.set()
    writer.join()
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
