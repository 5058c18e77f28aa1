"""When work is due: an instant, or a whole local day, which is over when its clocks show the next one."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum

from django.db.models import Q

from leads.work.models import Work
from steerleads.dealers.hours.days import end_of, local_date
from steerleads.dealers.models import Dealership

WEEK = timedelta(days=6)  # behind today
MOMENT = timedelta(microseconds=1)


class State(StrEnum):
    """How it stands with the due date of a lead."""

    NONE = "none"
    PLANNED = "planned"
    TODAY = "today"
    OVERDUE = "overdue"


class Clock:
    """One moment as a dealership's clocks show it: `now` in UTC, and `today`, its local date."""

    def __init__(self, tz: tzinfo, now: datetime):
        self.tz, self.now = tz, now
        self.today = self.date_of(now)

    def date_of(self, at: datetime) -> date:
        return local_date(int(at.timestamp() // 1), self.tz)

    def state(self, due: datetime | None, due_on: date | None) -> State:
        """Of Work with these columns."""
        if due is None:
            return State.NONE
        day = due_on or self.date_of(due)
        if day < self.today or (due_on is None and due < self.now):
            return State.OVERDUE
        return State.TODAY if day == self.today else State.PLANNED


def last_moment(day: date, tz: tzinfo) -> datetime:
    """The last moment of a local day, in UTC, as databases keep it."""
    return datetime.fromtimestamp(end_of(day, tz), UTC) - MOMENT


def follow_the_clocks(sender: object, dealership: Dealership, changed: set[str], **kwargs: object) -> None:
    """Days end at another moment where a dealership's time zone has changed."""
    if "time_zone" not in changed:
        return
    planned = Work.objects.of(dealership).filter(due_on__isnull=False)
    for day in planned.order_by("due_on").values_list("due_on", flat=True).distinct():
        planned.filter(due_on=day).update(due=last_moment(day, dealership.tz))


# --- In the database -----------------------------------------------------------------------------


def overdue(clock: Clock) -> Q:
    """Of leads: those that are overdue then."""
    return Q(work__due_on__lt=clock.today) | Q(work__due_on=None, work__due__lt=clock.now)


def due_by(clock: Clock, last: date) -> Q:
    """Of leads: those that are due until that local date is over, and not overdue."""
    at = Q(work__due_on=None, work__due__gte=clock.now, work__due__lte=last_moment(last, clock.tz))
    return Q(work__due_on__gte=clock.today, work__due_on__lte=last) | at


DUE = {
    "overdue": overdue,
    "today": lambda clock: due_by(clock, clock.today),
    "week": lambda clock: due_by(clock, clock.today + WEEK),
    "none": lambda clock: Q(work__due=None),
}
