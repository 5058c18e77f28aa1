"""Answers are counted in open time, and anew when opening hours change."""

from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from conftest import make_lead
from leads.analytics import catching_up
from leads.analytics.catching_up import CatchingUp, catch_up
from leads.analytics.models import LeadFact
from leads.analytics.rebuilding import rebuild
from leads.analytics.tests.answering import complete
from leads.models import LeadEvent
from leads.outbox.due import anything_due
from leads.outbox.worker import Worker
from steerleads.dealers.hours.actions import set_hours, set_week
from steerleads.dealers.hours.calendar import Calendar
from steerleads.dealers.hours.schedule import WEEKDAYS

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
