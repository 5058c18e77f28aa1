"""How stories of leads are stored: read to be told on, and written."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q

from leads.analytics.folding import Event, Story
from leads.analytics.models import LeadFact, LeadSpan, LeadTurn
from leads.analytics.profiles import profile
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
        for fact in facts:
            profile(fact)
        write_facts([fact for fact in facts if _values(fact) != self._values.get(fact.lead_id)])
        write_turns(self._stories.values())
        write_spans(self._stories.values(), known=self._open_since)
        self._forget_spans_without_a_second()
        self._note_deletions([fact.lead_id for fact in facts if fact.deleted_at is not None])

    def _note_deletions(self, lead_ids: Collection[UUID]) -> None:
        """Also where it happened before."""
        if lead_ids:
            for model in (LeadTurn, LeadSpan):
                model.objects.of(self._dealership).filter(lead_id__in=lead_ids, gone=False).update(gone=True)

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


def write_turns(stories: Iterable[Story]) -> None:
    """Add those that were told."""
    rows = [
        LeadTurn(**_whose(story.fact), kind=kind, at=at, again=again)
        for story in stories
        if story.fact
        for (kind, at), again in sorted(story.turns.items())
    ]
    LeadTurn.objects.bulk_create(rows, ignore_conflicts=True)


def write_spans(stories: Iterable[Story], known: Mapping[UUID, int]) -> None:
    """Add those that were told, or their ends. `known` are the beginnings of those that are open as they are stored."""
    rows = [
        LeadSpan(**_whose(story.fact), from_at=start, to_at=end)
        for story in stories
        if story.fact
        for start, end in story.spans.items()
        if end is not None or start != known.get(story.fact.lead_id)
    ]
    LeadSpan.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["dealership", "lead_id", "from_at"], update_fields=["to_at", "gone"]
    )


def _whose(fact: LeadFact) -> dict[str, Any]:
    return {"dealership_id": fact.dealership_id, "lead_id": fact.lead_id, "gone": fact.deleted_at is not None}


def _values(fact: LeadFact) -> tuple[Any, ...]:
    return tuple(getattr(fact, column) for column in COLUMNS)
