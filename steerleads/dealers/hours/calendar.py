"""When a dealership works and when it wants quiet: one calendar over its hours and its time zone.

Clocks that are put forward or back (Morocco does so around Ramadan) are exact: hours are counted as they pass.
"""

import json
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from hashlib import sha256

from django.conf import settings
from django.db.models import DateField, QuerySet, TextField, Value
from django.db.models.functions import Cast

from steerleads.db.compiled import ID, CompiledQuery
from steerleads.dealers.hours.days import DAY, EPOCH
from steerleads.dealers.hours.models import Hours, OpeningWeek, SpecialDay
from steerleads.dealers.hours.open_times import OpenTimes
from steerleads.dealers.hours.schedule import Schedule, Special, Week
from steerleads.dealers.models import Dealership

LENGTH = 2**23  # of a stretch, in seconds: 97 days
# Hours that never add up, a minute a week say, are waited for no longer than this.
HORIZON = 3660 * DAY


def hours_of(dealership: Dealership) -> Hours:
    """The dealership's Hours, or unsaved usual ones."""
    return HOURS.object(dealership.pk) or Hours(dealership=dealership)  # type: ignore[return-value]


def schedule_of(dealership: Dealership) -> Schedule:
    """In one statement, as every figure and notification asks for it: a week has no last day."""
    rows = [(first, last, json.loads(hours)) for first, last, hours in SCHEDULE.rows(dealership.pk)]
    return Schedule(
        (Week.of(first, hours) for first, last, hours in rows if last is None),
        (Special.of(first, last, hours) for first, last, hours in rows if last is not None),
    )


def _schedule(dealership: object) -> QuerySet:
    no_last = Value(None, output_field=DateField())
    weeks = OpeningWeek.objects.filter(dealership=dealership).order_by()
    specials = SpecialDay.objects.filter(dealership=dealership).order_by()
    week, hours = (Cast(column, TextField()) for column in ("week", "hours"))
    return weeks.values_list("valid_from", no_last, week).union(specials.values_list("first", "last", hours), all=True)


# Compiled, as each figure begins with them: of 11 ms that one takes of a dealership with 100
# leads, not compiled, these and catching up's take 7, and 1 compiled.
HOURS = CompiledQuery(lambda dealership: Hours.objects.filter(dealership=dealership).order_by(), ID)
SCHEDULE = CompiledQuery(_schedule, ID)


class Calendar:
    """Instants are whole UTC seconds. Nothing is open before 1970.

    Open time is counted a stretch at a time, and only where it is asked for.
    """

    def __init__(self, hours: Hours, schedule: Schedule, tz: tzinfo):
        self.tz = tz
        self.schedule = schedule
        self.target_seconds: int = hours.target_seconds
        self.stale_seconds: int = hours.stale_seconds
        self._quiet = hours.quiet_from, hours.quiet_until
        self._stretches: dict[int, OpenTimes] = {}

    @classmethod
    def of(cls, dealership: Dealership) -> "Calendar":
        return cls(hours_of(dealership), schedule_of(dealership), dealership.tz)

    # --- Open time -------------------------------------------------------------------------------

    def seconds_between(self, start: int, end: int) -> int:
        """How many seconds of the half-open [start, end) are open."""
        start, end = max(start, 0), max(end, 0)
        if start >= end:
            return 0
        first, last = start // LENGTH, end // LENGTH
        whole = sum(self._stretch(number).total for number in range(first, last))
        return whole + self._stretch(last).until(end) - self._stretch(first).until(start)

    def after(self, start: int, seconds: int) -> int | None:
        """The first UTC second at which so many open seconds have passed since `start`; None if ten years do not."""
        if seconds <= 0:
            return start
        start = max(start, 0)
        number, last = start // LENGTH, (start + HORIZON) // LENGTH
        wanted = seconds - 1 + self._stretch(number).until(start)
        while number < last and wanted >= self._stretch(number).total:
            wanted -= self._stretch(number).total
            number += 1
        if wanted >= self._stretch(number).total:
            return None
        found = self._stretch(number).nth(wanted) + 1
        return found if found <= start + HORIZON else None

    def before(self, end: int, seconds: int) -> int | None:
        """The latest UTC second since which more than so many open seconds have passed at `end`; None if there is none."""
        end = max(end, 0)
        number = end // LENGTH
        wanted = self._stretch(number).until(end) - max(seconds, 0) - 1
        while wanted < 0 and number > 0:
            number -= 1
            wanted += self._stretch(number).total
        return self._stretch(number).nth(wanted) if wanted >= 0 else None

    def fingerprint(self) -> str:
        """Another one whenever an interval could have other open seconds: other hours, zone or zone data."""
        weeks = [(str(week.valid_from), week.days) for week in self.schedule.weeks]
        specials = [(str(each.first), str(each.last), each.times) for each in self.schedule.specials]
        facts = [weeks, specials, str(self.tz), settings.TIME_ZONE_DATA.used]
        return sha256(json.dumps(facts).encode()).hexdigest()

    def _stretch(self, number):
        if number not in self._stretches:
            begin, end = number * LENGTH, (number + 1) * LENGTH
            # A local date may be a day away from that in UTC.
            first, last = (date.fromordinal(EPOCH + second // DAY + more) for second, more in ((begin, -1), (end, 1)))
            open_on = self.schedule.within(first, last).open_on
            self._stretches[number] = OpenTimes(begin, end, open_on, self.tz)
        return self._stretches[number]

    # --- What is told, and when ------------------------------------------------------------------

    def after_open(self, start: datetime, seconds: int) -> datetime:
        """The moment, in UTC, when so many open seconds have passed since `start`, which is cut to a whole second."""
        second = int(start.timestamp())
        found = self.after(second, seconds)
        return datetime.fromtimestamp(second + HORIZON if found is None else found, UTC)

    def quiet_until(self, now: datetime) -> datetime | None:
        """When the quiet hours end, in UTC, that `now` is in; None if it is in none."""
        (begins, ends), local = self._quiet, now.astimezone(self.tz)
        clock, day = local.time(), local.date()
        if begins < ends:
            return self._last_moment(day, ends) if begins <= clock < ends else None
        if clock < ends < begins:
            return self._last_moment(day, ends)
        return self._last_moment(day + timedelta(days=1), ends) if ends < begins <= clock else None

    def _last_moment(self, day, clock: time):
        """When clocks show that, in UTC. Of the two times when they are put back, the last."""
        first = datetime.combine(day, clock, self.tz)
        last = first.replace(fold=True)
        return (last if first.utcoffset() > last.utcoffset() else first).astimezone(UTC)
