"""What the worker does beside telling and sending: pieces of work that rooms above register when they are ready."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import QuerySet
from django.db.models.expressions import Combinable


class Chore:
    """Work that waits in rows of a table. One thread of a worker does it; several workers share it among themselves."""

    def due(self, now: datetime | Combinable) -> QuerySet:
        """The rows that wait and that nobody works on. It is asked all the time: `now` may be a parameter of a query."""
        raise NotImplementedError

    def work(self, clock: Callable[[], datetime], stopping: Callable[[], bool]) -> None:
        """Do all that is due, or what can be done until it is `stopping`."""
        raise NotImplementedError


Hourly = Callable[[datetime], None]

_chores: list[Chore] = []
_hourly: list[Hourly] = []


def register(chore: Chore) -> None:
    _chores.append(chore)


def all_chores() -> list[Chore]:
    return list(_chores)


def register_hourly(do: Hourly) -> None:
    """Have `do(now)` done every hour or so, where nothing waits in between."""
    _hourly.append(do)


def all_hourly() -> list[Hourly]:
    return list(_hourly)
