"""Makes of one lead's events, in order, what is known of it: its fact, its turns, and the spans in which it was open.

A pure function of the events, one after the other: a story may be told to some point, kept in the tables, and told on
from there. So that catching up costs what is new, however long the history of a lead is.

The order is that of the feed's numbers. A lead's events follow each other under its lock, each later than all before
it whatever clocks say (`time_after`, leads/history.py), and are numbered after they are committed: the numbers are the
order in which things became so, and times never contradict them.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from leads.analytics.models import LeadFact, LeadTurn, Way
from leads.fields import Status
from leads.history import ASKING, HUMAN_KINDS
from leads.models import EventKind, LeadEvent
from steerleads.dealers.actors import ActorType

BITS = {kind: 1 << number for number, kind in enumerate(LeadTurn.Kind)}  # of LeadFact.turned
DECISIONS = {Status.COMPLETED: LeadTurn.Kind.COMPLETED, Status.NOT_NEEDED: LeadTurn.Kind.NOT_NEEDED}


class Event(NamedTuple):
    """The columns of a LeadEvent that matter here, as `values_list(*Event._fields)` gives them."""

    id: UUID
    dealership_id: UUID
    lead_id: UUID
    car_id: UUID
    kind: str
    at: datetime
    actor_type: str
    actor_name: str
    changes: Mapping[str, Any]
    batch: UUID | None
    sequence: int


def told(events: QuerySet[LeadEvent]) -> Iterator[Event]:
    """These, read in their order and a few at a time."""
    return (Event(*row) for row in events.values_list(*Event._fields).iterator())


def second_of(at: datetime) -> int:
    """The whole second since 1970, cut down as the API shows it."""
    return int(at.timestamp() // 1)


def is_human(event: Event) -> bool:
    """Whether a person did this to this lead alone. It can be told of a deleted lead's events, too.

    A drop for which neighbours made room has its own id as batch; what was done to several at once has another.
    """
    is_alone = event.batch is None or event.batch == event.id
    return event.actor_type == ActorType.STAFF and event.kind in HUMAN_KINDS and is_alone


class Story:
    """One lead, as told so far. Without a creation, there is nothing to tell: `fact` stays None."""

    def __init__(self, fact: LeadFact | None = None, open_since: int | None = None):
        """To be told on: `fact` as it is stored, and since when the lead is open, if it is."""
        self.fact = fact
        self.turns: dict[tuple[str, int], bool] = {}  # {(kind, at): again} of what was told here
        # {from: to} of what was told here, and of the span that was open before. One without a second is none.
        self.spans: dict[int, int | None] = {} if open_since is None else {open_since: None}
        self._open_since = open_since

    def tell(self, event: Event) -> None:
        """The next event of this lead."""
        if self.fact is None:
            if event.kind == EventKind.CREATED:
                self._begin(event)
            return
        at = second_of(event.at)
        if is_human(event):
            _touch(self.fact, event, at)
        if tell := _TELLERS.get(event.kind):
            tell(self, self.fact, event, at)
            self._open_or_shut(self.fact, at)

    def _begin(self, event: Event) -> None:
        status, at = event.changes.get("status", {}).get("to") or Status.NEW, second_of(event.at)
        is_decided = status in DECISIONS
        self.fact = LeadFact(
            lead_id=event.lead_id,
            dealership_id=event.dealership_id,
            car_id=event.car_id,
            source_type=event.actor_type,
            source_name=event.actor_name,
            way=_way(event.actor_type, status),
            born_status=status,
            status=status,
            created_at=at,
            decided_at=at if is_decided else None,
            ever_decided=is_decided,
        )
        self._open_or_shut(self.fact, at)

    def _change(self, fact: LeadFact, event: Event, at: int) -> None:
        if (change := event.changes.get("status")) and change["to"] != fact.status:
            self._turn(fact, change["to"], event, at)

    def _turn(self, fact: LeadFact, status: str, event: Event, at: int) -> None:
        """To another status. From one decision to another is a correction, and no reopening."""
        fact.status = status
        if status in DECISIONS:
            self._note_turn(fact, DECISIONS[Status(status)], at)
            fact.decided_at, fact.decided_by, fact.ever_decided = at, _by(event), True
        else:
            self._note_turn(fact, LeadTurn.Kind.REOPENED, at)
            fact.decided_at, fact.decided_by, fact.reopened = None, None, True
        if status == Status.COMPLETED and fact.first_completed_at is None:
            fact.first_completed_at, fact.completion_seconds = at, at - fact.created_at

    def _note_turn(self, fact: LeadFact, kind: LeadTurn.Kind, at: int) -> None:
        """What happens several times in a second has happened once."""
        self.turns.setdefault((kind, at), bool(fact.turned & BITS[kind]))
        fact.turned |= BITS[kind]

    def _archive(self, fact: LeadFact, event: Event, at: int) -> None:
        fact.archived = True
        self._note_turn(fact, LeadTurn.Kind.ARCHIVED, at)

    def _restore(self, fact: LeadFact, event: Event, at: int) -> None:
        fact.archived = False

    def _assign(self, fact: LeadFact, event: Event, at: int) -> None:
        name = event.changes["assignee"]["to"]
        fact.assignee = None if name is None else f"{ActorType.STAFF}:{name}"

    def _delete(self, fact: LeadFact, event: Event, at: int) -> None:
        """Its event says that the status became null: the fact keeps the one it died with."""
        fact.deleted_at = at

    def _open_or_shut(self, fact: LeadFact, at: int) -> None:
        is_open = fact.status == Status.NEW and not fact.archived and fact.deleted_at is None
        if is_open and self._open_since is None:
            self._open_since = at
            self.spans[at] = None
        elif not is_open and self._open_since is not None:
            self.spans[self._open_since] = at
            if at == self._open_since:
                del self.spans[at]
            self._open_since = None


Teller = Callable[[Story, LeadFact, Event, int], None]
# What a move is no matter of: it changes an order alone.
_TELLERS: dict[str, Teller] = {
    EventKind.CHANGED: Story._change,
    EventKind.ARCHIVED: Story._archive,
    EventKind.RESTORED: Story._restore,
    EventKind.ASSIGNED: Story._assign,
    EventKind.DELETED: Story._delete,
}


def _touch(fact: LeadFact, event: Event, at: int) -> None:
    fact.last_human_at = at
    if fact.first_human_at is None:
        fact.first_human_at, fact.first_human_by = at, _by(event)
        fact.answer_seconds = at - fact.created_at


def _by(event: Event) -> str:
    return f"{event.actor_type}:{event.actor_name}"


def _way(actor_type: str, status: str) -> str:
    if actor_type in ASKING:
        return Way.ASKED if status == Status.NEW else Way.BORN_CLOSED
    return Way.BY_HAND if actor_type == ActorType.STAFF else Way.BY_IMPORT
