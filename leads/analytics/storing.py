"""How stories of leads are stored: read to be told on, and written."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q

from leads.analytics.folding import Event, Story
from leads.analytics.models import LeadFact, LeadSpan, LeadTurn
from steerleads.dealers.hours.calendar import Calendar
from steerleads.dealers.models import Dealership

COLUMNS = [field.attname for field in LeadFact._meta.concrete_fields if not field.primary_key]
MADE_ONCE = {"lead_id", "dealership_id"}


class Shelf:
    """What is stored of some leads, to be told on and written back."""

    def __init__(self, dealership: Dealership, lead_ids: Collection[UUID]):
        self._dealership = dealership
        facts = {fact.lead_id: fact for fact in LeadFact.objects.of(dealership).filter(lead_id__in=lead_ids)}
        spans = LeadSpan.objects.of(dealership).filter(lead_id__in=lead_ids, to_at=None)
        self._open_since = dict(spans.values_list("lead_id", "from_at"))
        self._values = {lead_id: _values(fact) for lead_id, fact in facts.items()}
        self._stories = {lead_id: Story(facts.get(lead_id), self._open_since.get(lead_id)) for lead_id in lead_ids}

    def tell(self, events: Iterable[Event]) -> None:
        """Each event, in their order, to the story of its lead."""
        for event in events:
            self._stories[event.lead_id].tell(event)

    def store(self, calendar: Calendar) -> None:
        """Write what is new, in as many statements however much that is."""
        facts = [story.fact for story in self._stories.values() if story.fact]
        count_business_time((fact for fact in facts if fact.answer_business_seconds is None), calendar)
        write_facts([fact for fact in facts if _values(fact) != self._values.get(fact.lead_id)])
        write_turns(self._dealership, {lead_id: story.turns for lead_id, story in self._stories.items()})
        write_spans(self._dealership, {lead_id: self._new_spans(lead_id) for lead_id in self._stories})
        self._forget_spans_without_a_second()

    def _new_spans(self, lead_id: UUID) -> dict[int, int | None]:
        known = self._open_since.get(lead_id)
        return {start: end for start, end in self._stories[lead_id].spans.items() if start != known or end is not None}

    def _forget_spans_without_a_second(self) -> None:
        """Those that were open before, and shut in the second in which they began."""
        gone = Q()
        for lead_id, start in self._open_since.items():
            if start not in self._stories[lead_id].spans:
                gone |= Q(lead_id=lead_id, from_at=start)
        if gone:
            LeadSpan.objects.of(self._dealership).filter(gone).delete()


def count_business_time(facts: Iterable[LeadFact], calendar: Calendar) -> None:
    """Of those that have an answer."""
    for fact in facts:
        if fact.first_human_at is not None:
            fact.answer_business_seconds = calendar.seconds_between(fact.created_at, fact.first_human_at)


def write_facts(facts: Collection[LeadFact]) -> None:
    LeadFact.objects.bulk_create(
        facts,
        update_conflicts=True,
        unique_fields=["lead_id"],
        update_fields=[column for column in COLUMNS if column not in MADE_ONCE],
    )


def write_turns(dealership: Dealership, turns: dict[UUID, set[tuple[str, int]]]) -> None:
    """Add these: {lead id: (kind, at)}."""
    rows = [
        LeadTurn(dealership=dealership, lead_id=lead_id, kind=kind, at=at)
        for lead_id, its in turns.items()
        for kind, at in sorted(its)
    ]
    LeadTurn.objects.bulk_create(rows, ignore_conflicts=True)


def write_spans(dealership: Dealership, spans: dict[UUID, dict[int, int | None]]) -> None:
    """Add these, or their ends: {lead id: {from: to}}."""
    rows = [
        LeadSpan(dealership=dealership, lead_id=lead_id, from_at=start, to_at=end)
        for lead_id, its in spans.items()
        for start, end in its.items()
    ]
    LeadSpan.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["dealership", "lead_id", "from_at"], update_fields=["to_at"]
    )


def _values(fact: LeadFact) -> tuple[Any, ...]:
    return tuple(getattr(fact, column) for column in COLUMNS)
