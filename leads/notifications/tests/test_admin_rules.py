"""Notification rules in the admin."""

import re

import pytest
from django.utils import timezone

from leads.notifications.actions import change_rule, create_rule
from leads.notifications.models import Rule
from leads.outbox.models import Delivery, State
from leads.outbox.tests.pages import page_of, sent, text_of
from steerleads.dealers.models import Dealership
from steerleads.dealers.tests.people import form_errors, told

pytestmark = pytest.mark.on_one_database

RULES = "/admin/notifications/rule/"
TYPED = {"trigger": "created", "hours": "", "channel": "email", "to": "boss@casa.example", "is_on": "on"}


@pytest.fixture(autouse=True)
def _in_english(casa, settings):
    Dealership.objects.update(language="en")
    settings.NOTIFY_CHANNELS = {"sms": "someone://key@{to}", "team chat": "someone://room"}


@pytest.fixture
def rule(casa):
    return create_rule(casa, {"trigger": "created", "to": "boss@casa.example"})


def form_of(rule, **typed):
    """What a browser posts: the fields, and beside each what the page had shown."""
    shown = {"trigger": rule.trigger, "hours": rule.hours or "", "channel": rule.channel, "to": rule.to}
    hidden = {f"initial-{name}": value for name, value in {**shown, "is_on": str(rule.is_on)}.items()}
    typed = {**shown, **({"is_on": "on"} if rule.is_on else {}), **typed}
    return {**hidden, **{name: value for name, value in typed.items() if value is not None}}


# --- Rules -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({}, ("created", None, "email", "boss@casa.example")),
        ({"hours": "5"}, ("created", None, "email", "boss@casa.example")),
        ({"trigger": "stays_new", "hours": "4"}, ("stays_new", 4, "email", "boss@casa.example")),
        ({"to": "a@b.ma; c@d.ma\r\nA@b.ma"}, ("created", None, "email", "A@b.ma, c@d.ma")),
        ({"channel": "sms", "to": "0612 34 56 78"}, ("created", None, "sms", "+212612345678")),
        ({"channel": "team chat", "to": ""}, ("created", None, "team chat", "")),
    ],
)
def test_a_rule_is_made_with_clean_fields(casa, manager, typed, kept):
    assert manager.post(f"{RULES}add/", {**TYPED, **typed}).status_code == 302
    rule = Rule.objects.get()
    assert (rule.trigger, rule.hours, rule.channel) == kept[:3] and rule.to.lower() == kept[3].lower()
    assert (rule.dealership, rule.is_on) == (casa, True)


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"trigger": "sold"}, "trigger", "not one of"),
        ({"trigger": "stays_new"}, "hours", "how many hours"),
        ({"trigger": "stays_new", "hours": "1001"}, "hours", "from 1 to 1000"),
        ({"to": ""}, "to", "e-mail addresses"),
        ({"to": "boss"}, "to", "not an e-mail address"),
        ({"channel": "sms"}, "to", "one phone number"),
        ({"channel": "pigeon"}, "channel", "not one of"),
    ],
)
def test_a_rule_with_a_wrong_field_is_not_made(manager, wrong, field, words):
    errors = form_errors(manager.post(f"{RULES}add/", {**TYPED, **wrong}))
    assert list(errors) == [field] and words in errors[field][0]["message"]
    assert not Rule.objects.exists()


def test_a_form_offers_mail_and_what_the_operator_configured(manager):
    page = text_of(manager.get(f"{RULES}add/"))
    select = re.search(r'<select name="channel".*?</select>', page, re.DOTALL)[0]
    assert (
        re.findall(r'value="([^"]*)"', select) == ["email", "sms", "team chat", "queue", "next"]
        and "someone://" not in page
    )


def test_a_manager_changes_a_rule(manager, rule):
    typed = {"trigger": "stays_new", "hours": "2", "channel": "sms", "to": "+212 612 34 56 78"}
    assert manager.post(page_of(rule), form_of(rule, **typed)).status_code == 302
    found = Rule.objects.get()
    assert (found.trigger, found.hours, found.channel, found.to) == ("stays_new", 2, "sms", "+212612345678")
    assert found.is_on and found.after_sequence == rule.after_sequence


def test_a_field_left_alone_does_not_undo_what_a_colleague_changed(manager, rule):
    change_rule(rule, {"is_on": False})
    manager.post(page_of(rule), form_of(rule, to="sara@casa.example"))
    assert Rule.objects.values_list("is_on", "to").get() == (False, "sara@casa.example")


def test_a_rule_whose_channel_the_operator_took_away_can_still_be_switched_off(manager, rule):
    Rule.objects.update(channel="fax", to="")
    rule.refresh_from_db()
    assert "channel" in form_errors(manager.post(page_of(rule), form_of(rule, trigger="completed")))
    assert manager.post(page_of(rule), form_of(rule, is_on=None)).status_code == 302
    assert not Rule.objects.get().is_on


def test_saving_with_a_test_sends_one(manager, rule):
    page = manager.post(page_of(rule), form_of(rule, _test="1"), follow=True)
    delivery = Delivery.objects.get()
    assert (delivery.destination.specific, delivery.kind) == (rule, "rule.test") and page.context["deliveries"]
    assert told(page) == ["A test is on its way. See below what becomes of it."]


@pytest.mark.parametrize("door", ["page", "list"])
def test_deleting_a_rule_takes_its_deliveries_along(manager, rule, door):
    sent(rule)
    path = f"{RULES}{rule.pk}/delete/" if door == "page" else RULES
    data = {"action": "delete_selected", "_selected_action": [rule.pk], "post": "yes"}
    assert manager.post(path, data).status_code == 302
    assert not Rule.objects.exists() and not Delivery.objects.exists()


def test_the_list_says_what_when_by_whom_and_how_it_went(manager, rule):
    sent(rule, state=State.DEAD, status=550, error="smtp")
    Rule.objects.update(failing_since=timezone.now())
    page = text_of(manager.get(RULES))
    for words in ("a lead is created", "E-mail", "boss@casa.example", "failing since", "dead letter"):
        assert words in page
    assert "550: the mail server did not take it" in text_of(manager.get(page_of(rule)))


def test_a_superuser_says_whose_rule_it_is(atlas, root):
    root.post(f"{RULES}add/", {**TYPED, "dealership": atlas.pk})
    assert Rule.objects.get().dealership == atlas


@pytest.mark.parametrize("count", [1, 20])
def test_the_list_takes_the_same_number_of_queries_for_1_row_and_for_20(
    casa, manager, count, django_assert_max_num_queries
):
    for _ in range(count):
        sent(create_rule(casa, {"trigger": "created", "to": "boss@casa.example"}))
    for path in (RULES, page_of(Rule.objects.first())):
        with django_assert_max_num_queries(8):
            manager.get(path)
