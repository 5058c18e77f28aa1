"""Deliveries in the admin: what became of them, in words, and dead letters sent again."""

import re

import pytest
from django.utils import timezone

from conftest import make_car, make_lead
from leads.notifications import sender
from leads.notifications.channels import apprise, email
from leads.notifications.models import Rule
from leads.outbox import actions, words
from leads.outbox.models import Delivery, State
from leads.outbox.tests.pages import page_of, sent, text_of
from leads.webhooks import actions as webhook_actions
from leads.webhooks import outbound
from leads.webhooks.models import Webhook
from steerleads.dealers.tests.people import told

pytestmark = pytest.mark.usefixtures("in_english")

WEBHOOKS, DELIVERIES = "/admin/webhooks/webhook/", "/admin/delivery/delivery/"
URL = "https://crm.example.com/hooks"


@pytest.fixture
def webhook(casa):
    return webhook_actions.create_webhook(casa, {"url": URL, "description": "Our CRM"})


@pytest.fixture
def dead(webhook, lead):
    """A dead letter, with its last attempt."""
    return sent(webhook, lead)


# --- The list, and one of them -------------------------------------------------------------------


def listed(client, **query):
    return {delivery.pk for delivery in client.get(DELIVERIES, query).context["cl"].result_list}


def test_the_list_is_filtered_by_state_by_kind_and_by_one_destination(casa, manager, webhook, dead):
    rule = Rule.objects.create(dealership=casa, trigger="created", to="boss@casa.example")
    mail = sent(rule, state=State.DELIVERED)
    other = sent(webhook_actions.create_webhook(casa, {"url": URL}), state=State.PENDING)
    assert listed(manager) == {dead.pk, mail.pk, other.pk}
    assert listed(manager, state__exact="dead") == {dead.pk}
    assert listed(manager, to="rules") == {mail.pk} and listed(manager, to="webhooks") == {dead.pk, other.pk}
    assert listed(manager, to=webhook.pk) == {dead.pk} and listed(manager, to=rule.pk) == {mail.pk}
    assert listed(manager, to=webhook.pk, state__exact="pending") == set()
    assert listed(manager, to="x") == {dead.pk, mail.pk, other.pk}


def test_a_delivery_has_its_attempts_as_text(manager, dead, lead):
    page = text_of(manager.get(page_of(dead)))
    assert "&lt;b&gt;no&lt;/b&gt;" in page and "123 ms" in page and f"/admin/leads/lead/{lead.pk}/change/" in page
    assert 'value="Send again"' in page and 'name="_save"' not in page
    assert manager.post(page_of(dead), {"state": "delivered"}).status_code == 403


def test_a_delivery_of_a_lead_that_is_gone_has_no_link(manager, dead, lead):
    lead.delete()
    for path in (DELIVERIES, page_of(dead), page_of(dead.destination.specific)):
        assert "/admin/leads/lead/0" not in text_of(manager.get(path))


@pytest.mark.parametrize("door", ["page", "list"])
def test_a_dead_letter_is_sent_again_under_its_id(manager, dead, door):
    if door == "page":
        page = manager.post(f"{DELIVERIES}{dead.pk}/redeliver/", follow=True)
    else:
        data = {"action": "send_again", "_selected_action": [dead.pk], "index": 0}
        page = manager.post(DELIVERIES, data, follow=True)
    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == (State.PENDING, 0) and dead.next_at <= timezone.now()
    assert told(page) == ["To be sent again: 1."]


def test_sending_again_says_what_waits_and_what_is_not_sent(manager, webhook):
    rows = [sent(webhook, state=state) for state in State]
    Webhook.objects.update(is_on=False)
    data = {"action": "send_again", "_selected_action": [row.pk for row in rows], "index": 0}
    assert told(manager.post(DELIVERIES, data, follow=True)) == [
        "To be sent again: 2.",
        "What is switched off gets them once it is on again.",
        "Not sent again, as they are under way or no longer needed: 2.",
    ]


def test_sending_again_is_a_post(manager, dead):
    assert manager.get(f"{DELIVERIES}{dead.pk}/redeliver/").status_code == 405
    assert Delivery.objects.get().state == State.DEAD


# --- Everywhere --------------------------------------------------------------------------------


def test_every_error_that_is_ever_recorded_has_words():
    import inspect

    from leads.outbox import sending

    sources = "".join(inspect.getsource(module) for module in (outbound, email, apprise, sender, sending, actions))
    found = set(re.findall(r'(?:error=|_Failed\(|last_error=)"(\w+)"', sources))
    assert found | {"timeout", "refused"} == set(words.errors())


@pytest.mark.parametrize(
    ("status", "error", "shown"),
    [
        (500, "", "500"),
        (None, "timeout", "no answer in time"),
        (550, "smtp", "550: the mail server did not take it"),
        (None, "", ""),
        (None, "brand_new", "brand_new"),
    ],
)
def test_an_answer_in_words(status, error, shown):
    assert words.answer(status, error) == shown


@pytest.mark.parametrize("count", [1, 20])
def test_pages_take_the_same_number_of_queries_for_1_row_and_for_20(
    casa, manager, webhook, count, django_assert_max_num_queries
):
    leads = [make_lead(make_car(casa)) for _ in range(count)]
    last = [sent(webhook, lead) for lead in leads][-1]
    for number in range(count):
        sent(webhook_actions.create_webhook(casa, {"url": f"{URL}/{number}"}))
    for path, most in ((WEBHOOKS, 8), (DELIVERIES, 8), (page_of(webhook), 8), (page_of(last), 9)):
        with django_assert_max_num_queries(most):
            manager.get(path)
