"""What cards say of time: how old a lead is, when it is due, and how long its person has waited for an answer.

All of it is told by minutes: by seconds it would be news for every board all the time. What a browser counts down itself,
the first answer's deadline, it is told as a moment.
"""

from collections.abc import Collection
from datetime import date, datetime, time
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone
from django.utils.dateformat import format as dateformat
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from leads.work.answers import answered
from leads.work.due import State
from leads.work.showing import Shown
from steerleads.dealers.models import Dealership

MINUTE, HOUR, DAY = 60, 3600, 86_400  # seconds
LATE = "late"


class Badge(NamedTuple):
    """Words in a colour: `kind` is overdue, today, planned, answer or late. `until` is counted down to, in milliseconds."""

    kind: str
    words: str
    until: int | None = None


class Times:
    """One moment at a dealership, for cards of its leads. `open_leads` are the ids of those in New."""

    def __init__(self, dealership: Dealership, open_leads: Collection[UUID], *, now: datetime):
        self.dealership, self.open_leads = dealership, open_leads
        self.now = minute_of(now)
        self.shown = Shown(dealership, self.now)

    def mark(self, lead_id: UUID, created_at: datetime, due: datetime | None, due_on: date | None) -> str:
        """All that follows, for programs: it differs whenever the words may."""
        return f"{age_of(created_at, self.now)}.{self._due_mark(due, due_on)}.{self._waiting_mark(lead_id, created_at)}"

    # --- When it is due ------------------------------------------------------------------------

    def due(self, due: datetime | None, due_on: date | None) -> Badge | None:
        """Of Work with these columns; None where it is not due."""
        state = self.shown.clock.state(due, due_on)
        if due is None:
            return None
        if state is State.OVERDUE:
            return Badge(state.value, _("Overdue %(time)s") % {"time": in_short(*self._late_by(due, due_on))})
        return Badge(state.value, self._when(due, due_on))

    def _due_mark(self, due: datetime | None, due_on: date | None) -> str:
        if due is None:
            return ""
        if self.shown.clock.state(due, due_on) is State.OVERDUE:
            return "{}{}".format(*self._late_by(due, due_on))
        return str(self._days_until(due, due_on))

    def _late_by(self, due: datetime, due_on: date | None) -> tuple[int, str]:
        """By whole days where it was due on another one."""
        days = -self._days_until(due, due_on)
        return (days, "d") if days else rounded(int((self.now - due).total_seconds()))

    def _when(self, due: datetime, due_on: date | None) -> str:
        day = due_on or self.shown.clock.date_of(due)
        named = {0: _("Today"), 1: _("Tomorrow")}.get(self._days_until(due, due_on))
        words = named or dateformat(day, "D j N" if day.year == self.shown.clock.today.year else "j N Y")
        return words if due_on else f"{words} {dateformat(due.astimezone(self.dealership.tz), 'H:i')}"

    def _days_until(self, due: datetime, due_on: date | None) -> int:
        return ((due_on or self.shown.clock.date_of(due)) - self.shown.clock.today).days

    # --- Whether its person waits for the first answer ------------------------------------------

    def waiting(self, lead_id: UUID, created_at: datetime) -> Badge | None:
        """How long is left for the first answer, or that it is late; None where somebody has answered."""
        if not self._waits(lead_id):
            return None
        if self._is_late(created_at):
            return Badge(LATE, _("answer late"))
        by = self.shown.respond_by(created_at)
        if by is None:
            return None
        left = rounded(int((by - self.now).total_seconds()), up=True)
        return Badge("answer", _("answer in %(time)s") % {"time": in_short(*left)}, _milliseconds(by))

    def untouched_days(self, lead_id: UUID, created_at: datetime) -> int:
        """How many days nobody has taken care of an open lead, by the calendar; 0 where somebody has."""
        return max(days_between(created_at, self.now), 0) if self._waits(lead_id) else 0

    def _waiting_mark(self, lead_id: UUID, created_at: datetime) -> str:
        if not self._waits(lead_id):
            return ""
        if self._is_late(created_at):
            return LATE
        by = self.shown.respond_by(created_at)
        return "never" if by is None else str(_milliseconds(by))

    def _waits(self, lead_id: UUID) -> bool:
        return lead_id in self._unanswered

    def _is_late(self, created_at: datetime) -> bool:
        return int(created_at.timestamp() // 1) <= self.shown.late_since

    @cached_property
    def _unanswered(self) -> set[UUID]:
        return set(self.open_leads) - answered(self.dealership, self.open_leads)


# --- Ages ----------------------------------------------------------------------------------------


def minute_of(now: datetime) -> datetime:
    """What the board takes for now: the local minute."""
    return timezone.localtime(now).replace(second=0, microsecond=0)


def age_in_words(created_at: datetime, now: datetime) -> str:
    """`5 minutes` or `3 hours` on the same day, else the days between, by the calendar of the active time zone."""
    created, today = timezone.localtime(created_at), timezone.localtime(now)
    if created.date() < today.date():
        # From noon to noon: a day on which the clock is changed has 23 hours.
        created, today = (datetime.combine(at, time(12)) for at in (created, today))
    return timesince(created, today, depth=1)


def age_of(created_at: datetime, now: datetime) -> str:
    """The same for programs: it differs whenever the words may. `now` is in the zone of the days that are counted."""
    days = days_between(created_at, now)
    return f"{days}d" if days > 0 else "{}{}".format(*rounded(int((now - created_at).total_seconds())))


def days_between(created_at: datetime, now: datetime) -> int:
    return (now.date() - created_at.astimezone(now.tzinfo).date()).days


def rounded(seconds: int, *, up: bool = False) -> tuple[int, str]:
    """Whole minutes below an hour, whole hours below a day, else whole days, as a number and `min`, `h` or `d`."""
    minutes = max(seconds + (MINUTE - 1 if up else 0), 0) // MINUTE
    if minutes < HOUR // MINUTE:
        return minutes, "min"
    return (minutes * MINUTE // HOUR, "h") if minutes * MINUTE < DAY else (minutes * MINUTE // DAY, "d")


def in_short(count: int, unit: str) -> str:
    words = {"min": _("%(count)s min"), "h": _("%(count)s h"), "d": _("%(count)s d")}
    return words[unit] % {"count": count}


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
