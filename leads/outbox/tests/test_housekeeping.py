"""What is forgotten, and when."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from conftest import TESTER, make_lead
from leads.actions import change_lead
from leads.outbox.actions import send_test
from leads.outbox.housekeeping import forget_old
from leads.outbox.models import Attempt, Delivery, SentPayload, State
from leads.outbox.tests.deliveries import deliver, subscribe
from leads.webhooks.actions import change_webhook
from leads.webhooks.tests.receivers import Reply
from steerleads.dealers.models import IdempotencyRecord


def test_after_thirty_days_it_is_forgotten(casa, civic, webhook, crm, clock):
    make_lead(civic)
    deliver(clock)
    forget_old(now=clock() + timedelta(days=29))
    assert (Delivery.objects.count(), Attempt.objects.count(), SentPayload.objects.count()) == (1, 1, 0)
    forget_old(now=clock() + timedelta(days=31))
    assert (Delivery.objects.count(), Attempt.objects.count(), SentPayload.objects.count()) == (0, 0, 0)


def test_a_body_stays_for_as_long_as_somebody_waits_for_it(casa, civic, webhook, crm, clock):
    crm.answer = Reply(500)
    make_lead(civic)
    deliver(clock)
    forget_old(now=clock() + timedelta(hours=20))
    assert SentPayload.objects.count() == 1
    crm.answer = Reply(200)
    clock.move(hours=20)
    deliver(clock)
    forget_old(now=clock() + timedelta(hours=2))
    assert SentPayload.objects.count() == 0


def test_erasing_a_person_takes_what_receivers_answered(casa, atlas, civic, webhook, crm, clock, settings):
    lead = make_lead(civic, target_name="Sara Alami")
    crm.answer = Reply(500, body=b"Sara Alami is known to us already")
    deliver(clock)
    change_lead(casa, lead.pk, {"target_name": "Omar"}, actor=TESTER)
    elsewhere = subscribe(atlas, crm.url, settings)
    send_test(elsewhere)
    deliver(clock)
    call_command("erase_person", "Sara Alami", "--yes", "--dealership", casa.name)
    assert {attempt.answer for attempt in Attempt.objects.of(casa)} == {""}
    assert "Sara" in Attempt.objects.of(atlas).get().answer


@pytest.mark.parametrize("name", ["Zoubida Alami", 'Jean "Jo" Dupont', "زبيدة العلمي", "back\\slash Bo"])
def test_erasing_a_person_takes_what_waits_to_be_sent_of_them(casa, civic, webhook, crm, clock, name):
    crm.answer = [Reply(500), Reply(500), Reply(200)]
    lead, other = make_lead(civic, target_name=name), make_lead(civic, target_name="Omar")
    deliver(clock)
    change_lead(casa, lead.pk, {"target_name": "Nadia", "target_info": "nadia@x.ma"}, actor=TESTER)
    call_command("erase_person", name, "--yes", "--dealership", casa.name)
    assert [body.lead_id for body in SentPayload.objects.all()] == [other.pk]
    clock.move(hours=1)
    deliver(clock)
    again = [
        told.json["data"]["lead"]["targetName"] for told in crm.requests[2:] if told.json["type"] == "lead.created"
    ]
    assert sorted(again) == ["Nadia", "Omar"]


def test_erasing_a_person_takes_the_answers_that_were_kept_for_an_idempotency_key(
    api, casa, civic, webhook, crm, clock
):
    body = {"action": "Call", "targetName": "Sara Alami", "targetInfo": "+212-600-123456"}
    made = api.post(f"/leads/car/{civic.pk}", body, Idempotency_Key="made").json()
    other = api.post(
        f"/leads/car/{civic.pk}", {**body, "targetName": "Omar", "targetInfo": "x"}, Idempotency_Key="kept"
    )
    crm.answer = Reply(500, body=b"Sara Alami is known to us already")
    deliver(clock)
    delivery = Delivery.objects.get(lead_id=made["id"])
    Delivery.objects.update(state=State.DEAD)
    path = f"/webhooks/{webhook.pk}/deliveries/{delivery.pk}/redeliver"
    assert "Sara" in api.post(path, {}, Idempotency_Key="again").content.decode()
    change_lead(casa, made["id"], {"target_name": "Nadia", "target_info": "nadia@x.ma"}, actor=TESTER)
    call_command("erase_person", "Sara Alami", "--yes", "--dealership", casa.name)
    assert not any(b"Sara" in bytes(record.body or b"") for record in IdempotencyRecord.objects.all())
    again = api.post(
        f"/leads/car/{civic.pk}", {**body, "targetName": "Omar", "targetInfo": "x"}, Idempotency_Key="kept"
    )
    assert again.content == other.content


def test_what_still_waits_is_not_forgotten(casa, webhook, clock):
    send_test(webhook)
    forget_old(now=clock() + timedelta(days=31))
    assert Delivery.objects.count() == 1


def test_what_waits_for_a_webhook_that_is_off_is_forgotten_after_thirty_days(casa, civic, webhook, crm, clock):
    crm.answer = Reply(500)
    make_lead(civic)
    deliver(clock)
    change_webhook(casa, webhook.pk, {"is_on": False})
    forget_old(now=clock() + timedelta(days=29))
    assert (Delivery.objects.count(), SentPayload.objects.count()) == (1, 1)
    forget_old(now=clock() + timedelta(days=31))
    assert (Delivery.objects.count(), SentPayload.objects.count()) == (0, 0)
