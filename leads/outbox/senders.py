"""The kinds of destinations, as the outbox knows them: each is served by a Sender that its room registers when it is ready.

A new kind is a model that extends `Destination`, and a Sender of it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import connection

from leads.models import LeadEvent
from leads.outbox.models import Delivery, Destination, SwitchedOff
from leads.outbox.outcomes import NotNeeded, Outcome, Postponed
from steerleads.api.errors import ApiError

_senders: dict[str, "Sender"] = {}


class Sender:
    """How destinations of one model are told. `first_attempts` and `send` are every sender's own."""

    model: type[Destination]
    not_found_error: type[ApiError]  # the refusal, where one of them was deleted meanwhile
    errors: Mapping[str, str] = {}  # {code in an Outcome: in words}
    # So long may one attempt take, on a slow machine: nobody else sends to the destination within it.
    lease = timedelta(seconds=45)
    # Their messages are bytes that tell of the event, which are kept so that all retries are the same.
    keeps_payloads = False
    # Any number may be on its way to each: they take the threads that the others leave, and leave some to those.
    has_long_queues = False

    @property
    def type(self) -> str:
        return self.model._meta.model_name

    def first_attempts(
        self, destinations: list[Destination], events: list[LeadEvent], now: datetime
    ) -> Iterable[tuple[Destination, LeadEvent, datetime]]:
        """Which of the destinations, all of one dealership, are told of which events, and when first."""
        raise NotImplementedError

    def send(self, destination: Destination, delivery: Delivery, now: datetime) -> Outcome | Postponed | NotNeeded:
        """Make one attempt, if it is time and still so."""
        raise NotImplementedError

    def why_off(self, destination: Destination, outcome: Outcome, now: datetime) -> SwitchedOff | None:
        """Why a destination is to be switched off after an Outcome that is not ok, if it is. It is locked."""
        return None

    def note_switched_off(self, destination: Destination, why: SwitchedOff) -> None:
        """Write down what else belongs to it, in the transaction that switches it off."""

    def after_switched_off(self, destination: Destination) -> None:
        """Say so, once that is committed."""

    def see_to_the_rest(self) -> None:
        """Do what the worker does every hour or so, in a thread of its own."""


def lend_connection() -> None:
    """Give PostgreSQL's connection back to the pool before sending: the other side may take its time."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        connection.close()


def register(sender: Sender) -> None:
    _senders[sender.type] = sender


def all_senders() -> list[Sender]:
    return list(_senders.values())


def all_kinds() -> list[str]:
    """For `select_related` of deliveries: what `destination.specific` is, whatever it is."""
    return [f"destination__{type}" for type in _senders]


def sender_of(destination: Destination) -> Sender:
    return _senders[destination.type]
