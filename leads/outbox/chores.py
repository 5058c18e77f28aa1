"""What the worker does beside telling and sending: pieces of work that rooms above register when they are ready."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import QuerySet


class Chore:
    """Work that waits in rows of a table. One thread of a worker does it; several workers share it among themselves."""

    def due(self, now: datetime) -> QuerySet:
        """The rows that wait and that nobody works on. `now` may be a database expression: it is asked all the time."""
        raise NotImplementedError

    def work(self, clock: Callable[[], datetime], stopping: Callable[[], bool]) -> None:
        """Do all that is due, or what can be done until it is `stopping`."""
        raise NotImplementedError

    def see_to_the_rest(self, now: datetime) -> None:
        """Do what is done every hour or so."""


_chores: list[Chore] = []


def register(chore: Chore) -> None:
    _chores.append(chore)


def all_chores() -> list[Chore]:
    return list(_chores)
