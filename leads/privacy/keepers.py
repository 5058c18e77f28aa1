"""What rooms above keep of people beside leads: they register how it is forgotten, when they are ready."""

from collections.abc import Callable, Collection

from leads.privacy.people import Person
from steerleads.dealers.models import Dealership

Forget = Callable[[Dealership, Collection[Person]], None]

_keepers: list[Forget] = []


def register(forget: Forget) -> None:
    """`forget(dealership, persons)` deletes what names one of these, whom a lead no longer names."""
    _keepers.append(forget)


def forget_persons(dealership: Dealership, persons: Collection[Person]) -> None:
    for forget in _keepers:
        forget(dealership, persons)
