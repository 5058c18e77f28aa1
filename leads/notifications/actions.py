"""The verbs of notification rules.

Locks come in the order of leads/outbox/actions.py. Who tells events holds the feed, too, and so makes no delivery for a
rule on its way out.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from leads.feed import locked_feed, number_events
from leads.notifications.errors import RuleNotFound
from leads.notifications.models import Recipient, Rule, Trigger
from leads.outbox.actions import delete_deliveries
from leads.outbox.models import UNHARMED, Delivery, State
from steerleads.dealers import audit
from steerleads.dealers.actors import Actor
from steerleads.dealers.audit_kinds import AuditKind
from steerleads.dealers.models import Dealership
from steerleads.dealers.staff import mail_is_configured

FIRST_RULES = [(Trigger.ANSWER_SOON, Recipient.ASSIGNEE), (Trigger.ANSWER_LATE, Recipient.MANAGERS)]


def create_rule(dealership: Dealership, fields: Mapping[str, Any], *, actor: Actor | None = None) -> Rule:
    """A new Rule from clean fields (leads/notifications/rules.py), told of what is committed from now on."""
    number_events(dealership)
    with transaction.atomic():
        rule = Rule(dealership=dealership, after_sequence=locked_feed(dealership).last, **fields)
        rule.save(force_insert=True)
        _note(AuditKind.RULE_MADE, rule, actor)
    return rule


def change_rule(rule: Rule, changes: Mapping[str, Any], *, actor: Actor | None = None) -> Rule:
    """The Rule with clean `changes`. What waits is looked at anew; a rule that is switched off forgets what waits.

    Raises RuleNotFound.
    """
    with transaction.atomic():
        rule = _locked(rule)
        changes = {name: value for name, value in changes.items() if getattr(rule, name) != value}
        if changes:
            now = timezone.now()
            _write(rule, changes, now)
            _note(AuditKind.RULE_CHANGED, rule, actor, changed=sorted(changes))
            waiting = Delivery.objects.of(rule.dealership).filter(destination=rule, state=State.PENDING)
            forgotten = {"state": State.DROPPED, "next_at": None}
            waiting.update(**({"next_at": now} if rule.is_on else forgotten))
    return rule


def delete_rule(rule: Rule, *, actor: Actor | None = None) -> None:
    """Delete a rule with its deliveries, also those that wait. Raises RuleNotFound."""
    with transaction.atomic():
        rule = _locked(rule)
        delete_deliveries(rule)
        _note(AuditKind.RULE_DELETED, rule, actor)
        rule.delete()


def make_first_rules(dealership: Dealership, actor: Actor, **_signal) -> None:
    """What a new dealership is told without asking for it, where there is a mail server: whose first answer is late."""
    if mail_is_configured():
        for trigger, recipient in FIRST_RULES:
            create_rule(dealership, {"trigger": trigger, "to": recipient.value}, actor=actor)


def look_again_as_clocks_changed(dealership: Dealership, changed: set[str], **_signal) -> None:
    if "time_zone" in changed:
        look_again_at_waiting(dealership)


def look_again_at_waiting(dealership: Dealership, **_signal) -> None:
    """Let all that waits to be told by rules be due, so that it is judged by the dealership's new hours."""
    waiting = Delivery.objects.of(dealership).filter(state=State.PENDING, attempts=0)
    waiting.filter(destination__in=Rule.objects.of(dealership)).update(next_at=timezone.now())


def _note(kind, rule, actor, **details):
    audit.record(kind, actor=actor, dealership=rule.dealership, subject=rule, **details)


def _locked(rule):
    locked_feed(rule.dealership)
    current = Rule.objects.of(rule.dealership).select_related("dealership").locked().filter(pk=rule.pk).first()
    if current is None:
        raise RuleNotFound()
    return current


def _write(rule, changes, now):
    """A rule that somebody has seen to counts anew how long it fails."""
    for name, value in changes.items():
        setattr(rule, name, value)
    for name, value in UNHARMED.items():
        setattr(rule, name, value)
    rule.version += 1
    rule.updated_at = now
    rule.switched_off_at = None if rule.is_on else rule.switched_off_at or now
    rule.save(update_fields=[*changes, *UNHARMED, "version", "updated_at", "switched_off_at"])
