"""Makes facts again from all events of a dealership, says where those that are stored differ, and mends them."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Model, QuerySet

from leads.analytics.catching_up import catch_up, locked_state
from leads.analytics.folding import Story, told
from leads.analytics.models import LeadFact, LeadSpan, LeadTurn
from leads.analytics.storing import COLUMNS, count_business_time, write_facts, write_spans, write_turns
from leads.models import LeadEvent
from steerleads.dealers.hours.calendar import Calendar
from steerleads.dealers.models import Dealership

BATCH = 1000
BEFORE_ALL = UUID(int=0)


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
        _mend(dealership, stories, {each.lead_id for each in differences})
    return differences, last


def _of(model: type[Model], dealership: Dealership, beyond: UUID, last: UUID | None) -> QuerySet[Any]:
    """Rows of the leads whose ids are between these."""
    rows = model.objects.of(dealership).filter(lead_id__gt=beyond)  # type: ignore[attr-defined]
    return rows.filter(lead_id__lte=last) if last else rows


def _stories(events: QuerySet[LeadEvent], calendar: Calendar) -> dict[UUID, Story]:
    stories: dict[UUID, Story] = {}
    for event in told(events.order_by("lead_id", "sequence")):
        stories.setdefault(event.lead_id, Story()).tell(event)
    count_business_time((story.fact for story in stories.values() if story.fact), calendar)
    return stories


def _stored(dealership: Dealership, beyond: UUID, last: UUID | None) -> dict[UUID, Story]:
    """As if it had been told."""
    stories = {fact.lead_id: Story(fact) for fact in _of(LeadFact, dealership, beyond, last)}
    for turn in _of(LeadTurn, dealership, beyond, last):
        stories.setdefault(turn.lead_id, Story()).turns.add((turn.kind, turn.at))
    for span in _of(LeadSpan, dealership, beyond, last):
        stories.setdefault(span.lead_id, Story()).spans[span.from_at] = span.to_at
    return stories


def _differences(told: dict[UUID, Story], stored: dict[UUID, Story]) -> Iterator[Difference]:
    for lead_id in sorted(told.keys() | stored.keys()):
        mine, theirs = _parts(stored.get(lead_id)), _parts(told.get(lead_id))
        for what in sorted(mine.keys() | theirs.keys()):
            if mine.get(what) != theirs.get(what):
                yield Difference(lead_id, what, mine.get(what), theirs.get(what))


def _parts(story: Story | None) -> dict[str, Any]:
    """{name: value} of all that is known of a lead."""
    story = story or Story()
    columns = {column: getattr(story.fact, column) for column in ("lead_id", *COLUMNS)} if story.fact else {}
    return {**columns, "turns": sorted(story.turns), "spans": sorted(story.spans.items())}


def _mend(dealership: Dealership, stories: dict[UUID, Story], lead_ids: set[UUID]) -> None:
    if not lead_ids:
        return
    for model in (LeadFact, LeadTurn, LeadSpan):
        model.objects.of(dealership).filter(lead_id__in=lead_ids).delete()
    right = {lead_id: story for lead_id, story in stories.items() if lead_id in lead_ids}
    write_facts([story.fact for story in right.values() if story.fact])
    write_turns(dealership, {lead_id: story.turns for lead_id, story in right.items()})
    write_spans(dealership, {lead_id: story.spans for lead_id, story in right.items()})
