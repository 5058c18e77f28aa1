"""Batches of events that nobody is told of: whoever wrote them said so. The feed has them all the same."""

from collections.abc import Callable, Iterable
from uuid import UUID

from leads.models import LeadEvent
from steerleads.dealers.models import Dealership

_askers: list[Callable[[Dealership, Iterable[UUID]], set[UUID]]] = []


def register(ask: Callable[[Dealership, Iterable[UUID]], set[UUID]]) -> None:
    """`ask(dealership, batches)` says which of these batches are quiet."""
    _askers.append(ask)


def told_of(dealership: Dealership, events: Iterable[LeadEvent]) -> list[LeadEvent]:
    """Those of the events that destinations are told of, if they want to be."""
    events = list(events)
    batches = {event.batch for event in events if event.batch}
    quiet = set().union(*(ask(dealership, batches) for ask in _askers)) if batches else set()
    return [event for event in events if event.batch not in quiet]
