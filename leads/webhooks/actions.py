"""The verbs of webhooks: the API, the admin, the worker and commands write through these functions.

An `actor` of None is the operator, by a command. Locks are taken in the order of leads/outbox/actions.py.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from leads.feed import locked_feed, number_events
from leads.outbox.actions import delete_deliveries
from leads.outbox.models import UNHARMED, Delivery, Destination, State, SwitchedOff
from leads.webhooks.errors import MOST_WEBHOOKS, TooManyWebhooks, WebhookNotFound
from leads.webhooks.models import Webhook
from leads.webhooks.signing import new_secret
from steerleads.api import etags
from steerleads.api.errors import PreconditionFailed
from steerleads.dealers import audit
from steerleads.dealers.actors import Actor
from steerleads.dealers.audit_kinds import AuditKind
from steerleads.dealers.idempotency import forget_subjects
from steerleads.dealers.models import Dealership

OLD_SECRET_SIGNS = timedelta(hours=24)


def create_webhook(dealership: Dealership, fields: Mapping[str, Any], *, actor: Actor | None = None) -> Webhook:
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
        made = {"secret": new_secret(), "after_sequence": feed.last, "created_at": now, "updated_at": now}
        webhook = Webhook.objects.create(dealership=dealership, **made, **fields)
        _note(AuditKind.WEBHOOK_MADE, webhook, actor)
    return webhook


def change_webhook(
    dealership: Dealership,
    webhook_id: UUID,
    changes: Mapping[str, Any],
    *,
    if_match: str | None = None,
    actor: Actor | None = None,
) -> Webhook:
    """The Webhook with `changes` written; only what differs is. Raises WebhookNotFound, PreconditionFailed."""
    with transaction.atomic():
        webhook = _locked(dealership, webhook_id, if_match)
        changed = {name: value for name, value in changes.items() if getattr(webhook, name) != value}
        if changed:
            mended = _mended(changed)
            _write(webhook, changed | mended)
            _note(AuditKind.WEBHOOK_CHANGED, webhook, actor, changed=sorted(changed))
            if mended:
                _take_up(webhook)
    return webhook


def rotate_secret(dealership: Dealership, webhook_id: UUID, *, now: datetime, actor: Actor | None = None) -> Webhook:
    """The Webhook with a new secret; the old one signs beside it for a day. Raises WebhookNotFound."""
    with transaction.atomic():
        webhook = _locked(dealership, webhook_id)
        until = now + OLD_SECRET_SIGNS
        _write(webhook, {"secret": new_secret(), "old_secret": webhook.secret, "old_secret_until": until})
        _note(AuditKind.WEBHOOK_ROTATED, webhook, actor)
    return webhook


def delete_webhook(
    dealership: Dealership, webhook_id: UUID, *, if_match: str | None = None, actor: Actor | None = None
) -> None:
    """Delete a webhook with its deliveries, also those that wait. Raises WebhookNotFound, PreconditionFailed."""
    with transaction.atomic():
        # Whoever tells events holds the feed, and would leave deliveries of a webhook that is gone.
        locked_feed(dealership)
        webhook = _locked(dealership, webhook_id, if_match)
        forget_subjects(dealership, [webhook.pk])
        delete_deliveries(webhook)
        _note(AuditKind.WEBHOOK_DELETED, webhook, actor)
        webhook.delete()


def note_switched_off(destination: Destination, why: SwitchedOff) -> None:
    """Record that the worker switched a webhook off, and that managers are still to be told."""
    webhook = Webhook.objects.of(destination.dealership_id).select_related("dealership").get(pk=destination.pk)
    Webhook.objects.of(webhook.dealership_id).filter(pk=webhook.pk).update(notice_pending=True)
    _note(AuditKind.WEBHOOK_SWITCHED_OFF, webhook, Actor.of_command("deliver"), why=why)


def _note(kind, webhook, actor, **details):
    audit.record(kind, actor=actor, dealership=webhook.dealership, subject=webhook, **details)


def _locked(dealership, webhook_id, if_match=None):
    webhook = Webhook.objects.of(dealership).locked().filter(pk=webhook_id).first()
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
        return {**UNHARMED, "switched_off_at": None, "switched_off_why": "", "notice_pending": False}
    return UNHARMED if "url" in changed else {}


def _take_up(webhook):
    """Try at once what waits for its next attempt, perhaps for hours."""
    now = timezone.now()
    waiting = Delivery.objects.of(webhook.dealership_id).filter(destination=webhook, state=State.PENDING)
    waiting.filter(next_at__gt=now).update(next_at=now)
