"""How often something may happen: counted in the database, exactly over all processes, in windows that slide."""

import math
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.shortcuts import render
from django.utils.crypto import salted_hmac

from steerleads.dealers.models import Tally

LONGEST_WINDOW = timedelta(days=30)
DIGITS = 32  # of a digest: 128 bits


@dataclass(frozen=True)
class Limit:
    """At most `most` times in any stretch of time as long as `window`, which is at most LONGEST_WINDOW."""

    name: str
    most: int
    window: timedelta

    def of(self, *subjects):
        """This limit of one person, one address, or whatever the texts name. They are kept as keyed digests only."""
        return Counted(self, ":".join([self.name, *map(_digest, subjects)]))


@dataclass(frozen=True)
class Counted:
    limit: Limit
    id: str

    def within(self, times, at):
        """Those that still count. None is later than now: a clock that was ahead would make people wait for it."""
        return [min(time, at) for time in times if time > at - self.limit.window.total_seconds()]

    def wait(self, times, at):
        """Seconds until there is room for one more, 0 if there is."""
        if len(times) < self.limit.most:
            return 0
        return max(1, math.ceil(times[-self.limit.most] + self.limit.window.total_seconds() - at))


@dataclass(frozen=True)
class Verdict:
    """Whether it may happen, and then was counted, `at` this moment; and for how many seconds no more of it may."""

    passed: bool
    at: float
    waits: dict  # {Counted: seconds}

    @property
    def retry_after(self):
        return max(self.waits.values())


def consume(*counted, now):
    """Count one more of each, if none of the limits is reached: a Verdict."""
    at = now.timestamp()
    known = _read(counted)
    times = {one: one.within(known[one], at) for one in counted}
    # Looked at first without a lock: whoever goes on asking for what is refused costs one read.
    if all(known[one] == times[one] for one in counted) and not _has_room(times, at):
        return _verdict(False, times, at)
    with transaction.atomic():
        _lock(counted, now)
        times = {one: one.within(past, at) for one, past in _read(counted).items()}
        passed = _has_room(times, at)
        if passed:
            times = {one: [*past, at] for one, past in times.items()}
        _write(times, now)
    return _verdict(passed, times, at)


def give_back(*counted, at):
    """Take away what was counted `at` that moment."""
    with transaction.atomic():
        rows = Tally.objects.select_for_update().filter(id__in=[one.id for one in counted]).order_by("id")
        for row in rows:
            if at in row.times:
                row.times.remove(at)
                row.save(update_fields=["times"])


def forget(*counted):
    Tally.objects.filter(id__in=[one.id for one in counted]).delete()


def forget_all_of(limit, *subjects):
    """Of everything that these are the first subjects of: how many counts there were."""
    deleted, _ = Tally.objects.filter(id__startswith=limit.of(*subjects).id).delete()
    return deleted


def note(counted, *, now):
    """That it happened, whatever the limit."""
    _write({counted: [now.timestamp()]}, now)


def happened(counted, *, now):
    """Whether it was noted within its window."""
    at, window = now.timestamp(), counted.limit.window.total_seconds()
    return any(abs(at - time) < window for time in _read([counted])[counted])


def forget_ended(*, now):
    """Delete what counts no more, and what ends later than anything can: how many there were."""
    deleted, _ = Tally.objects.exclude(ends_at__range=(now, now + LONGEST_WINDOW)).delete()
    return deleted


def too_many(request, seconds):
    """The page, 429, that asks a person to wait."""
    response = render(request, "admin/locked_out.html", {"minutes": math.ceil(seconds / 60)}, status=429)
    response["Retry-After"] = str(seconds)
    return response


def _digest(subject):
    text = subject.encode("utf-8", "surrogatepass")
    return salted_hmac("steerleads.dealers.limits", text, algorithm="sha256").hexdigest()[:DIGITS]


def _read(counted):
    tallies = dict(Tally.objects.filter(id__in=[one.id for one in counted]).values_list("id", "times"))
    return {one: tallies.get(one.id, []) for one in counted}


def _lock(counted, now):
    """Make or touch the rows, in one order: two who count the same never wait for each other in a circle."""
    rows = [Tally(id=one.id, times=[], ends_at=now + one.limit.window) for one in counted]
    _upsert(rows, ["ends_at"])


def _write(times, now):
    rows = [Tally(id=one.id, times=past, ends_at=now + one.limit.window) for one, past in times.items()]
    _upsert(rows, ["times", "ends_at"])


def _upsert(rows, fields):
    rows.sort(key=lambda row: row.id)
    Tally.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=fields)


def _has_room(times, at):
    return all(one.wait(past, at) == 0 for one, past in times.items())


def _verdict(passed, times, at):
    return Verdict(passed, at, {one: one.wait(past, at) for one, past in times.items()})
