"""The deadline of the first answer (contract W9): who is told when, by open time, and what takes a lead back."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError

from conftest import TESTER, make_lead
from leads.actions import archive_lead, change_lead, delete_lead
from leads.models import EventKind, LeadEvent
from leads.notifications.actions import create_rule
from leads.notifications.models import Rule, Trigger
from leads.notifications.rules import clean_rule
from leads.outbox.models import Delivery
from leads.outbox.outcomes import NotNeeded, Postponed
from leads.outbox.telling import tell
from leads.outbox.tests.deliveries import attempt
from leads.work.actions import claim, note_contact, plan_work
from leads.work.models import Work
from leads.work.tests.people import hire
from steerleads.dealers.actors import Actor
from steerleads.dealers.availability import set_availability
from steerleads.dealers.dealerships import change_dealership, make_dealership
from steerleads.dealers.hours.actions import set_hours, set_special_days, set_week
from steerleads.dealers.hours.schedule import FIRST_DAY, USUAL_WEEK, WEEKDAYS
from steerleads.dealers.models import Role

pytestmark = pytest.mark.django_db
WEBSITE = Actor("api_key", "Website")
MONDAY = datetime(2026, 11, 30, 11, 0, tzinfo=UTC)  # 11:00 in Casablanca, too
MINUTE = timedelta(minutes=1)


@pytest.fixture
def boss(casa):
    return hire(casa, "Amina Idrissi", Role.MANAGER)


@pytest.fixture
def sara(casa):
    return hire(casa)


def asking(car, **lead):
    """A lead that somebody sent by the website on MONDAY."""
    return make_lead(car, actor=WEBSITE, **lead)


def rule_of(dealership, trigger, to="managers", channel="email"):
    return create_rule(dealership, {"trigger": trigger, "to": to, "channel": channel})


def tell_at(dealership, at=MONDAY):
    """The delivery of the leads that were made, as if they had been at that time."""
    LeadEvent.objects.filter(kind=EventKind.CREATED).update(at=at)
    tell(dealership, now=at)
    return Delivery.objects.get()


def assigned_before(delivery):
    """What was assigned up to now, was when the delivery was made."""
    Work.objects.filter(assignee__isnull=False).update(assigned_at=delivery.next_at - timedelta(hours=1))


def give(lead, membership):
    plan_work(lead.dealership, lead.pk, {"assignee": membership and membership.pk}, actor=TESTER)


# --- When ----------------------------------------------------------------------------------------

STEPS = [(Trigger.ANSWER_SOON, 15), (Trigger.ANSWER_LATE, 30), (Trigger.ANSWER_MISSED, 60)]
EVENINGS = [  # when it was made, and when the usual target of 30 open minutes is used up
    ("2026-11-30T18:50", "2026-12-01T09:20"),  # over night
    ("2026-11-28T18:50", "2026-11-30T09:20"),  # over Sunday
    ("2026-11-29T12:00", "2026-11-30T09:30"),  # on Sunday
    ("2026-11-27T12:20", "2026-11-27T14:20"),  # over the break of a Friday
    ("2026-02-20T14:50", "2026-02-21T10:20"),  # in Ramadan
    ("2026-02-14T18:50", "2026-02-16T09:20"),  # and over the change of clocks, of one hour, on the 15th
]


@pytest.mark.parametrize(("trigger", "minutes"), STEPS)
def test_each_step_comes_when_its_share_of_the_target_is_used_up(casa, civic, boss, trigger, minutes):
    rule_of(casa, trigger)
    asking(civic)
    delivery = tell_at(casa)
    assert delivery.next_at == MONDAY + minutes * MINUTE
    assert attempt(delivery, MONDAY + (minutes - 1) * MINUTE) == Postponed(MONDAY + minutes * MINUTE)
    assert attempt(delivery, MONDAY + minutes * MINUTE).ok
    assert mail.outbox[0].to == [boss.user.email]


@pytest.mark.parametrize(("made", "late"), EVENINGS)
def test_only_open_time_counts(casa, civic, boss, made, late):
    friday = [["09:00", "12:30"], ["14:00", "19:00"]]
    set_week(casa, FIRST_DAY, {**USUAL_WEEK, "friday": friday})
    ramadan = {"name": "Ramadan", "first": "2026-02-18", "last": "2026-03-19", "hours": [["10:00", "15:00"]]}
    set_special_days(casa, [{**ramadan, "first": datetime(2026, 2, 18).date(), "last": datetime(2026, 3, 19).date()}])
    rule_of(casa, Trigger.ANSWER_LATE)
    asking(civic)
    made, late = (datetime.fromisoformat(text).replace(tzinfo=casa.tz) for text in (made, late))
    assert tell_at(casa, made).next_at == late


def looked_at_again(delivery):
    """What an attempt an hour later comes to, if the delivery is due anew."""
    as_told, _ = delivery.next_at, delivery.refresh_from_db()
    assert delivery.next_at > as_told
    Delivery.objects.update(next_at=as_told)
    return attempt(delivery, MONDAY + timedelta(hours=1))


def test_it_is_reckoned_anew_when_hours_change(casa, civic, boss):
    rule_of(casa, Trigger.ANSWER_LATE)
    asking(civic)
    delivery = tell_at(casa)
    set_week(casa, FIRST_DAY, dict.fromkeys(WEEKDAYS, [["15:00", "19:00"]]))
    assert looked_at_again(delivery) == Postponed(MONDAY + timedelta(hours=4, minutes=30))
    set_hours(casa, {"target_seconds": 600})
    assert looked_at_again(delivery) == Postponed(MONDAY + timedelta(hours=4, minutes=10))


def test_it_is_reckoned_anew_when_clocks_change(casa, civic, boss):
    rule_of(casa, Trigger.ANSWER_LATE)
    asking(civic)
    delivery = tell_at(casa)
    change_dealership(casa, {"time_zone": "Pacific/Honolulu"})  # where it is one in the morning
    assert looked_at_again(delivery) == Postponed(datetime(2026, 11, 30, 19, 30, tzinfo=UTC))


# --- Of what -------------------------------------------------------------------------------------


@pytest.mark.parametrize("actor", [TESTER, Actor("staff", "Omar"), Actor("import", "old.csv")])
def test_nobody_waits_for_an_answer_to_what_staff_made_or_brought(casa, civic, actor):
    rule_of(casa, Trigger.ANSWER_LATE)
    make_lead(civic, actor=actor)
    tell(casa, now=MONDAY)
    assert not Delivery.objects.exists()


def test_a_lead_that_was_sent_as_completed_asks_for_nothing(casa, civic):
    rule_of(casa, Trigger.ANSWER_LATE)
    asking(civic, status="COMPLETED")
    tell(casa, now=MONDAY)
    assert not Delivery.objects.exists()


def by_sara(lead):
    return Actor.of_user(hire(lead.dealership, "Sara Two").user)


ANSWERS = {
    "changed by a colleague": lambda lead: change_lead(lead.dealership, lead.pk, {"note": "!"}, actor=by_sara(lead)),
    "contacted": lambda lead: note_contact(
        lead.dealership, lead.pk, via="call", outcome="no_answer", actor=by_sara(lead)
    ),
    "closed by a program": lambda lead: change_lead(lead.dealership, lead.pk, {"status": "NOT_NEEDED"}, actor=WEBSITE),
    "archived": lambda lead: archive_lead(lead.dealership, lead.pk, actor=WEBSITE),
    "deleted": lambda lead: delete_lead(lead.dealership, lead.pk, actor=WEBSITE),
}
NO_ANSWERS = {
    "changed by a program": lambda lead: change_lead(lead.dealership, lead.pk, {"note": "!"}, actor=WEBSITE),
    "assigned": lambda lead: give(lead, hire(lead.dealership, "Sara Two")),
}


@pytest.mark.parametrize("deed", ANSWERS)
def test_it_is_silent_once_somebody_has_answered_or_nobody_waits(casa, civic, boss, deed):
    rule_of(casa, Trigger.ANSWER_LATE)
    lead = asking(civic)
    delivery = tell_at(casa)
    ANSWERS[deed](lead)
    assert attempt(delivery, MONDAY + 30 * MINUTE) == NotNeeded()
    assert mail.outbox == []


@pytest.mark.parametrize("deed", NO_ANSWERS)
def test_what_is_no_answer_does_not_silence_it(casa, civic, boss, deed):
    rule_of(casa, Trigger.ANSWER_LATE)
    lead = asking(civic)
    delivery = tell_at(casa)
    NO_ANSWERS[deed](lead)
    assert attempt(delivery, MONDAY + 30 * MINUTE).ok


# --- Whom ----------------------------------------------------------------------------------------


def test_the_assignee_is_told_at_half_time(casa, civic, boss, sara):
    rule_of(casa, Trigger.ANSWER_SOON, "assignee")
    give(asking(civic), sara)
    assert attempt(tell_at(casa), MONDAY + 15 * MINUTE).ok
    assert [letter.to for letter in mail.outbox] == [[sara.user.email]]


def test_where_nobody_has_the_lead_nobody_is_told_at_half_time(casa, civic, boss):
    rule_of(casa, Trigger.ANSWER_SOON, "assignee")
    asking(civic)
    assert attempt(tell_at(casa), MONDAY + 15 * MINUTE) == NotNeeded()


def test_what_the_assignee_cannot_be_told_managers_are(casa, civic, boss, sara):
    rule_of(casa, Trigger.ANSWER_SOON, "assignee")
    give(asking(civic), sara)
    sara.user.is_active = False
    sara.user.save()
    assert attempt(tell_at(casa), MONDAY + 15 * MINUTE).ok
    assert [letter.to for letter in mail.outbox] == [[boss.user.email]]


def test_a_new_dealership_has_both_steps_if_there_is_a_mail_server(db, settings):
    made = make_dealership({"name": "Rabat Motors"})
    rules = Rule.objects.of(made).order_by("created_at")
    assert [(rule.trigger, rule.to, rule.channel) for rule in rules] == [
        ("answer_soon", "assignee", "email"),
        ("answer_late", "managers", "email"),
    ]
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    assert not Rule.objects.of(make_dealership({"name": "Fès Motors"})).exists()


# --- Taken back ----------------------------------------------------------------------------------


def test_at_twice_the_time_it_is_nobodys_again(casa, civic, sara):
    rule_of(casa, Trigger.ANSWER_MISSED, "", "queue")
    lead = asking(civic)
    give(lead, sara)
    delivery = tell_at(casa)
    assigned_before(delivery)
    assert attempt(delivery, MONDAY + 60 * MINUTE).ok
    assert Work.objects.get(lead=lead).assignee is None
    event = LeadEvent.objects.filter(kind=EventKind.ASSIGNED).order_by("at").last()
    assert event.changes == {"assignee": {"from": "Sara Alami", "to": None}}
    assert (event.actor_type, event.actor_name) == ("command", "notification rule")


def test_a_lead_that_nobody_has_is_not_taken_back(casa, civic):
    rule_of(casa, Trigger.ANSWER_MISSED, "", "queue")
    asking(civic)
    assert attempt(tell_at(casa), MONDAY + 60 * MINUTE) == NotNeeded()


def test_a_worker_that_is_killed_takes_it_from_nobody_who_got_it_since(casa, civic, sara):
    """It is tried again, as nothing says that it was done."""
    rule_of(casa, Trigger.ANSWER_MISSED, "", "queue")
    lead = asking(civic)
    give(lead, sara)
    delivery = tell_at(casa)
    assigned_before(delivery)
    assert attempt(delivery, MONDAY + 60 * MINUTE).ok
    claim(casa, lead.pk, hire(casa, "Omar Tazi").pk, actor=TESTER)
    assert attempt(delivery, MONDAY + 65 * MINUTE) == NotNeeded()


def test_who_answers_in_the_last_moment_keeps_it(casa, civic, sara, monkeypatch):
    """Between the look at the rule and the lead's lock."""
    rule_of(casa, Trigger.ANSWER_MISSED, "", "queue")
    lead = asking(civic)
    claim(casa, lead.pk, sara.pk, actor=TESTER)
    delivery = tell_at(casa)
    assigned_before(delivery)
    answered = change_lead(casa, lead.pk, {"note": "Called"}, actor=Actor.of_user(sara.user))
    monkeypatch.setattr("leads.notifications.sender._is_still_so", lambda *_: True)
    assert attempt(delivery, MONDAY + 60 * MINUTE) == NotNeeded()
    assert Work.objects.get(lead=answered).assignee == sara.pk


@pytest.mark.parametrize("channel", ["queue", "next"])
@pytest.mark.parametrize("trigger", [each for each in Trigger if each not in ("answer_late", "answer_missed")])
def test_leads_are_taken_back_for_no_other_reason(trigger, channel):
    with pytest.raises(ValidationError) as refusal:
        clean_rule({"trigger": trigger, "hours": 4, "minutes": 5, "channel": channel, "to": ""})
    assert list(refusal.value.error_dict) == ["channel"]


# --- Passed on -----------------------------------------------------------------------------------


@pytest.fixture
def passed(casa, civic, sara):
    """(a lead that Sara has, its delivery at twice the time), where a rule has it passed on."""
    rule_of(casa, Trigger.ANSWER_MISSED, "", "next")
    lead = asking(civic)
    give(lead, sara)
    delivery = tell_at(casa)
    assigned_before(delivery)
    return lead, delivery


def test_at_twice_the_time_the_next_who_is_available_has_it(casa, passed, sara):
    away, omar = hire(casa, "Karim Tazi"), hire(casa, "Omar Tazi")
    set_availability(away, {"is_available": False}, by=None)
    lead, delivery = passed
    assert attempt(delivery, MONDAY + 60 * MINUTE).ok
    assert Work.objects.get(lead=lead).assignee == omar.pk
    event = LeadEvent.objects.filter(kind=EventKind.ASSIGNED).order_by("at").last()
    assert event.changes == {"assignee": {"from": "Sara Alami", "to": "Omar Tazi"}}
    assert attempt(delivery, MONDAY + 65 * MINUTE) == NotNeeded()  # by a worker that does not know


def test_a_lead_that_nobody_has_is_passed_on_too(casa, passed, sara):
    lead, delivery = passed
    give(lead, None)
    assert attempt(delivery, MONDAY + 60 * MINUTE).ok
    assert Work.objects.get(lead=lead).assignee == sara.pk


def test_where_nobody_else_is_available_it_stays(casa, passed, sara):
    lead, delivery = passed
    assert attempt(delivery, MONDAY + 60 * MINUTE) == NotNeeded()
    assert Work.objects.get(lead=lead).assignee == sara.pk


def test_it_stays_with_who_answers_in_the_last_moment(casa, passed, sara, monkeypatch):
    hire(casa, "Omar Tazi")
    lead, delivery = passed
    change_lead(casa, lead.pk, {"note": "Called"}, actor=Actor.of_user(sara.user))
    monkeypatch.setattr("leads.notifications.sender._is_still_so", lambda *_: True)
    assert attempt(delivery, MONDAY + 60 * MINUTE) == NotNeeded()
    assert Work.objects.get(lead=lead).assignee == sara.pk
