"""What rooms above hold of people beside leads: they register how it is handed out and forgotten, when they are ready."""

from collections.abc import Collection
from typing import Any

from leads.privacy.people import Person
from steerleads.dealers.models import Dealership


class Holding:
    """Something that is kept of people, in tables of one room."""

    def held(self, dealership: Dealership, persons: Collection[Person]) -> dict[str, list[dict[str, Any]]]:
        """{name: objects} of what is about one of these, as JSON values for them to read."""
        raise NotImplementedError

    def forget(self, dealership: Dealership, persons: Collection[Person]) -> list[str]:
        """Delete what names one of these, and make nothing of it any more; in words for the operator, what it was."""
        raise NotImplementedError


_holdings: list[Holding] = []


def register(holding: Holding) -> None:
    _holdings.append(holding)


def held(dealership: Dealership, persons: Collection[Person]) -> dict[str, list[dict[str, Any]]]:
    """What all rooms above hold of these."""
    return {name: objects for each in _holdings for name, objects in each.held(dealership, persons).items()}


def forget_persons(dealership: Dealership, persons: Collection[Person]) -> list[str]:
    return [what for each in _holdings for what in each.forget(dealership, persons)]
