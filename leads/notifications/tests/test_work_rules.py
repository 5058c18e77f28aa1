"""Rules that tell of work: assigned, due soon, overdue, to the assignee or the managers (contract W11)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone

from conftest import TESTER, make_lead
from leads.actions import archive_lead, change_lead
from leads.models import LeadEvent
from leads.notifications.actions import create_rule
from leads.notifications.models import Rule, Trigger
from leads.notifications.rules import clean_rule
from leads.outbox.actions import send_test
from leads.outbox.models import Delivery
from leads.outbox.outcomes import NotNeeded, Postponed
from leads.outbox.telling import tell
from leads.outbox.tests.deliveries import attempt
from leads.work.actions import claim, give_back, plan_work
from leads.work.tests.people import hire
from steerleads.dealers import staff
from steerleads.dealers.actors import Actor
from steerleads.dealers.dealerships import change_dealership
from steerleads.dealers.models import Role
from steerleads.dealers.tests.people import form_errors

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 30, 11, 0, tzinfo=UTC)
AT = NOW + timedelta(hours=3)
DAY = date(2026, 12, 4)
RULES = "/admin/notifications/rule/"


@pytest.fixture
def boss(casa):
    return hire(casa, "Amina Idrissi", Role.MANAGER)


@pytest.fixture
def sara(casa, boss):
    return hire(casa)


def rule_of(dealership, trigger, to="assignee", **fields):
    return create_rule(dealership, {"trigger": trigger, "to": to, **fields})


def plan(lead, actor=TESTER, **changes):
    plan_work(lead.dealership, lead.pk, changes, actor=actor)


def told(dealership):
    """The deliveries that wait, in the order of their events, as if these had been before NOW."""
    for number, event in enumerate(LeadEvent.objects.order_by("-at")):
        LeadEvent.objects.filter(pk=event.pk).update(at=NOW - timedelta(seconds=number))
    tell(dealership, now=NOW)
    return list(Delivery.objects.order_by("id"))


def told_to():
    return [letter.to for letter in mail.outbox]


# --- Assigned ------------------------------------------------------------------------------------


def test_who_is_given_a_lead_is_told(casa, lead, sara):
    casa.language = "en"
    casa.save()
    rule_of(casa, Trigger.ASSIGNED)
    plan(lead, assignee=sara.pk, next_step="Call back", due_on=DAY)
    [delivery] = told(casa)
    assert attempt(delivery, NOW).ok
    [letter] = mail.outbox
    assert (letter.to, letter.subject) == ([sara.user.email], "Lead for you: Follow up call")
    assert "Assigned to: Sara Alami\nNext step: Call back\nDue: Dec. 4, 2026" in letter.body


@pytest.mark.parametrize(
    "deed",
    [
        lambda lead, sara: claim(lead.dealership, lead.pk, sara.pk, actor=Actor.of_user(sara.user)),
        lambda lead, sara: plan(lead, next_step="Call back"),
        lambda lead, sara: plan(lead, due_at=AT),
    ],
)
def test_nobody_is_told_what_they_did_themselves_or_of_other_plans(casa, lead, sara, deed):
    rule_of(casa, Trigger.ASSIGNED)
    deed(lead, sara)
    assert told(casa) == []


def test_who_has_lost_it_by_then_is_not_told(casa, lead, sara):
    rule_of(casa, Trigger.ASSIGNED)
    plan(lead, assignee=sara.pk)
    plan(lead, assignee=hire(casa, "Omar Tazi").pk)
    outcomes = [attempt(delivery, NOW) for delivery in told(casa)]
    assert outcomes[0] == NotNeeded() and outcomes[1].ok
    assert told_to() == [["omar.tazi@casa.example"]]


def test_a_lead_that_is_given_back_is_told_to_nobody(casa, civic, sara):
    lead = make_lead(civic, Actor("api_key", "Website"))
    plan(lead, assignee=sara.pk)
    rule_of(casa, Trigger.ASSIGNED)
    assert give_back(casa, lead.pk, before=timezone.now(), actor=TESTER)
    assert told(casa) == []


# --- Due soon, and overdue -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trigger", "plan_of", "due"),
    [
        (Trigger.DUE_SOON, {"due_at": AT}, AT - timedelta(minutes=30)),
        (Trigger.OVERDUE, {"due_at": AT}, AT),
        (Trigger.DUE_SOON, {"due_on": DAY}, datetime(2026, 12, 4, tzinfo=UTC)),
        (Trigger.OVERDUE, {"due_on": DAY}, datetime(2026, 12, 5, tzinfo=UTC)),
    ],
)
def test_when(casa, lead, sara, trigger, plan_of, due):
    rule_of(casa, trigger, minutes=30)
    plan(lead, assignee=sara.pk, **plan_of)
    [delivery] = told(casa)
    assert delivery.next_at == due
    assert attempt(delivery, due - timedelta(seconds=1)) == Postponed(due)


def test_what_is_due_on_a_day_is_told_when_quiet_hours_are_over(casa, lead, sara):
    rule_of(casa, Trigger.DUE_SOON, minutes=30)
    plan(lead, assignee=sara.pk, due_on=DAY)
    [delivery] = told(casa)
    morning = datetime(2026, 12, 4, 8, tzinfo=UTC)
    assert attempt(delivery, delivery.next_at) == Postponed(morning)
    assert attempt(delivery, morning).ok
    assert told_to() == [[sara.user.email]]


CHANGES = {
    "planned anew": lambda lead: plan(lead, due_at=AT + timedelta(days=1)),
    "planned anew for a day": lambda lead: plan(lead, due_on=DAY),
    "not due any more": lambda lead: plan(lead, due_at=None),
    "closed": lambda lead: change_lead(lead.dealership, lead.pk, {"status": "COMPLETED"}, actor=TESTER),
    "archived": lambda lead: archive_lead(lead.dealership, lead.pk, actor=TESTER),
}


@pytest.mark.parametrize("trigger", [Trigger.DUE_SOON, Trigger.OVERDUE])
@pytest.mark.parametrize("change", CHANGES)
def test_it_is_silent_when_that_is_not_so_any_more(casa, lead, sara, trigger, change):
    rule_of(casa, trigger, minutes=30)
    plan(lead, assignee=sara.pk, due_at=AT)
    [delivery] = told(casa)
    CHANGES[change](lead)
    assert attempt(delivery, delivery.next_at) == NotNeeded()


def test_another_next_step_is_no_other_plan(casa, lead, sara):
    rule_of(casa, Trigger.OVERDUE)
    plan(lead, assignee=sara.pk, due_at=AT)
    plan(lead, next_step="Call back")
    [delivery] = told(casa)
    assert attempt(delivery, AT).ok


def test_what_is_overdue_already_is_not_due_soon(casa, lead, sara):
    rule_of(casa, Trigger.DUE_SOON, minutes=30)
    plan(lead, assignee=sara.pk, due_at=AT)
    [delivery] = told(casa)
    assert attempt(delivery, AT) == NotNeeded()


def test_days_end_by_the_clocks_of_the_dealership(casa, lead, sara):
    rule_of(casa, Trigger.OVERDUE)
    plan(lead, assignee=sara.pk, due_on=DAY)
    [delivery] = told(casa)
    change_dealership(casa, {"time_zone": "Asia/Dubai"})
    rule = Rule.objects.select_related("dealership").get()
    delivery = Delivery.objects.select_related("destination__rule__dealership").get(pk=delivery.pk)
    assert rule.dealership.time_zone == "Asia/Dubai"
    assert attempt(delivery, datetime(2026, 12, 4, 19, tzinfo=UTC)) == Postponed(datetime(2026, 12, 4, 20, tzinfo=UTC))


# --- Whom ----------------------------------------------------------------------------------------


def test_managers_are_those_of_that_moment(casa, lead, boss, sara):
    rule_of(casa, Trigger.OVERDUE, "managers, showroom@casa.example")
    plan(lead, due_at=AT)
    hire(casa, "Zineb Fassi", Role.MANAGER)
    gone = hire(casa, "Gone Away", Role.MANAGER)
    staff.remove(gone, by=None)
    [delivery] = told(casa)
    assert attempt(delivery, AT).ok
    assert told_to() == [["showroom@casa.example"], [boss.user.email], ["zineb.fassi@casa.example"]]


def test_who_is_named_twice_gets_one_mail(casa, lead, boss):
    rule_of(casa, Trigger.OVERDUE, f"assignee, managers, {boss.user.email.upper()}")
    plan(lead, assignee=boss.pk, due_at=AT)
    [delivery] = told(casa)
    assert attempt(delivery, AT).ok
    assert len(mail.outbox) == 1


def test_the_assignee_of_another_dealership_is_never_told(casa, atlas, lead, boss):
    hire(atlas, "Nadia Rami", Role.MANAGER)
    rule_of(casa, Trigger.OVERDUE, "managers")
    plan(lead, due_at=AT)
    attempt(told(casa)[0], AT)
    assert told_to() == [[boss.user.email]]


def test_a_test_of_a_rule_goes_to_the_managers(casa, boss):
    assert attempt(send_test(rule_of(casa, Trigger.ASSIGNED)), NOW).ok
    assert told_to() == [[boss.user.email]]


@pytest.mark.parametrize("to", ["assignee", "managers", "assignee, managers, a@b.ma"])
def test_who_leaves_does_not_take_them_off(casa, boss, to):
    rule = rule_of(casa, Trigger.ASSIGNED, f"{to}, omar.tazi@casa.example")
    omar = hire(casa, "Omar Tazi")
    staff.remove(omar, by=None)
    rule.refresh_from_db()
    assert (rule.to, rule.is_on) == (to, True)


# --- The form ------------------------------------------------------------------------------------

TYPED = {"trigger": "due_soon", "minutes": "30", "channel": "email", "to_assignee": "on", "is_on": "on"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({}, ("due_soon", 30, "email", "assignee")),
        ({"to_managers": "on", "to": "a@b.ma"}, ("due_soon", 30, "email", "assignee, managers, a@b.ma")),
        ({"trigger": "overdue"}, ("overdue", None, "email", "assignee")),
        ({"trigger": "answer_missed", "channel": "queue"}, ("answer_missed", None, "queue", "")),
    ],
)
def test_a_rule_is_made_with_clean_fields(in_english, manager, typed, kept):
    assert manager.post(f"{RULES}add/", {**TYPED, **typed}).status_code == 302
    rule = Rule.objects.get()
    assert (rule.trigger, rule.minutes, rule.channel, rule.to) == kept


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"minutes": ""}, "minutes", "how many minutes"),
        ({"minutes": "10081"}, "minutes", "from 1 to 10080"),
        ({"to_assignee": ""}, "to", "e-mail addresses"),
        ({"channel": "queue"}, "channel", "nobody has answered"),
    ],
)
def test_a_rule_with_a_wrong_field_is_not_made(in_english, manager, wrong, field, words):
    errors = form_errors(manager.post(f"{RULES}add/", {**TYPED, **wrong}))
    assert list(errors) == [field] and words in errors[field][0]["message"]


def test_a_rule_is_shown_and_changed_by_who_it_is_for(in_english, casa, manager):
    rule = rule_of(casa, Trigger.OVERDUE, "assignee, a@b.ma")
    page = manager.get(f"{RULES}{rule.pk}/change/").content.decode()
    assert 'name="to_assignee" id="id_to_assignee" checked' in page.replace(
        ' aria-describedby="id_to_assignee_helptext"', ""
    )
    assert "whoever has the lead, a@b.ma" in manager.get(RULES).content.decode()
    hidden = {"initial-trigger": "overdue", "initial-channel": "email", "initial-to": "a@b.ma", "initial-is_on": "True"}
    shown = {**hidden, "initial-to_assignee": "True", "initial-to_managers": "False"}
    manager.post(
        f"{RULES}{rule.pk}/change/",
        {**shown, **TYPED, "trigger": "overdue", "to": "a@b.ma", "to_assignee": "", "to_managers": "on"},
    )
    rule.refresh_from_db()
    assert rule.to == "managers, a@b.ma"


def test_no_phone_is_told_by_who_has_the_lead(settings):
    settings.NOTIFY_CHANNELS = {"sms": "someone://key@{to}"}
    with pytest.raises(ValidationError):
        clean_rule({"trigger": Trigger.ASSIGNED, "channel": "sms", "to": "assignee"})


def test_events_of_work_are_told_once_however_often_the_worker_asks(casa, lead, sara):
    rule_of(casa, Trigger.ASSIGNED)
    plan(lead, assignee=sara.pk)
    assert len(told(casa)) == len(told(casa)) == 1
    assert LeadEvent.objects.filter(kind="lead.assigned").count() == 1
