"""What one outcome means: for the delivery, and for the webhook it went to."""

import pytest
from django.core import mail
from django.db import OperationalError

from conftest import TESTER, make_lead
from leads.actions import change_lead, delete_lead
from leads.outbox.actions import redeliver, send_test
from leads.outbox.models import Attempt, Delivery, SentPayload, State
from leads.outbox.outcomes import Outcome
from leads.outbox.sending import send
from leads.outbox.tests.deliveries import deliver
from leads.webhooks.actions import change_webhook
from leads.webhooks.models import Webhook
from leads.webhooks.tests.receivers import Reply
from steerleads.dealers.models import Role
from steerleads.dealers.staff import NO_MAIL
from steerleads.dealers.tests.people import make_staff


def test_an_attempt_that_another_worker_recorded_is_not_counted_twice(casa, webhook, clock, monkeypatch):
    send_test(webhook)

    def slow(*_):
        Delivery.objects.update(attempts=1)  # by the one who took over
        return Outcome(False, 500)

    monkeypatch.setattr("leads.webhooks.sender.WebhookSender.send", slow)
    deliver(clock)
    assert Delivery.objects.get().attempts == 2 and Attempt.objects.count() == 1


# --- What ends a webhook -------------------------------------------------------------------------


def test_gone_switches_it_off_and_keeps_what_waited_as_dead_letters(casa, civic, webhook, crm, clock):
    crm.answer = Reply(410)
    make_lead(civic)
    make_lead(civic)
    deliver(clock)
    webhook.refresh_from_db()
    assert (webhook.is_on, webhook.switched_off_why, len(crm.requests)) == (False, "gone", 1)
    assert [(each.state, each.last_error) for each in Delivery.objects.order_by("id")] == [
        ("dead", ""),
        ("dead", "switched_off"),
    ]


def test_five_days_of_failures_switch_it_off_and_managers_are_told(casa, civic, webhook, crm, clock):
    make_staff(casa, Role.MANAGER, email="boss@casa.ma")
    make_staff(casa, Role.SALESPERSON, email="seller@casa.ma")
    crm.answer = Reply(500)
    for _ in range(5):
        make_lead(civic)
        deliver(clock)
        clock.move(days=1)
    assert Webhook.objects.get().is_on and mail.outbox == []
    make_lead(civic)
    deliver(clock)
    webhook.refresh_from_db()
    assert (webhook.is_on, webhook.switched_off_why) == (False, "failing")
    (told,) = mail.outbox
    assert told.to == ["boss@casa.ma"] and crm.url in told.body and f"/webhook/{webhook.pk}/" in told.body


def test_managers_who_could_not_be_told_are_told_later(casa, webhook, crm, clock, monkeypatch):
    def away(*_):
        raise ConnectionRefusedError

    make_staff(casa, Role.MANAGER, email="boss@casa.ma")
    crm.answer = Reply(410)
    send_test(webhook)
    with monkeypatch.context() as broken:
        broken.setattr("leads.webhooks.notices.send_mail", away)
        deliver(clock)
    assert (mail.outbox, Webhook.objects.get().notice_pending) == ([], True)
    for _ in range(2):
        deliver(clock)
    assert len(mail.outbox) == 1 and Webhook.objects.get().notice_pending is False


def test_managers_are_not_told_of_what_somebody_has_seen_to(casa, webhook, crm, clock):
    make_staff(casa, Role.MANAGER, email="boss@casa.ma")
    Webhook.objects.update(is_on=False, notice_pending=True, switched_off_why="gone")
    change_webhook(casa, webhook.pk, {"is_on": True})
    change_webhook(casa, webhook.pk, {"is_on": False})
    deliver(clock)
    assert mail.outbox == []


def test_without_a_mail_server_managers_are_told_once_there_is_one(casa, webhook, crm, clock, settings, caplog):
    make_staff(casa, Role.MANAGER, email="boss@casa.ma")
    crm.answer = Reply(410)
    send_test(webhook)
    configured, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, NO_MAIL
    deliver(clock)
    assert "EMAIL_URL" in caplog.text and Webhook.objects.get().notice_pending
    settings.EMAIL_BACKEND = configured
    deliver(clock)
    assert [told.to for told in mail.outbox] == [["boss@casa.ma"]]


def test_one_success_in_five_days_keeps_it_on(casa, civic, webhook, crm, clock):
    for day in range(12):
        crm.answer = Reply(200 if day == 4 else 500)
        make_lead(civic)
        if day < 8:
            deliver(clock)
        clock.move(days=1)
    assert Webhook.objects.get().is_on


def test_switched_on_again_it_is_told_what_comes(casa, civic, webhook, crm, clock):
    crm.answer = Reply(410)
    make_lead(civic, action="first")
    deliver(clock)
    crm.answer = Reply(200)
    change_webhook(casa, webhook.pk, {"is_on": True})
    make_lead(civic, action="second")
    deliver()
    assert [request.json["data"]["lead"]["action"] for request in crm.requests] == ["first", "second"]


def test_a_dead_letter_can_be_sent_again_under_its_id(casa, civic, webhook, crm, clock, caplog):
    crm.answer = Reply(500)
    make_lead(civic)
    for _ in range(8):
        deliver(clock)
        clock.move(hours=13)
    (dead,) = Delivery.objects.filter(state=State.DEAD)
    assert f"Delivery {dead.pk}" in caplog.text and "dead letter" in caplog.text
    crm.answer = Reply(200)
    redeliver(dead)
    deliver(clock)
    assert Delivery.objects.get().state == "delivered"
    assert {request.headers["webhook-id"] for request in crm.requests} == {str(dead.pk)}


def test_what_is_sent_again_is_the_same_on_every_retry(casa, civic, webhook, crm, clock):
    lead = make_lead(civic, action="one")
    deliver(clock)
    SentPayload.objects.all().delete()  # as an hour later
    redeliver(Delivery.objects.get())
    crm.answer = [Reply(200), Reply(500), Reply(200)]
    deliver(clock)
    change_lead(casa, lead.pk, {"action": "two"}, actor=TESTER)
    clock.move(minutes=1)
    deliver(clock)
    _, first, retry = [told for told in crm.requests if told.json["type"] == "lead.created"]
    assert first.body == retry.body and first.headers["webhook-id"] == retry.headers["webhook-id"]


def test_what_is_sent_again_after_a_deletion_names_nobody(casa, civic, webhook, crm, clock):
    lead = make_lead(civic, target_name="Sara Alami")
    deliver(clock)
    delete_lead(casa, lead.pk, actor=TESTER)
    redeliver(Delivery.objects.get(kind="lead.created"))
    clock.move(minutes=1)
    deliver(clock)
    again = [told for told in crm.requests if told.json["type"] == "lead.created"][-1]
    assert again.json["data"]["lead"] is None and b"Sara" not in again.body and not SentPayload.objects.exists()


def test_a_bug_of_ours_becomes_a_failure_and_not_a_circle(casa, webhook, crm, clock, monkeypatch):
    monkeypatch.setattr("leads.webhooks.sender.body_of", lambda delivery: 1 / 0)
    send_test(webhook)
    deliver(clock)
    delivery = Delivery.objects.get()
    assert (delivery.attempts, delivery.last_error, crm.requests) == (1, "internal", [])


def test_an_outcome_that_cannot_be_stored_is_a_failure_and_not_a_circle(casa, webhook, clock, monkeypatch):
    monkeypatch.setattr("leads.webhooks.sender.WebhookSender.send", lambda *_: Outcome(False, status=-1))
    send_test(webhook)
    deliver(clock)
    assert Delivery.objects.values_list("attempts", "last_error", "last_status").get() == (1, "internal", None)


def test_a_database_that_fails_is_not_the_receivers_failure(casa, webhook, crm, clock, monkeypatch):
    def away(delivery):
        raise OperationalError("away")

    send_test(webhook)
    monkeypatch.setattr("leads.webhooks.sender.body_of", away)
    with pytest.raises(OperationalError):
        send(webhook, Delivery.objects.get(), clock=clock)
    webhook.refresh_from_db()
    assert Delivery.objects.get().attempts == 0 and webhook.failing_since is None


def test_a_webhook_that_was_mended_meanwhile_is_not_judged_by_its_old_answer(casa, webhook, crm, clock, monkeypatch):
    def mend(*_):
        Webhook.objects.update(url=f"{crm.origin}/new", version=2)
        return Outcome(False, 410, gone=True)

    monkeypatch.setattr("leads.webhooks.sender.WebhookSender.send", mend)
    send_test(webhook)
    send(webhook, Delivery.objects.get(), clock=clock)
    webhook.refresh_from_db()
    assert (webhook.is_on, webhook.failing_since) == (True, None)
    assert Delivery.objects.get().state == "pending"


@pytest.mark.parametrize("attempts", [1, 5, 7])
def test_a_url_that_changes_during_an_attempt_is_tried_at_once(casa, webhook, crm, clock, monkeypatch, attempts):
    def mend(*_):
        change_webhook(casa, webhook.pk, {"url": f"{crm.origin}/new"})
        return Outcome(False, 500)

    send_test(webhook)
    Delivery.objects.update(attempts=attempts)
    with monkeypatch.context() as broken:
        broken.setattr("leads.webhooks.sender.WebhookSender.send", mend)
        send(webhook, Delivery.objects.get(), clock=clock)
    deliver(clock)
    assert Delivery.objects.get().state == "delivered" and crm.requests[0].path == "/new"
