"""The migration that gives deliveries one foreign key to a destination, with rows as they were before it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from leads.notifications.models import Rule
from leads.outbox.models import Attempt, Delivery, Destination, SentPayload
from leads.webhooks.models import Webhook
from steerleads.db.ids import new_id
from steerleads.dealers.tests.people import make_staff

BEFORE = [("delivery", "0004_hours_move_to_dealers")]
AT = datetime(2024, 1, 15, 9, 30, tzinfo=UTC)
FARES = {
    "version": 7,
    "created_at": AT,
    "updated_at": AT + timedelta(hours=1),
    "switched_off_at": AT + timedelta(hours=2),
    "switched_off_why": "failing",
    "failing_since": AT + timedelta(hours=3),
    "paused_until": AT + timedelta(hours=4),
    "refusals": 3,
    "leased_until": AT + timedelta(hours=5),
}
OF_WEBHOOK = {
    "url": "https://crm.example.com/hooks",
    "kinds": ["lead.created"],
    "description": "CRM",
    "secret": "whsec_new",
    "old_secret": "whsec_old",
    "old_secret_until": AT + timedelta(hours=6),
}
OF_RULE = {"hours": 4, "channel": "sms", "to": "+212612345678"}
OF_DELIVERY = {
    "kind": "lead.created",
    "state": "pending",
    "attempts": 2,
    "next_at": AT + timedelta(days=1),
    "created_at": AT,
    "last_at": AT + timedelta(hours=7),
    "last_status": 500,
    "last_error": "timeout",
}

pytestmark = pytest.mark.django_db(transaction=True)


def migrate(targets):
    """The models as they are then."""
    apps = MigrationExecutor(connection).migrate(targets).apps
    ContentType.objects.clear_cache()
    return apps


def migrate_to_the_end():
    """Of the rooms that the tables are in by now."""
    ends = MigrationExecutor(connection).loader.graph.leaf_nodes()
    migrate([end for end in ends if end[0] in ("delivery", "webhooks", "notifications")])


@pytest.fixture
def before():
    """get_model(name) of the tables before."""
    apps = migrate(BEFORE)
    yield lambda name: apps.get_model("delivery", name)
    migrate_to_the_end()


def make(before, lead):
    """A webhook, a rule, and a delivery to each, in the tables before; and a switched off webhook."""
    owner = {"dealership_id": lead.dealership_id}
    webhook = before("Webhook").objects.create(
        **owner, **FARES, **OF_WEBHOOK, after=41, owes_notice=True, is_on=False, lease_token=new_id()
    )
    rule = before("Rule").objects.create(**owner, **FARES, **OF_RULE, after=42, occasion="stays_new")
    event = {"event_id": new_id(), "lead_id": lead.pk}
    marks = ["0123456789abcdef"]
    deliveries = [
        before("Delivery").objects.create(**owner, **event, **OF_DELIVERY, webhook=webhook),
        before("Delivery").objects.create(**owner, **event, **OF_DELIVERY, rule=rule, reached=marks),
    ]
    before("Attempt").objects.create(
        **owner, delivery_id=deliveries[0].pk, lead_id=lead.pk, at=AT, milliseconds=5, answer="no"
    )
    before("Body").objects.create(**owner, event_id=event["event_id"], lead_id=lead.pk, text="{}")
    return webhook, rule, *deliveries


def facts_of(row, names):
    return {name: getattr(row, name) for name in names}


def test_every_webhook_rule_and_delivery_is_there_under_its_id(lead, before):
    webhook, rule, to_webhook, to_rule = make(before, lead)

    migrate_to_the_end()

    now = Webhook.objects.get(pk=webhook.pk)
    assert facts_of(now, [*FARES, *OF_WEBHOOK]) == FARES | OF_WEBHOOK
    assert (now.dealership, now.is_on, now.after_sequence) == (lead.dealership, False, 41)
    assert (now.type, now.notice_pending, now.lease_token) == ("webhook", True, webhook.lease_token)
    now = Rule.objects.get(pk=rule.pk)
    assert facts_of(now, [*FARES, *OF_RULE]) == FARES | OF_RULE
    assert (now.type, now.is_on, now.after_sequence, now.trigger) == ("rule", True, 42, "stays_new")
    assert Destination.objects.count() == 2
    for old, destination, marks in ((to_webhook, webhook, []), (to_rule, rule, ["0123456789abcdef"])):
        now = Delivery.objects.get(pk=old.pk)
        assert facts_of(now, OF_DELIVERY) == OF_DELIVERY
        assert (now.destination_id, now.event_id, now.lead_id) == (destination.pk, old.event_id, lead.pk)
        assert (now.delivered_to, now.destination.specific.pk) == (marks, destination.pk)
    assert Attempt.objects.get().delivery_id == to_webhook.pk and SentPayload.objects.get().event_id == now.event_id


@pytest.mark.on_one_database
@pytest.mark.parametrize(("name", "model"), [("webhook", Webhook), ("rule", Rule)])
def test_entries_of_the_admins_log_move_along(casa, before, name, model):
    old = ContentType.objects.get(app_label="delivery", model=name)
    LogEntry.objects.create(user=make_staff(casa), content_type=old, object_id="x", action_flag=CHANGE)

    migrate_to_the_end()

    assert LogEntry.objects.get().content_type == ContentType.objects.get_for_model(model) == old
    assert ContentType.objects.filter(model=name).count() == 1


def test_the_way_back_leads_to_the_same_rows(lead, before):
    rows = make(before, lead)
    written = [type(row).objects.filter(pk=row.pk).values().get() for row in rows]
    migrate_to_the_end()

    apps = migrate(BEFORE)

    tables = ("Webhook", "Rule", "Delivery", "Delivery")
    back = [
        apps.get_model("delivery", name).objects.filter(pk=row.pk).values().get()
        for name, row in zip(tables, rows, strict=True)
    ]
    assert back == written
