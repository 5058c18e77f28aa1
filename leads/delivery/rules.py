"""The notification rules of a dealership: made, changed, asked whether they tell of an event, and told."""

from django.db import transaction
from django.utils import timezone

from leads.delivery.actions import note
from leads.delivery.channels import apprise_channel, email, lend_connection, texts
from leads.delivery.errors import RuleNotFound
from leads.delivery.models import UNHARMED, Attempt, Delivery, Occasion, Rule, State
from leads.delivery.outcomes import NOT_NEEDED, Postponed
from leads.delivery.recipients import still_told
from leads.feed import locked_feed, number_events
from leads.models import EventKind, Lead, LeadEvent, Status
from steerleads.dealers.audit_kinds import AuditKind
from steerleads.dealers.hours.calendar import after_business_hours, hours_of, quiet_until

# {occasion: (the kinds of event that may be it, the status that the lead gets by it)}
OCCASIONS = {
    Occasion.CREATED: ({EventKind.CREATED}, None),
    Occasion.COMPLETED: ({EventKind.CHANGED}, Status.COMPLETED),
    Occasion.NOT_NEEDED: ({EventKind.CHANGED}, Status.NOT_NEEDED),
    Occasion.STAYS_NEW: ({EventKind.CREATED, EventKind.CHANGED}, Status.NEW),
}


# --- Verbs ---------------------------------------------------------------------------------------
# Locks come in the order of leads/delivery/actions.py. Who tells events holds the feed, too, and so makes no delivery
# for a rule on its way out.


def create_rule(dealership, fields, *, actor=None):
    """A new Rule from clean fields (leads/delivery/recipients.py), told of what is committed from now on."""
    number_events(dealership)
    with transaction.atomic():
        rule = Rule(dealership=dealership, after=locked_feed(dealership).last, **fields)
        rule.save(force_insert=True)
        note(AuditKind.RULE_MADE, rule, actor)
    return rule


def change_rule(rule, changes, *, actor=None):
    """The Rule with clean `changes`. What waits is looked at anew; a rule that is switched off forgets what waits.

    Raises RuleNotFound.
    """
    with transaction.atomic():
        rule = _locked(rule)
        changes = {name: value for name, value in changes.items() if getattr(rule, name) != value}
        if changes:
            now = timezone.now()
            _write(rule, changes, now)
            note(AuditKind.RULE_CHANGED, rule, actor, changed=sorted(changes))
            waiting = _deliveries(rule).filter(state=State.PENDING)
            forgotten = {"state": State.DROPPED, "next_at": None}
            waiting.update(**({"next_at": now} if rule.is_on else forgotten))
    return rule


def delete_rule(rule, *, actor=None):
    """Delete a rule with its deliveries, also those that wait. Raises RuleNotFound."""
    with transaction.atomic():
        rule = _locked(rule)
        deliveries = _deliveries(rule)
        Attempt.objects.of(rule.dealership).filter(delivery__in=deliveries).delete()
        # In one statement: delete() would read them all first, and there can be hundreds of thousands.
        deliveries._raw_delete(deliveries.db)
        note(AuditKind.RULE_DELETED, rule, actor)
        rule.delete()


def look_again_at_waiting(dealership, **_signal):
    """Let all that waits to be told by rules be due, so that it is judged by the dealership's new hours."""
    waiting = Delivery.objects.of(dealership).filter(state=State.PENDING, rule__isnull=False, attempts=0)
    waiting.update(next_at=timezone.now())


def _locked(rule):
    locked_feed(rule.dealership)
    rules = Rule.objects.of(rule.dealership).select_related("dealership").select_for_update(of=("self",))
    found = rules.filter(pk=rule.pk).first()
    if found is None:
        raise RuleNotFound()
    return found


def _deliveries(rule):
    return Delivery.objects.of(rule.dealership).filter(rule=rule)


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


# --- Telling -------------------------------------------------------------------------------------


def is_told(rule, event):
    """Whether the rule tells of this LeadEvent."""
    kinds, status = OCCASIONS[rule.occasion]
    became = event.changes.get("status") or {}
    return event.kind in kinds and status in (None, became.get("to"))


def first_due(rule, at, hours, tz):
    """When to tell of what happened at that time, by these Hours in that time zone: at once, or when the lead has been New for long enough."""
    if rule.occasion != Occasion.STAYS_NEW:
        return at
    return after_business_hours(at, rule.hours, hours, tz)


def notify(delivery, now):
    """Tell of an event as things stand now: the Outcome, Postponed, or NOT_NEEDED. A test is told at once."""
    rule = Rule.objects.of(delivery.dealership_id).select_related("dealership").get(pk=delivery.rule_id)
    if delivery.event_id is None:
        return _send(rule, delivery, texts.of_test(rule))
    event = LeadEvent.objects.of(rule.dealership).filter(pk=delivery.event_id).first()
    lead = Lead.objects.of(rule.dealership).select_related("car").filter(pk=delivery.lead_id).first()
    if not event or not lead or not _is_still_so(rule, event, lead):
        return NOT_NEEDED
    until = _too_early(rule, event, delivery, now)
    return Postponed(until) if until else _send(rule, delivery, texts.of_lead(rule, event, lead))


def _is_still_so(rule, event, lead):
    """Whether the rule, which may have changed, tells of the event; and a lead that was to stay New has done so."""
    if not is_told(rule, event):
        return False
    return rule.occasion != Occasion.STAYS_NEW or _stayed_new(event, lead)


def _stayed_new(event, lead):
    since = LeadEvent.objects.of(lead.dealership_id).filter(lead_id=lead.pk, at__gte=event.at).exclude(pk=event.pk)
    is_new = lead.status == Status.NEW and not lead.archived
    return is_new and not since.filter(changes__has_key="status").exists()


def _too_early(rule, event, delivery, now):
    """Until when to wait, by the hours that the dealership has now; None if it is time."""
    hours, tz = hours_of(rule.dealership), rule.dealership.tz
    # The delivery was made after the event: unless the clock was ahead then, and what it wrote was dated back.
    due = first_due(rule, min(event.at, delivery.created_at), hours, tz)
    return due if now < due else quiet_until(now, hours, tz)


def _send(rule, delivery, words):
    # Judged now: who was taken out of the staff since gets nothing.
    recipients = still_told(rule.to) if rule.channel == Rule.EMAIL else None
    lend_connection()
    if recipients == []:
        return NOT_NEEDED
    if recipients:
        return email.send(delivery.pk, recipients, words.subject, words.mail, reached=delivery.reached)
    return apprise_channel.send(rule.channel, rule.to, words.short)
