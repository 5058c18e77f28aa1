"""The verbs of webhooks and of deliveries: the API, the admin and commands write through these functions.

An `actor` of None is the operator, by a command.
Locks are taken in one order: the dealership's feed, then destinations, then deliveries.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from leads.delivery.errors import (
    MOST_WEBHOOKS,
    DeliveryNotFound,
    NotRedeliverable,
    RuleNotFound,
    TooManyWebhooks,
    WebhookNotFound,
)
from leads.delivery.models import UNHARMED, Attempt, Delivery, State, Webhook
from leads.delivery.signing import new_secret
from leads.feed import locked_feed, number_events
from leads.models import Lead
from steerleads.api import etags
from steerleads.api.errors import PreconditionFailed
from steerleads.dealers import audit
from steerleads.dealers.audit_kinds import AuditKind
from steerleads.dealers.idempotency import forget_subjects

OLD_SECRET_SIGNS = timedelta(hours=24)
OVER = (State.DELIVERED, State.DEAD)


def create_webhook(dealership, fields, *, actor=None):
    """A new Webhook from model field names and clean values; it is told of what is committed from now on.

    Raises TooManyWebhooks.
    """
    number_events(dealership)
    with transaction.atomic():
        feed = locked_feed(dealership)
        # Counted under the lock: two that come at once could else both be the fiftieth.
        if Webhook.objects.of(dealership).count() >= MOST_WEBHOOKS:
            raise TooManyWebhooks()
        now = timezone.now()
        made = {"secret": new_secret(), "after": feed.last, "created_at": now, "updated_at": now}
        webhook = Webhook.objects.create(dealership=dealership, **made, **fields)
        note(AuditKind.WEBHOOK_MADE, webhook, actor)
    return webhook


def change_webhook(dealership, webhook_id, changes, *, if_match=None, actor=None):
    """The Webhook with `changes` written; only what differs is. Raises WebhookNotFound, PreconditionFailed."""
    with transaction.atomic():
        webhook = _locked(dealership, webhook_id, if_match)
        changed = {name: value for name, value in changes.items() if getattr(webhook, name) != value}
        if changed:
            mended = _mended(changed)
            _write(webhook, changed | mended)
            note(AuditKind.WEBHOOK_CHANGED, webhook, actor, changed=sorted(changed))
            if mended:
                _take_up(webhook)
    return webhook


def rotate_secret(dealership, webhook_id, *, now, actor=None):
    """The Webhook with a new secret; the old one signs beside it for a day. Raises WebhookNotFound."""
    with transaction.atomic():
        webhook = _locked(dealership, webhook_id)
        until = now + OLD_SECRET_SIGNS
        _write(webhook, {"secret": new_secret(), "old_secret": webhook.secret, "old_secret_until": until})
        note(AuditKind.WEBHOOK_ROTATED, webhook, actor)
    return webhook


def delete_webhook(dealership, webhook_id, *, if_match=None, actor=None):
    """Delete a webhook with its deliveries, also those that wait. Raises WebhookNotFound, PreconditionFailed."""
    with transaction.atomic():
        # Whoever tells events holds the feed, and would leave deliveries of a webhook that is gone.
        locked_feed(dealership)
        webhook = _locked(dealership, webhook_id, if_match)
        forget_subjects(dealership, [webhook.pk])
        deliveries = Delivery.objects.of(dealership).filter(webhook=webhook)
        Attempt.objects.of(dealership).filter(delivery__in=deliveries).delete()
        # In one statement: delete() would read them all first, and there can be hundreds of thousands.
        deliveries._raw_delete(deliveries.db)
        note(AuditKind.WEBHOOK_DELETED, webhook, actor)
        webhook.delete()


def send_test(destination):
    """A pending Delivery about nothing, to a Webhook or Rule, due now. Raises WebhookNotFound, RuleNotFound."""
    name = destination._meta.model_name
    with transaction.atomic():
        # Locked against a deletion meanwhile: the foreign key would notice only at the commit, as a server error.
        still_there = type(destination).objects.of(destination.dealership_id).select_for_update(no_key=True)
        if not still_there.filter(pk=destination.pk).values_list("pk").first():
            raise WebhookNotFound() if isinstance(destination, Webhook) else RuleNotFound()
        return Delivery.objects.create(
            dealership_id=destination.dealership_id,
            kind=f"{name}.test",
            next_at=timezone.now(),
            **{name: destination},
        )


def redeliver(delivery):
    """The Delivery, to be sent once more under the same id. Raises DeliveryNotFound, NotRedeliverable."""
    with transaction.atomic():
        rows = Delivery.objects.of(delivery.dealership_id).select_for_update(no_key=True)
        delivery = rows.filter(pk=delivery.pk).first()
        if delivery is None:
            raise DeliveryNotFound()
        if delivery.state not in OVER:
            raise NotRedeliverable()
        # So that what was answered about the lead is not read, and kept for an Idempotency-Key, while it is deleted.
        Lead.objects.of(delivery.dealership_id).select_for_update(no_key=True).filter(pk=delivery.lead_id).first()
        if delivery.state == State.DELIVERED:
            delivery.reached = []  # all are to have it again; of a dead letter, only those who have not
        delivery.state, delivery.attempts, delivery.next_at = State.PENDING, 0, timezone.now()
        delivery.save(update_fields=["state", "attempts", "next_at", "reached"])
    return delivery


def note(kind, destination, actor, **details):
    """Put what was done to a Webhook or Rule into the audit log."""
    audit.record(kind, actor=actor, dealership=destination.dealership, subject=destination, **details)


def _locked(dealership, webhook_id, if_match=None):
    webhook = Webhook.objects.of(dealership).select_for_update().filter(pk=webhook_id).first()
    if webhook is None:
        raise WebhookNotFound()
    webhook.dealership = dealership  # known: it need not be read for the audit log
    if if_match is not None and not etags.matches(if_match, webhook.etag):
        raise PreconditionFailed()
    return webhook


def _write(webhook, changes):
    for name, value in changes.items():
        setattr(webhook, name, value)
    webhook.version += 1
    webhook.updated_at = timezone.now()
    webhook.save(update_fields=[*changes, "version", "updated_at"])


def _mended(changed):
    """What else is written when somebody has seen to a webhook that failed: how long it fails counts anew."""
    if changed.get("is_on"):
        return {**UNHARMED, "switched_off_at": None, "switched_off_why": "", "owes_notice": False}
    return UNHARMED if "url" in changed else {}


def _take_up(webhook):
    """Try at once what waits for its next attempt, perhaps for hours."""
    now = timezone.now()
    waiting = Delivery.objects.of(webhook.dealership_id).filter(webhook=webhook, state=State.PENDING)
    waiting.filter(next_at__gt=now).update(next_at=now)
