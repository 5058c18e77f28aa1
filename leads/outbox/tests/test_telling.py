"""Which events become deliveries, of what, and what is left of them once a lead is deleted."""

import threading
import time

import pytest
from django.db import connections, transaction

from conftest import TESTER, make_car, make_lead
from leads import actions
from leads.models import KINDS_OF_WORK, EventKind, LeadEvent
from leads.outbox import telling
from leads.outbox.messages import lead_rows
from leads.outbox.models import Attempt, Delivery, SentPayload, State
from leads.outbox.sending import send
from leads.outbox.telling import dealerships_to_tell, tell, tell_all
from leads.outbox.tests.deliveries import Clock, deliver, subscribe
from leads.serializers import LeadSerializer
from leads.webhooks.models import Webhook, default_kinds
from leads.webhooks.tests.receivers import Reply
from steerleads.db.text import fold


def kinds(crm):
    return [request.json["type"] for request in crm.requests]


def test_every_change_is_told_but_moves(casa, civic, webhook, crm):
    lead = make_lead(civic)
    actions.change_lead(casa, lead.pk, {"order": 7}, actor=TESTER)
    actions.change_lead(casa, lead.pk, {"status": "COMPLETED"}, actor=TESTER)
    actions.archive_lead(casa, lead.pk, actor=TESTER)
    actions.restore_lead(casa, lead.pk, actor=TESTER)
    actions.delete_lead(casa, lead.pk, actor=TESTER)
    deliver()
    assert kinds(crm) == ["lead.created", "lead.changed", "lead.archived", "lead.restored", "lead.deleted"]
    assert [request.json["data"]["sequence"] for request in crm.requests] == [1, 3, 4, 5, 6]


def test_a_message_says_what_it_is_about(casa, civic, webhook, crm):
    lead = make_lead(civic, target_name="Élodie أحمد")
    event = LeadEvent.objects.of(casa).get()
    deliver()
    told = crm.requests[0].json
    assert list(told) == ["type", "timestamp", "data"]
    assert told["timestamp"] == event.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert told["data"]["lead"]["targetName"] == "Élodie أحمد"
    assert told["data"]["lead"].keys() == LeadSerializer().fields.keys()
    assert told["data"]["actor"] == {"type": "command", "name": "test"}
    assert (told["data"]["eventId"], told["data"]["leadId"]) == (str(event.pk), str(lead.pk))


def test_what_was_rolled_back_is_never_told(casa, civic, webhook, crm):
    with pytest.raises(RuntimeError), transaction.atomic():
        make_lead(civic)
        raise RuntimeError
    deliver()
    assert crm.requests == [] and list(LeadEvent.objects.of(casa)) == []


def test_only_the_kinds_asked_for(casa, civic, crm, settings):
    subscribe(casa, crm.url, settings, kinds=[EventKind.MOVED.value])
    lead = make_lead(civic)
    actions.change_lead(casa, lead.pk, {"order": 7}, actor=TESTER)
    deliver()
    assert kinds(crm) == ["lead.moved"] and crm.requests[0].json["data"]["changes"] == {"order": {"from": 0, "to": 7}}


def test_nothing_from_before_the_webhook_and_nobody_elses(casa, atlas, civic, crm, settings):
    make_lead(civic, action="before")
    subscribe(casa, crm.url, settings)
    make_lead(make_car(atlas), action="theirs")
    make_lead(civic, action="after")
    deliver()
    assert [request.json["data"]["lead"]["action"] for request in crm.requests] == ["after"]


def test_a_webhook_that_is_off_is_told_nothing(casa, civic, webhook, crm):
    Webhook.objects.of(casa).update(is_on=False)
    make_lead(civic)
    deliver()
    assert (crm.requests, list(Delivery.objects.all())) == ([], [])


def test_each_webhook_is_told_the_same_bytes(casa, civic, webhook, crm, settings):
    subscribe(casa, f"{crm.origin}/other", settings)
    make_lead(civic)
    deliver()
    first, second = crm.requests
    assert first.body == second.body and first.headers["webhook-id"] != second.headers["webhook-id"]


def test_the_bytes_are_those_of_the_first_try_though_the_lead_has_changed(casa, civic, webhook, crm):
    crm.answer = [Reply(500), Reply(200)]
    lead, clock = make_lead(civic, action="Call"), Clock()
    clock.move(seconds=1)
    deliver(clock)
    actions.change_lead(casa, lead.pk, {"action": "Call again"}, actor=TESTER)
    clock.move(minutes=1)
    deliver(clock)
    created = [request for request in crm.requests if request.json["type"] == "lead.created"]
    assert len(created) == 2 and created[0].body == created[1].body


def test_telling_twice_is_telling_once(casa, civic, webhook):
    clock = Clock()
    make_lead(civic)
    assert tell(casa, now=clock()) is True and tell(casa, now=clock()) is False
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize("events", [1, 20])
def test_telling_takes_as_many_queries_for_one_event_as_for_twenty(
    casa, civic, webhook, events, django_assert_num_queries
):
    for _ in range(events):
        make_lead(civic)
    tell(casa, now=Clock()())
    for _ in range(events):
        make_lead(civic)
    with django_assert_num_queries(19):
        tell(casa, now=Clock()())


def test_nobody_to_tell_costs_little(casa, civic, django_assert_num_queries):
    make_lead(civic)
    tell_all(now=Clock()())
    with django_assert_num_queries(1):
        assert dealerships_to_tell() == []


def test_a_large_dealership_delays_no_other(casa, atlas, civic, crm, settings, monkeypatch):
    monkeypatch.setattr("leads.outbox.telling.BATCH", 2)
    for dealership, car in ((casa, civic), (atlas, make_car(atlas))):
        subscribe(dealership, crm.url, settings)
        for _ in range(5 if dealership == casa else 1):
            make_lead(car)
    tell_all(now=Clock()())
    assert [Delivery.objects.of(each).count() for each in (casa, atlas)] == [2, 1]


def test_what_cannot_be_told_stops_nobody_else(casa, atlas, civic, crm, settings, monkeypatch, caplog):
    for dealership, car in ((casa, civic), (atlas, make_car(atlas))):
        subscribe(dealership, crm.url, settings)
        make_lead(car)
    real = lead_rows
    monkeypatch.setattr(
        "leads.outbox.payloads.lead_rows", lambda whose, ids: 1 / 0 if whose == casa else real(whose, ids)
    )
    deliver()
    assert len(crm.requests) == 1 and f"dealership {casa.pk} failed" in caplog.text


# --- A lead is deleted ---------------------------------------------------------------------------


def test_deleting_a_lead_strips_what_waits_and_what_is_kept(casa, civic, webhook, crm):
    crm.answer = lambda request: Reply(500, body=request.body)  # which echoes the contact
    lead, clock = make_lead(civic, target_name="Sara Alami", tag="Hot Lead"), Clock()
    clock.move(seconds=1)
    deliver(clock)
    assert "Sara Alami" in SentPayload.objects.get().text and "Sara Alami" in Attempt.objects.get().answer
    actions.delete_lead(casa, lead.pk, actor=TESTER)
    clock.move(minutes=1)
    deliver(clock)
    first, again = [request for request in crm.requests if request.json["type"] == "lead.created"]
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert again.json["data"]["lead"] is None and b"Sara" not in again.body and b"Hot Lead" not in again.body
    assert list(SentPayload.objects.all()) == [] and "Sara" not in str(list(Attempt.objects.values_list("answer")))


def test_an_answer_that_comes_after_the_deletion_is_not_kept(casa, civic, webhook, crm):
    lead, clock = make_lead(civic, target_name="Sara Alami"), Clock()
    tell(casa, now=clock())
    crm.answer = Reply(500, body=b"Sara Alami")
    delivery = Delivery.objects.get()
    actions.delete_lead(casa, lead.pk, actor=TESTER)
    send(webhook, delivery, clock=clock)
    assert Attempt.objects.get().answer == "" and Attempt.objects.get().lead_id is None


def test_no_table_of_deliveries_names_a_deleted_person(casa, civic, webhook, crm):
    crm.answer = lambda request: Reply(500, body=request.body)
    lead = make_lead(civic, target_name="Sara Alami", target_info="sara@example.com", note="Loves blue")
    deliver()
    actions.delete_lead(casa, lead.pk, actor=TESTER)
    deliver()
    for model in (Webhook, Delivery, Attempt, SentPayload, LeadEvent):
        everything = fold(str(list(model.objects.values())))
        assert not any(word in everything for word in ("sara", "loves blue")), model


# --- Many at once --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_many_workers_tell_each_event_once(casa, civic, webhook):
    def work():
        for _ in range(8):
            make_lead(civic)
            tell(casa, now=Clock()())
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tell_all(now=Clock()())
    assert Delivery.objects.filter(state=State.PENDING).count() == 32 and SentPayload.objects.count() == 32


@pytest.mark.django_db(transaction=True)
def test_deleting_a_lead_while_it_is_told_never_deadlocks(casa, civic, webhook, monkeypatch):
    lead, failed, storing = make_lead(civic), [], threading.Event()
    store = telling.keep_payloads

    def slowly(*args):
        storing.set()
        time.sleep(0.3)
        store(*args)

    def without_failing(act):
        try:
            act()
        except Exception as error:
            failed.append(error)
        connections.close_all()

    def delete():
        storing.wait(5)
        actions.delete_lead(casa, lead.pk, actor=TESTER)

    monkeypatch.setattr("leads.outbox.telling.keep_payloads", slowly)
    acts = [lambda: tell(casa, now=Clock()()), delete]
    threads = [threading.Thread(target=without_failing, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (failed, list(SentPayload.objects.all())) == ([], [])


def test_default_kinds_are_all_but_moves_and_work():
    assert set(EventKind.values) - set(default_kinds()) == {"lead.moved", *KINDS_OF_WORK}
