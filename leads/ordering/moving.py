"""Plans a move before anything is locked: reads the column outwards from the place, and no further than it must."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from leads.models import Lead
from leads.ordering.placing import Card, Place, Side, number_between, respread
from steerleads.api.errors import ValidationFailed
from steerleads.api.listing import Order
from steerleads.dealers.models import Dealership

FORWARDS = Order(Card._fields, descending=False, nullable=False)
BACKWARDS = Order(Card._fields, descending=True, nullable=False)
WINDOW = 64


class Overtaken(Exception):
    """A lead changed between the plan and the lock."""


@dataclass(frozen=True)
class Plan:
    """The `orders` ({id: number}) of the lead and of the neighbours that must make room, and what they were `seen` as."""

    orders: dict[UUID, int]
    seen: dict[UUID, tuple[str, int, bool]]  # status, order, archived

    def check(self, leads: Mapping[UUID, Lead]) -> None:
        """Raise Overtaken if the leads, now locked, are not what was seen. A change of status takes no order lock."""
        if {lead.pk: _facts(lead) for lead in leads.values()} != self.seen:
            raise Overtaken


def plan_move(dealership: Dealership, lead_id: UUID, place: Place) -> Plan | None:
    """The Plan that puts a lead at a Place, or None if there is no such lead. The order lock must be held."""
    leads = Lead.objects.of(dealership).only("car", "status", "archived", "order", "created_at").order_by()
    named = leads.in_bulk({lead_id, place.after, place.before} - {None})
    lead = named.pop(lead_id, None)
    if lead is None:
        return None
    if place.car_id not in (None, lead.car_id):
        raise ValidationFailed("This lead belongs to another vehicle.", field="car")
    front, behind = _sides(dealership, lead_id, place, named)
    orders = _orders(_card(lead), front, behind)
    seen = {card.id: (place.status, card.order, False) for card in (*front.cards, *behind.cards)}
    seen[lead_id] = _facts(lead)
    return Plan(orders, {pk: seen[pk] for pk in orders})


def _facts(lead: Lead) -> tuple[str, int, bool]:
    return lead.status, lead.order, lead.archived


def _card(lead: Lead) -> Card:
    return Card(lead.order, lead.created_at, lead.pk)


class _ReadSide(Side):
    """A Side that is read from the database as far as it is needed, beginning at a card or at the end of the column."""

    def __init__(self, leads: QuerySet[Lead], order: Order, begin: Card | None = None, cards: Iterable[Card] = ()):
        super().__init__(list(cards), is_whole=False)
        self._leads, self._order, self._begin = leads, order, begin

    def reach(self, count: int) -> None:
        """Read on until so many cards are known, or all."""
        wanted = count - len(self.cards)
        if wanted <= 0 or self.is_whole:
            return
        begin = self.cards[-1] if self.cards else self._begin
        leads = self._order.after(self._leads, begin) if begin else self._leads
        rows = self._order.apply(leads).values_list(*Card._fields)[:wanted]
        self.cards += [Card(*row) for row in rows]
        self.is_whole = len(rows) < wanted

    def nearest(self) -> Card | None:
        self.reach(1)
        return self.cards[0] if self.cards else None


def _sides(
    dealership: Dealership, lead_id: UUID, place: Place, named: Mapping[UUID, Lead]
) -> tuple[_ReadSide, _ReadSide]:
    """What is in front of a place and behind it, without the lead itself. `named` are the leads it is told by."""
    leads = Lead.objects.of(dealership).with_archived(False).with_status(place.status).exclude(pk=lead_id)
    if place.car_id is not None:
        leads = leads.filter(car_id=place.car_id)
    there: dict[UUID | None, Card] = {lead.pk: _card(lead) for lead in named.values() if _is_in_column(lead, place)}
    after, before = there.get(place.after), there.get(place.before)
    if after:
        return _ReadSide(leads, BACKWARDS, after, [after]), _ReadSide(leads, FORWARDS, after)
    if before:
        return _ReadSide(leads, BACKWARDS, before), _ReadSide(leads, FORWARDS, before, [before])
    if place.end == "top":
        return _ReadSide(leads.none(), BACKWARDS), _ReadSide(leads, FORWARDS)
    return _ReadSide(leads, BACKWARDS), _ReadSide(leads.none(), FORWARDS)


def _is_in_column(lead: Lead, place: Place) -> bool:
    return lead.status == place.status and not lead.archived and place.car_id in (None, lead.car_id)


def _orders(card: Card, front: _ReadSide, behind: _ReadSide) -> dict[UUID, int]:
    """{id: number} of the card, and of each neighbour that must get another one."""
    number = number_between(card, front.nearest(), behind.nearest())
    if number is not None:
        return {card.id: number}
    window, spread = WINDOW, None
    while spread is None:
        front.reach(window)
        behind.reach(window)
        spread = respread(card, front, behind)
        window *= 2
    was = {other.id: other.order for other in (*front.cards, *behind.cards)}
    return {pk: number for pk, number in spread.items() if was.get(pk) != number}
