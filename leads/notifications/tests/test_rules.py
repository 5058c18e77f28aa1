"""Rules: which events they tell of, when, what they no longer need to tell, and what managers may type."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection

from conftest import TESTER, make_car, make_lead
from leads.actions import archive_lead, change_lead, create_lead, delete_lead, restore_lead
from leads.models import LeadEvent
from leads.notifications.actions import change_rule, create_rule, delete_rule
from leads.notifications.channels import email
from leads.notifications.errors import RuleNotFound
from leads.notifications.models import Rule, Trigger
from leads.notifications.rules import clean_rule, tells_of
from leads.ordering.tests.moves import move
from leads.outbox.actions import send_test
from leads.outbox.models import Delivery, State
from leads.outbox.outcomes import NotNeeded, Postponed
from leads.outbox.telling import tell
from leads.outbox.tests.deliveries import attempt
from steerleads.dealers.actors import Actor
from steerleads.dealers.hours.actions import set_hours, set_special_days, set_week
from steerleads.dealers.hours.models import Hours
from steerleads.dealers.hours.schedule import FIRST_DAY, USUAL_WEEK, WEEKDAYS

pytestmark = pytest.mark.django_db
MONDAY = datetime(2024, 1, 15, 9, 30, tzinfo=UTC)  # 10:30 in Casablanca


def make_rule(dealership, trigger=Trigger.CREATED, **fields):
    return create_rule(dealership, {"trigger": trigger, "to": "sara@casa.example", **fields})


def wait_for(lead, hours=4):
    """A rule that a lead stays New, and its delivery about this lead, which is New since MONDAY."""
    rule = make_rule(lead.dealership, Trigger.STAYS_NEW, hours=hours)
    event = LeadEvent.objects.filter(lead_id=lead.pk).get()
    event.at = MONDAY
    event.save()
    return Delivery.objects.create(
        dealership=lead.dealership, destination=rule, event_id=event.pk, lead_id=lead.pk, kind=event.kind
    )


def told_by(rule, dealership):
    """The kinds of events that are on their way by a rule."""
    tell(dealership, now=MONDAY)
    return list(Delivery.objects.filter(destination=rule).order_by("id").values_list("kind", flat=True))


# --- Which events --------------------------------------------------------------------------------

DEEDS = {
    "create": lambda lead: make_lead(lead.car),
    "create completed": lambda lead: make_lead(lead.car, status="COMPLETED"),
    "complete": lambda lead: change(lead, status="COMPLETED"),
    "complete by the board": lambda lead: move(lead, "COMPLETED"),
    "not needed": lambda lead: change(lead, status="NOT_NEEDED"),
    "reopen": lambda lead: change(change(lead, status="COMPLETED"), status="NEW"),
    "note": lambda lead: change(lead, note="She calls back"),
    "move": lambda lead: change(lead, order=7),
    "archive": lambda lead: archive_lead(lead.dealership, lead.pk, actor=TESTER),
    "restore": lambda lead: restore_lead(lead.dealership, DEEDS["archive"](lead).pk, actor=TESTER),
    "delete": lambda lead: delete_lead(lead.dealership, lead.pk, actor=TESTER),
}


def change(lead, **fields):
    return change_lead(lead.dealership, lead.pk, fields, actor=TESTER)


@pytest.mark.parametrize(
    ("trigger", "telling"),
    [
        (Trigger.CREATED, {"create", "create completed"}),
        (Trigger.COMPLETED, {"complete", "complete by the board", "reopen"}),
        (Trigger.NOT_NEEDED, {"not needed"}),
        (Trigger.STAYS_NEW, {"create", "reopen"}),
    ],
)
@pytest.mark.parametrize("deed", DEEDS)
def test_a_rule_tells_of_its_trigger_and_of_nothing_else(casa, lead, trigger, telling, deed):
    rule = make_rule(casa, trigger, hours=4 if trigger == Trigger.STAYS_NEW else None)
    DEEDS[deed](lead)
    assert len(told_by(rule, casa)) == (deed in telling)


def test_a_rule_tells_of_nothing_that_was_before_it(casa, lead):
    rule = make_rule(casa)
    assert told_by(rule, casa) == []


def test_a_rule_tells_of_no_other_dealership(casa, atlas):
    rule = make_rule(casa)
    make_lead(make_car(atlas))
    assert told_by(rule, casa) == told_by(rule, atlas) == []


def test_a_lead_that_stays_new_is_due_after_so_many_business_hours(casa, civic):
    rule = make_rule(casa, Trigger.STAYS_NEW, hours=10)
    make_lead(civic)
    LeadEvent.objects.update(at=MONDAY)
    tell(casa, now=MONDAY)
    assert Delivery.objects.get(destination=rule).next_at == MONDAY + timedelta(days=1)


# --- Telling -------------------------------------------------------------------------------------


def test_a_lead_that_stayed_new_is_told(lead):
    assert attempt(wait_for(lead), MONDAY + timedelta(hours=4)).ok
    assert mail.outbox[0].to == ["sara@casa.example"]


@pytest.mark.parametrize("deed", ["complete", "not needed", "reopen", "archive", "delete"])
def test_a_lead_that_did_not_stay_new_is_not_told(lead, deed):
    delivery = wait_for(lead)
    DEEDS[deed](lead)
    assert attempt(delivery, MONDAY + timedelta(hours=4)) == NotNeeded()
    assert mail.outbox == []


@pytest.mark.parametrize("deed", ["note", "move", "restore"])
def test_a_lead_that_is_worked_on_and_still_new_is_told(lead, deed):
    delivery = wait_for(lead)
    DEEDS[deed](lead)
    assert attempt(delivery, MONDAY + timedelta(hours=4)).ok


def test_by_todays_hours_it_may_not_be_time_yet(casa, lead):
    delivery = wait_for(lead)
    set_week(casa, FIRST_DAY, dict.fromkeys(WEEKDAYS, [["09:00", "12:00"]]))
    due = MONDAY + timedelta(days=1, hours=1)  # half past eleven on Tuesday
    assert attempt(delivery, MONDAY + timedelta(hours=4)) == Postponed(due)
    assert attempt(delivery, due).ok


def test_nobody_is_woken(casa, lead):
    Hours.objects.create(dealership=casa, quiet_from=time(22), quiet_until=time(7))
    delivery = wait_for(lead)
    at_night = datetime(2024, 1, 15, 22, 0, tzinfo=UTC)  # 23:00 in Casablanca
    until = datetime(2024, 1, 16, 6, 0, tzinfo=UTC)
    assert attempt(delivery, at_night) == Postponed(until)
    assert attempt(delivery, until).ok


def test_a_test_is_sent_at_night_too(casa):
    delivery = send_test(make_rule(casa))
    assert attempt(delivery, datetime(2024, 1, 15, 23, tzinfo=UTC)).ok
    assert mail.outbox[0].subject == "Test d’une notification"


@pytest.mark.parametrize("trigger", [Trigger.CREATED, Trigger.COMPLETED])
def test_a_lead_that_is_gone_is_not_told(casa, civic, trigger):
    rule = make_rule(casa, trigger)
    lead = change(make_lead(civic), status="COMPLETED")
    tell(casa, now=MONDAY)
    DEEDS["delete"](lead)
    assert attempt(Delivery.objects.get(destination=rule), MONDAY) == NotNeeded()


def test_a_rule_that_means_something_else_by_now_does_not_tell(casa, civic):
    rule = make_rule(casa)
    make_lead(civic)
    tell(casa, now=MONDAY)
    change_rule(rule, {"trigger": Trigger.COMPLETED})
    assert attempt(Delivery.objects.get(destination=rule), MONDAY) == NotNeeded()


# --- Verbs ---------------------------------------------------------------------------------------


def test_a_change_is_written_and_what_waits_is_looked_at_anew(lead):
    rule = wait_for(lead).destination.specific
    Rule.objects.update(failing_since=MONDAY)
    changed = change_rule(rule, {"hours": 2, "to": rule.to})
    assert (changed.hours, changed.version, changed.failing_since) == (2, 2, None)
    assert Delivery.objects.get().next_at == changed.updated_at


def test_a_change_of_nothing_leaves_the_rule_as_it_is(lead):
    rule = wait_for(lead).destination.specific
    assert change_rule(rule, {"hours": 4}).updated_at == rule.updated_at
    assert Delivery.objects.get().next_at is None


def test_a_rule_that_is_switched_off_forgets_what_waits(lead):
    rule = change_rule(wait_for(lead).destination.specific, {"is_on": False})
    assert (rule.is_on, Delivery.objects.get().state) == (False, State.DROPPED)
    rule = change_rule(rule, {"is_on": True})
    assert (rule.switched_off_at, Delivery.objects.get().state) == (None, State.DROPPED)


def test_a_rule_is_deleted_with_what_it_told(lead):
    rule = wait_for(lead).destination.specific
    delete_rule(rule)
    assert not Rule.objects.exists() and not Delivery.objects.exists()
    for verb in (lambda: delete_rule(rule), lambda: change_rule(rule, {"hours": 2})):
        with pytest.raises(RuleNotFound):
            verb()


NEW_HOURS = [
    lambda casa: set_hours(casa, {"quiet_from": time(20)}),
    lambda casa: set_week(casa, FIRST_DAY, USUAL_WEEK | {"sunday": [["09:00", "12:00"]]}),
    lambda casa: set_special_days(casa, [{"name": "Eid", "first": FIRST_DAY, "last": FIRST_DAY, "hours": []}]),
]


def test_new_hours_let_everything_that_waits_be_looked_at_anew(casa, lead):
    wait_for(lead)
    for change in NEW_HOURS:
        Delivery.objects.update(next_at=None)
        change(casa)
        assert Delivery.objects.get().next_at is not None


def test_the_same_hours_again_change_nothing(casa, lead):
    wait_for(lead)
    for change in NEW_HOURS:
        change(casa)
    Delivery.objects.update(next_at=None)
    for change in NEW_HOURS:
        change(casa)
    assert Delivery.objects.get().next_at is None


# --- What managers type --------------------------------------------------------------------------

CHANNELS = {"sms": "vonage://KEY:SECRET@15550001111/{to}", "team": "slack://TOKEN"}


def clean(settings, **fields):
    settings.NOTIFY_CHANNELS = CHANNELS
    return clean_rule({"trigger": "created", "hours": None, "channel": "email", "to": "a@b.example", **fields})


@pytest.mark.parametrize(
    ("fields", "name", "expected"),
    [
        ({"to": " sara@casa.example "}, "to", "sara@casa.example"),
        ({"to": "a@b.example,c@d.example"}, "to", "a@b.example, c@d.example"),
        ({"to": "a@b.example; c@d.example,\n e@f.example ،g@h.example,"}, "to", "a@b.example, c@d.example, e@f.example, g@h.example"),
        ({"to": "Sara@b.example, c@d.example, sara@B.example"}, "to", "Sara@b.example, c@d.example"),
        ({"to": ", ".join(f"p{n}@b.example" for n in range(20))}, "to", ", ".join(f"p{n}@b.example" for n in range(20))),
        ({"channel": "sms", "to": "0612-345678"}, "to", "+212612345678"),
        ({"channel": "sms", "to": "+33 6 12 34 56 78"}, "to", "+33612345678"),
        ({"channel": "sms", "to": "0742996141"}, "to", "+212742996141"),  # the library does not know it yet
        ({"channel": "sms", "to": "٠٦١٢٣٤٥٦٧٨"}, "to", "+212612345678"),
        ({"channel": "sms", "to": "0612345678/../../x"}, "to", "+212612345678"),
        ({"channel": "team", "to": "whoever"}, "to", ""),
        ({"channel": "team", "to": None}, "to", ""),
        ({"hours": 5}, "hours", None),
        ({"trigger": "stays_new", "hours": 1}, "hours", 1),
        ({"trigger": "stays_new", "hours": 1000}, "hours", 1000),
    ],
)  # fmt: skip
def test_good_rule(settings, fields, name, expected):
    assert clean(settings, **fields)[name] == expected


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"to": ""}, "to"),
        ({"to": None}, "to"),
        ({"to": " , ;"}, "to"),
        ({"to": "sara"}, "to"),
        ({"to": "a@b.example, sara"}, "to"),
        ({"to": "Sara <a@b.example>"}, "to"),
        ({"to": "a@b.example\r\nBcc:c@d.example"}, "to"),
        ({"to": ", ".join(f"p{n}@b.example" for n in range(21))}, "to"),
        ({"to": ", ".join(f"p{n}@{'b' * 60}.example" for n in range(20))}, "to"),
        ({"channel": "sms", "to": ""}, "to"),
        ({"channel": "sms", "to": "a@b.example"}, "to"),
        ({"channel": "sms", "to": "0612"}, "to"),
        ({"channel": "sms", "to": "0612345678, 0612345679"}, "to"),
        ({"channel": "fax"}, "channel"),
        ({"channel": "slack://TOKEN"}, "channel"),
        ({"channel": ""}, "channel"),
        ({"trigger": "stays_new"}, "hours"),
        ({"trigger": "stays_new", "hours": 0}, "hours"),
        ({"trigger": "stays_new", "hours": 1001}, "hours"),
    ],
)
def test_bad_rule(settings, fields, name):
    with pytest.raises(ValidationError) as refused:
        clean(settings, **fields)
    assert name in refused.value.message_dict


def test_all_that_is_wrong_is_said_at_once(settings):
    with pytest.raises(ValidationError) as refused:
        clean(settings, trigger="stays_new", channel="fax", to="sara")
    assert set(refused.value.message_dict) == {"hours", "channel"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="only on PostgreSQL: its connections come from a pool")
def test_no_connection_of_the_pool_is_held_while_a_mail_is_on_its_way(casa, monkeypatch):
    held = []
    monkeypatch.setattr(email, "send_mails", lambda *args, **kwargs: held.append(connection.connection))
    attempt(send_test(make_rule(casa)), MONDAY)
    assert held == [None]


def test_no_rule_tells_of_what_an_import_did(casa, civic):
    rule = create_rule(casa, {"trigger": "created", "to": "boss@casa.example"})
    fields = {"action": "Call", "target_name": "Sara", "target_info": "0612345678"}
    for actor, tells in ((TESTER, True), (Actor("import", "Nadia"), False)):
        lead = create_lead(casa, civic.pk, fields, actor=actor)
        assert tells_of(rule, LeadEvent.objects.get(lead_id=lead.pk)) is tells
