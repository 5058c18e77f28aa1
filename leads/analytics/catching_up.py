"""Brings a dealership's facts up to its events: whoever looks first, the worker or a reader, under FactState's lock.

A batch of events is told in one transaction that also says how far that was. Who is killed on the way has told
nothing; of those who come at once, each tells what the others have not, and waits no longer than a batch for the lock.
Only numbered events are told, so that none that commits late is missed; no lead is locked, and no feed while the lock
is held.
"""

from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, QuerySet, Subquery

from cars.models import Stock
from leads.analytics.folding import told
from leads.analytics.models import FactState, LeadFact, LeadSpan, LeadTurn
from leads.analytics.profiles import profile
from leads.analytics.storing import Shelf, count_business_time, write_facts
from leads.feed import events_after, number_events
from leads.models import EventKind, Feed, LeadEvent
from steerleads.db.compiled import ID, CompiledQuery
from steerleads.db.ids import new_id
from steerleads.dealers.hours.calendar import Calendar
from steerleads.dealers.models import Dealership

BATCH = 1000
BEFORE_ALL = UUID(int=0)
TABLES = (LeadFact, LeadTurn, LeadSpan)


def catch_up(dealership: Dealership, calendar: Calendar | None = None) -> int:
    """Count every event that is committed by now; the sequence of the last one counted. In no transaction of the caller's."""
    number_events(dealership)
    catching_up, last = CatchingUp(dealership, calendar), numbered_to(dealership)
    if not catching_up.has_counted(last):
        catching_up.step()
    while not catching_up.has_counted(last, or_more=True):
        catching_up.step()
    return catching_up.state.after


def numbered_to(dealership: Dealership) -> int:
    """The sequence of the last event that has one."""
    return Feed.objects.filter(dealership=dealership).values_list("last", flat=True).first() or 0


def locked_state(dealership: Dealership, *, wait: bool = True) -> FactState | None:
    """The dealership's FactState, locked until the transaction ends. Without `wait`, None if somebody else holds it."""
    FactState.objects.get_or_create(dealership=dealership)
    return FactState.objects.of(dealership).select_for_update(skip_locked=not wait).first()


class Standing(NamedTuple):
    """How far facts follow events, in one state of the database."""

    after: int
    is_settled: bool  # nothing of that state is left to count
    marks: tuple[UUID | None, ...]  # they name the facts of that state, and its cars (kept.py)


def standing_of(dealership: Dealership, calendar: Calendar) -> Standing:
    """Of the state of the database that is read here."""
    after, fingerprint, redone_to, *marks, last, is_waiting = STANDING.row(dealership.pk) or NO_STANDING
    is_reckoned = fingerprint == calendar.fingerprint() and redone_to is None
    return Standing(after or 0, is_reckoned and after == last and not is_waiting, tuple(marks))


def _standing(dealership: Any) -> QuerySet:
    state = "fact_state__after", "fact_state__calendar", "fact_state__redone_to", "fact_state__mark"
    stock = Subquery(Stock.objects.filter(dealership=dealership).values("mark"))
    last = Feed.objects.filter(dealership=dealership).values("last")
    waiting = LeadEvent.objects.of(dealership).filter(sequence=None)
    return (
        Dealership.objects.filter(pk=dealership).order_by().values_list(*state, stock, Subquery(last), Exists(waiting))
    )


# Compiled with the calendar's (steerleads/dealers/hours/calendar.py), for the same reason.
STANDING = CompiledQuery(_standing, ID)
NO_STANDING = (None, None, None, None, None, None, True)


class CatchingUp:
    """Catching up step by step, each a transaction. What it has reckoned of the calendar it keeps for the next."""

    def __init__(self, dealership: Dealership, calendar: Calendar | None = None):
        self.dealership = dealership
        self._calendar = calendar or Calendar.of(dealership)
        self.state = FactState.objects.of(dealership).first() or FactState(calendar=self._calendar.fingerprint())

    def has_counted(self, last: int, *, or_more: bool = False) -> bool:
        """Whether nothing up to that number is left to do. `or_more`, as a step has found, where others knew of more."""
        is_reckoned = self.state.calendar == self._calendar.fingerprint() and self.state.redone_to is None
        return is_reckoned and (self.state.after == last or (or_more and self.state.after > last))

    def step(self, *, wait: bool = True) -> bool:
        """Do a batch of what there is to do: tell events, else reckon business time anew. Whether there is more.

        Without `wait`, nothing is left for us if somebody else is at it.
        """
        with transaction.atomic():
            state = locked_state(self.dealership, wait=wait)
            if state is None:
                return False
            # Looked at under the lock: who held it before us may have told more events than we knew of.
            last = numbered_to(self.dealership)
            self._begin_again_if(state, state.after > last)
            self._see_to_the_calendar(state)
            if state.after < last:
                self._tell(state, last)
            elif state.redone_to is not None:
                self._redo(state)
            state.mark = new_id()
            state.save()
        self.state = state
        return state.after < last or state.redone_to is not None

    def _begin_again_if(self, state: FactState, is_ahead: bool) -> None:
        """Facts that tell of events that there are not are another database's: an older backup came in under them."""
        if is_ahead:
            for model in TABLES:
                model.objects.of(self.dealership).delete()
            state.after = 0

    def _see_to_the_calendar(self, state: FactState) -> None:
        fresh = Calendar.of(self.dealership)
        if fresh.fingerprint() != self._calendar.fingerprint():
            self._calendar = fresh
        if state.calendar != fresh.fingerprint():
            state.calendar, state.redone_to = fresh.fingerprint(), BEFORE_ALL
        if state.after == 0:
            state.redone_to = None

    def _tell(self, state: FactState, last: int) -> None:
        events = list(told(events_after(self.dealership, state.after)[:BATCH]))
        telling = [event for event in events if event.kind != EventKind.MOVED]  # a move changes an order alone
        shelf = Shelf(self.dealership, list({event.lead_id: None for event in telling}))
        shelf.tell(telling)
        shelf.store(self._calendar)
        state.after = events[-1].sequence if events else last

    def _redo(self, state: FactState) -> None:
        answered = LeadFact.objects.of(self.dealership).filter(first_human_at__isnull=False)
        facts = list(answered.filter(lead_id__gt=state.redone_to).order_by("lead_id")[:BATCH])
        before = [fact.answer_business_seconds for fact in facts]
        count_business_time(facts, self._calendar)
        for fact in facts:
            profile(fact)
        write_facts([fact for fact, old in zip(facts, before, strict=True) if fact.answer_business_seconds != old])
        state.redone_to = facts[-1].lead_id if len(facts) == BATCH else None
