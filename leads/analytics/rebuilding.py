"""Makes facts again from all events of a dealership, says where those that are stored differ, and mends them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Model, QuerySet

from leads.analytics.catching_up import catch_up, locked_state
from leads.analytics.folding import Story, told
from leads.analytics.models import LeadFact, LeadSpan, LeadTurn
from leads.analytics.profiles import profile
from leads.analytics.storing import COLUMNS, count_business_time, write_facts, write_spans, write_turns
from leads.models import LeadEvent
from steerleads.db.ids import new_id
from steerleads.dealers.hours.calendar import Calendar
from steerleads.dealers.models import Dealership

BATCH = 1000
BEFORE_ALL = UUID(int=0)
Parts = dict[str, Any]  # {name: value} of all that is known of a lead


class Difference(NamedTuple):
    """What is stored of a lead where its events tell something else: a column of LeadFact, or all its turns or spans.

    A whole fact that is missing, or is too much, is "lead_id".
    """

    lead_id: UUID
    what: str
    stored: Any
    told: Any


def rebuild(dealership: Dealership) -> list[Difference]:
    """All differences there were; there are none now. In no transaction of the caller's: it goes by batches of leads."""
    differences: list[Difference] = []
    last: UUID | None = BEFORE_ALL
    while last is not None:
        catch_up(dealership)  # each time, as hours may be changed meanwhile
        found, last = _rebuild_some(dealership, last)
        differences += found
    return differences


def _rebuild_some(dealership: Dealership, beyond: UUID) -> tuple[list[Difference], UUID | None]:
    """(what differed in the next leads by id, the last of these); None as the last if there are no more."""
    with transaction.atomic():
        state = locked_state(dealership)
        events = _of(LeadEvent, dealership, beyond, None).filter(sequence__lte=state.after if state else 0)
        ids = list(events.order_by("lead_id").values_list("lead_id", flat=True).distinct()[:BATCH])
        last = ids[-1] if len(ids) == BATCH else None
        stories = _stories(events.filter(lead_id__lte=last) if last else events, Calendar.of(dealership))
        differences = list(_differences(stories, _stored(dealership, beyond, last)))
        if state and differences:
            _mend(dealership, stories, {each.lead_id for each in differences})
            state.mark = new_id()
            state.save()
    return differences, last


def _of(model: type[Model], dealership: Dealership, beyond: UUID, last: UUID | None) -> QuerySet[Any]:
    """Rows of the leads whose ids are between these."""
    rows = model.objects.of(dealership).filter(lead_id__gt=beyond)  # type: ignore[attr-defined]
    return rows.filter(lead_id__lte=last) if last else rows


def _stories(events: QuerySet[LeadEvent], calendar: Calendar) -> dict[UUID, Story]:
    stories: dict[UUID, Story] = {}
    for event in told(events.order_by("lead_id", "sequence")):
        stories.setdefault(event.lead_id, Story()).tell(event)
    facts = [story.fact for story in stories.values() if story.fact]
    count_business_time(facts, calendar)
    for fact in facts:
        profile(fact)
    return stories


def _stored(dealership: Dealership, beyond: UUID, last: UUID | None) -> dict[UUID, Parts]:
    facts = {fact.lead_id: fact for fact in _of(LeadFact, dealership, beyond, last)}
    turns, spans = defaultdict(list), defaultdict(list)
    for turn in _of(LeadTurn, dealership, beyond, last):
        turns[turn.lead_id].append((turn.kind, turn.at, turn.again, turn.gone))
    for span in _of(LeadSpan, dealership, beyond, last):
        spans[span.lead_id].append((span.from_at, span.to_at, span.gone))
    lead_ids = facts.keys() | turns.keys() | spans.keys()
    return {lead_id: _parts(facts.get(lead_id), turns[lead_id], spans[lead_id]) for lead_id in lead_ids}


def _told(story: Story) -> Parts:
    is_gone = story.fact is not None and story.fact.deleted_at is not None
    turns = [(*turn, again, is_gone) for turn, again in story.turns.items()]
    return _parts(story.fact, turns, [(*span, is_gone) for span in story.spans.items()])


def _differences(told: dict[UUID, Story], stored: dict[UUID, Parts]) -> Iterator[Difference]:
    for lead_id in sorted(told.keys() | stored.keys()):
        mine, theirs = stored.get(lead_id, NOTHING), _told(told.get(lead_id, Story()))
        for what in sorted(mine.keys() | theirs.keys()):
            if mine.get(what) != theirs.get(what):
                yield Difference(lead_id, what, mine.get(what), theirs.get(what))


def _parts(fact: LeadFact | None, turns: Iterable[tuple], spans: Iterable[tuple]) -> Parts:
    columns = {column: getattr(fact, column) for column in ("lead_id", *COLUMNS)} if fact else {}
    return {**columns, "turns": sorted(turns), "spans": sorted(spans)}


NOTHING = _parts(None, (), ())


def _mend(dealership: Dealership, stories: dict[UUID, Story], lead_ids: set[UUID]) -> None:
    for model in (LeadFact, LeadTurn, LeadSpan):
        model.objects.of(dealership).filter(lead_id__in=lead_ids).delete()
    right = {lead_id: story for lead_id, story in stories.items() if lead_id in lead_ids}
    write_facts([story.fact for story in right.values() if story.fact])
    write_turns(right.values())
    write_spans(right.values(), known={})
