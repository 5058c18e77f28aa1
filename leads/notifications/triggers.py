"""When rules tell: of which events, how long after them, and what must still be so then."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from leads.models import EventKind, Lead, LeadEvent, Status
from leads.notifications.models import Rule, Trigger
from leads.work.answers import asks, is_waiting
from steerleads.dealers.actors import ActorType
from steerleads.dealers.hours.calendar import Calendar
from steerleads.dealers.hours.days import end_of, first_second

TIMES = ("dueAt", "dueOn")


def at_once(rule: Rule, event: LeadEvent, at: datetime, calendar: Calendar) -> datetime:
    return at


def always(event: LeadEvent, lead: Lead, now: datetime) -> bool:
    return True


@dataclass(frozen=True)
class Occasion:
    """`tells_of` an event or not; `due(rule, event, at, calendar)`: when to tell of one that happened `at` that time.

    `is_still_so(event, lead, now)`: whether there is still something to tell. `minutes`, `hours`: whether a rule says so
    many.
    """

    tells_of: Callable[[LeadEvent], bool]
    due: Callable[[Rule, LeadEvent, datetime, Calendar], datetime] = at_once
    is_still_so: Callable[[LeadEvent, Lead, datetime], bool] = always
    hours: bool = False
    minutes: bool = False


def occasion_of(rule: Rule) -> Occasion:
    return OCCASIONS[Trigger(rule.trigger)]


# --- A lead's status -----------------------------------------------------------------------------


def _becomes(status: Status, *kinds: EventKind) -> Callable[[LeadEvent], bool]:
    return lambda event: event.kind in kinds and _to(event, "status") == status


def _after_hours(rule, event, at, calendar):
    return calendar.after_open(at, rule.hours * 3600)


def _stayed_new(event, lead, now):
    since = LeadEvent.objects.of(lead.dealership_id).filter(lead_id=lead.pk, at__gte=event.at).exclude(pk=event.pk)
    is_new = lead.status == Status.NEW and not lead.archived
    return is_new and not since.filter(changes__has_key="status").exists()


# --- Its first answer ----------------------------------------------------------------------------


def _after_target(share: Fraction) -> Callable[[Rule, LeadEvent, datetime, Calendar], datetime]:
    """When that share of the dealership's target for the first answer is used up."""
    return lambda rule, event, at, calendar: calendar.after_open(at, -int(-calendar.target_seconds * share // 1))


def _unanswered(share: Fraction) -> Occasion:
    return Occasion(asks, _after_target(share), lambda event, lead, now: is_waiting(lead))


# --- Its work ------------------------------------------------------------------------------------


def _is_assignment(event):
    """Who takes a lead knows of it."""
    name = _to(event, "assignee")
    by_themselves = event.actor_type == ActorType.STAFF and event.actor_name == name
    return event.kind == EventKind.ASSIGNED and name is not None and not by_themselves


def _is_latest_assignment(event, lead, now):
    return not _later(event).filter(kind=EventKind.ASSIGNED).exists()


def _is_plan(event):
    return event.kind == EventKind.DUE and any(_to(event, name) for name in TIMES)


def _is_latest_plan(event, lead, now):
    later = _later(event).filter(kind=EventKind.DUE)
    is_open = lead.status == Status.NEW and not lead.archived
    return is_open and not any(set(TIMES) & set(changes) for changes in later.values_list("changes", flat=True))


def _is_ahead(event, lead, now):
    return _is_latest_plan(event, lead, now) and lead.work.due > now


def _before_due(rule, event, at, calendar):
    """So many minutes before the moment; what is due on a day, when that day begins."""
    if day := _to(event, "dueOn"):
        return datetime.fromtimestamp(first_second(date.fromisoformat(day), calendar.tz), UTC)
    return datetime.fromisoformat(_to(event, "dueAt")) - timedelta(minutes=rule.minutes)


def _overdue(rule, event, at, calendar):
    if day := _to(event, "dueOn"):
        return datetime.fromtimestamp(end_of(date.fromisoformat(day), calendar.tz), UTC)
    return datetime.fromisoformat(_to(event, "dueAt"))


def _later(event):
    return LeadEvent.objects.of(event.dealership_id).filter(lead_id=event.lead_id, at__gt=event.at)


def _to(event: LeadEvent, name: str) -> Any:
    return (event.changes.get(name) or {}).get("to")


OCCASIONS = {
    Trigger.CREATED: Occasion(lambda event: event.kind == EventKind.CREATED),
    Trigger.COMPLETED: Occasion(_becomes(Status.COMPLETED, EventKind.CHANGED)),
    Trigger.NOT_NEEDED: Occasion(_becomes(Status.NOT_NEEDED, EventKind.CHANGED)),
    Trigger.STAYS_NEW: Occasion(
        _becomes(Status.NEW, EventKind.CREATED, EventKind.CHANGED), _after_hours, _stayed_new, hours=True
    ),
    Trigger.ANSWER_SOON: _unanswered(Fraction(1, 2)),
    Trigger.ANSWER_LATE: _unanswered(Fraction(1)),
    Trigger.ANSWER_MISSED: _unanswered(Fraction(2)),
    Trigger.ASSIGNED: Occasion(_is_assignment, is_still_so=_is_latest_assignment),
    Trigger.DUE_SOON: Occasion(_is_plan, _before_due, _is_ahead, minutes=True),
    Trigger.OVERDUE: Occasion(_is_plan, _overdue, _is_latest_plan),
}
