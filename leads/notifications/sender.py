"""How rules are told: as things stand when it is time, by the rule's channel."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from leads.models import Lead, LeadEvent
from leads.notifications import texts
from leads.notifications.channels import all_channels, channel_errors
from leads.notifications.errors import RuleNotFound
from leads.notifications.models import Rule
from leads.notifications.rules import first_due, tells_of
from leads.notifications.triggers import occasion_of
from leads.outbox.models import Delivery
from leads.outbox.outcomes import NotNeeded, Outcome, Postponed
from leads.outbox.senders import Sender
from steerleads.dealers.hours.calendar import Calendar


class RuleSender(Sender):
    model = Rule
    not_found_error = RuleNotFound
    errors = {"no_channel": _("this channel is no longer configured"), **channel_errors()}
    lease = timedelta(minutes=5)  # a mail server may take 10 s for each recipient

    def first_attempts(
        self, rules: list[Rule], events: list[LeadEvent], now: datetime
    ) -> Iterable[tuple[Rule, LeadEvent, datetime]]:
        if not rules:
            return []
        calendar = Calendar.of(rules[0].dealership)
        return [
            (rule, event, first_due(rule, event, min(event.at, now), calendar))
            for event in events
            for rule in rules
            if tells_of(rule, event)
        ]

    def send(self, rule: Rule, delivery: Delivery, now: datetime) -> Outcome | Postponed | NotNeeded:
        """Tell of an event as things stand now. A test is told at once."""
        if delivery.event_id is None:
            return send_by_channel(rule, delivery, texts.of_test(rule))
        event = LeadEvent.objects.of(rule.dealership).filter(pk=delivery.event_id).first()
        lead = Lead.objects.of(rule.dealership).select_related("car", "work").filter(pk=delivery.lead_id).first()
        if not event or not lead or not _is_still_so(rule, event, lead, now):
            return NotNeeded()
        until = _too_early(rule, event, delivery, now)
        return Postponed(until) if until else send_by_channel(rule, delivery, texts.of_lead(rule, event, lead))


def _is_still_so(rule, event, lead, now):
    """Whether the rule, which may have changed, tells of the event, and what it tells has not changed since."""
    return tells_of(rule, event) and occasion_of(rule).is_still_so(event, lead, now)


def _too_early(rule, event, delivery, now):
    """Until when to wait, by the hours that the dealership has now; None if it is time."""
    calendar = Calendar.of(rule.dealership)
    # The delivery was made after the event: unless the clock was ahead then, and what it wrote was dated back.
    due = first_due(rule, event, min(event.at, delivery.created_at), calendar)
    return due if now < due else calendar.quiet_until(now)


def send_by_channel(rule: Rule, delivery: Delivery, words: texts.Words) -> Outcome | NotNeeded:
    """One attempt, by the channel that the settings have under this name now."""
    channel = all_channels().get(rule.channel)
    return channel.send(rule, delivery, words) if channel else Outcome(False, error="no_channel")
