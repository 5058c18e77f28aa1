"""Webhooks in the admin: secrets shown once, and every write through a verb."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from leads.models import EventKind
from leads.outbox import words
from leads.outbox.models import Attempt, Delivery, State
from leads.outbox.tests.pages import page_of, sent, text_of
from leads.webhooks import actions as webhook_actions
from leads.webhooks.models import DEFAULT_KINDS, Webhook
from steerleads.dealers.tests.people import form_errors, told

pytestmark = [pytest.mark.on_one_database, pytest.mark.usefixtures("in_english")]

WEBHOOKS, DELIVERIES = "/admin/webhooks/webhook/", "/admin/delivery/delivery/"
URL = "https://crm.example.com/hooks"
TYPED = {"url": URL, "kinds": ["lead.created"], "description": "Our CRM", "is_on": "on"}
SECRET = re.compile(r"data-secret>([^<]+)<")


@pytest.fixture
def webhook(casa):
    return webhook_actions.create_webhook(casa, {"url": URL, "description": "Our CRM"})


@pytest.fixture
def dead(webhook, lead):
    """A dead letter, with its last attempt."""
    return sent(webhook, lead)


def form_of(webhook, **typed):
    """What a browser posts: the fields, and beside each what the page had shown."""
    shown = {"url": webhook.url, "kinds": webhook.kinds, "description": webhook.description}
    shown |= {"is_on": "on"} if webhook.is_on else {}
    typed = {name: value for name, value in {**shown, **typed}.items() if value is not None}
    return {**{f"initial-{name}": value for name, value in shown.items()}, "initial-is_on": str(webhook.is_on), **typed}


# --- A webhook ---------------------------------------------------------------------------------


def test_a_new_webhooks_secret_is_on_the_answering_page_and_nowhere_else(casa, manager):
    page = manager.post(f"{WEBHOOKS}add/", TYPED)
    webhook = Webhook.objects.get()
    assert (webhook.dealership, webhook.url, webhook.kinds) == (casa, URL, ["lead.created"])
    assert SECRET.search(text_of(page))[1] == webhook.secret and "no-store" in page["Cache-Control"]
    assert webhook.secret not in str(list(LogEntry.objects.values())) + str(manager.session.items())
    for path in (WEBHOOKS, page_of(webhook), f"{WEBHOOKS}{webhook.pk}/history/"):
        assert webhook.secret not in text_of(manager.get(path))


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"url": ""}, "url", "required"),
        ({"url": "http://crm.example.com/"}, "url", "must begin with https://"),
        ({"url": "https://127.0.0.1/"}, "url", "must be public"),
        ({"kinds": []}, "kinds", "required"),
        ({"kinds": ["lead.sold"]}, "kinds", "not one of the available choices"),
        ({"description": "x" * 201}, "description", "at most 200"),
    ],
)
def test_a_webhook_with_a_wrong_field_is_not_made(manager, wrong, field, words):
    errors = form_errors(manager.post(f"{WEBHOOKS}add/", {**TYPED, **wrong}))
    assert list(errors) == [field] and words in errors[field][0]["message"]
    assert not Webhook.objects.exists()


def test_a_form_begins_with_every_event_but_moves_and_work(manager):
    boxes = re.findall(r'name="kinds" value="([^"]+)"[^>]*?( checked)?>', text_of(manager.get(f"{WEBHOOKS}add/")))
    assert [kind for kind, checked in boxes if checked] == DEFAULT_KINDS and len(boxes) == len(EventKind)


def test_the_fifty_first_webhook_is_refused_on_the_form(casa, manager, monkeypatch):
    monkeypatch.setattr(webhook_actions, "MOST_WEBHOOKS", 0)
    errors = form_errors(manager.post(f"{WEBHOOKS}add/", TYPED))
    assert "at most 50 webhooks" in errors["__all__"][0]["message"]


def test_a_manager_changes_a_webhook(manager, webhook):
    typed = {"kinds": ["lead.moved", "lead.created"], "description": "", "is_on": None}
    assert manager.post(page_of(webhook), form_of(webhook, **typed)).status_code == 302
    found = Webhook.objects.get()
    assert (found.url, found.kinds, found.description, found.is_on) == (URL, ["lead.created", "lead.moved"], "", False)
    assert (found.secret, found.version) == (webhook.secret, 2)


def test_a_field_left_alone_does_not_undo_what_a_colleague_changed(manager, webhook):
    webhook_actions.change_webhook(webhook.dealership, webhook.pk, {"url": f"{URL}/2", "is_on": False})
    manager.post(page_of(webhook), form_of(webhook, description="New"))
    found = Webhook.objects.get()
    assert (found.url, found.is_on, found.description) == (f"{URL}/2", False, "New")


def test_a_wrong_url_is_refused_when_changed_too(manager, webhook):
    assert "url" in form_errors(manager.post(page_of(webhook), form_of(webhook, url="https://10.0.0.1/")))
    assert Webhook.objects.get().url == URL


def test_rotating_says_what_happens_and_shows_the_new_secret_once(manager, webhook):
    path = f"{WEBHOOKS}{webhook.pk}/rotate/"
    asked, before = text_of(manager.get(path)), text_of(manager.get(page_of(webhook)))
    page = manager.post(path)
    found = Webhook.objects.get()
    assert "24 hours" in asked and webhook.secret not in asked and found.old_secret == webhook.secret
    assert SECRET.search(text_of(page))[1] == found.secret != webhook.secret and "no-store" in page["Cache-Control"]
    assert f'href="{path}"' in before and "signs until" not in before
    assert "signs until" in text_of(manager.get(page_of(webhook)))
    assert "ends at once" not in asked and "ends at once" in text_of(manager.get(path))
    assert found.secret not in str(list(LogEntry.objects.values()))


def test_saving_with_a_test_sends_one_and_stays(manager, webhook):
    page = manager.post(page_of(webhook), form_of(webhook, description="New", _test="1"), follow=True)
    delivery = Delivery.objects.get()
    assert (delivery.destination.specific, delivery.kind, delivery.state) == (webhook, "webhook.test", State.PENDING)
    assert told(page) == ["A test is on its way. See below what becomes of it."]
    assert page.context["original"].description == "New" and page.context["deliveries"][0]["event"] == "test message"


def test_a_test_of_a_webhook_that_is_off_says_that_it_waits(manager, webhook):
    page = manager.post(page_of(webhook), form_of(webhook, is_on=None, _test="1"), follow=True)
    assert told(page) == ["The test is sent once this is switched on."]


@pytest.mark.parametrize("door", ["page", "list"])
def test_deleting_takes_the_deliveries_along_and_says_how_many(manager, webhook, dead, door):
    path = f"{WEBHOOKS}{webhook.pk}/delete/" if door == "page" else WEBHOOKS
    data = {} if door == "page" else {"action": "delete_selected", "_selected_action": [webhook.pk]}
    asked = manager.get(path) if door == "page" else manager.post(path, data)
    assert "deliveries" in dict(asked.context["model_count"]) and str(dead.pk) not in text_of(asked)
    assert manager.post(path, {**data, "post": "yes"}).status_code == 302
    assert not Webhook.objects.exists() and not Delivery.objects.exists() and not Attempt.objects.exists()


def test_a_webhook_that_is_gone_meanwhile_is_said_on_the_form(manager, webhook, monkeypatch):
    def gone(*_, **__):
        raise webhook_actions.WebhookNotFound()

    monkeypatch.setattr(webhook_actions, "change_webhook", gone)
    page = manager.post(page_of(webhook), form_of(webhook, description="New"))
    assert "no webhook with this id" in form_errors(page)["__all__"][0]["message"]


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ({}, "on"),
        ({"is_on": False}, "off"),
        ({"failing_since": True}, "failing since "),
        ({"is_on": False, "switched_off_at": True, "switched_off_why": "gone"}, "it answered 410 Gone"),
        ({"is_on": False, "switched_off_at": True, "switched_off_why": "failing"}, "it only failed for five days"),
    ],
)
def test_the_state_says_why(manager, webhook, facts, shown):
    now = timezone.now()
    Webhook.objects.update(**{name: now if name.endswith(("since", "_at")) else value for name, value in facts.items()})
    assert shown in words.state_of(Webhook.objects.get())
    assert all(shown in text_of(manager.get(path)) for path in (WEBHOOKS, page_of(webhook)))


def test_the_page_shows_the_newest_twenty_with_their_leads(manager, webhook, lead):
    old = sent(webhook, lead, created_at=timezone.now() - timedelta(days=1))
    for _ in range(20):
        sent(webhook, lead, State.DELIVERED, 200)
    page = text_of(manager.get(page_of(webhook)))
    assert page.count(f"/admin/leads/lead/{lead.pk}/change/") == 20 and str(old.pk) not in page
    assert f"{DELIVERIES}?to={webhook.pk}&amp;state__exact=dead" in page


def test_a_superuser_says_whose_webhook_it_is(atlas, root):
    root.post(f"{WEBHOOKS}add/", {**TYPED, "dealership": atlas.pk})
    assert Webhook.objects.get().dealership == atlas
    assert "dealership" in form_errors(root.post(f"{WEBHOOKS}add/", TYPED))
