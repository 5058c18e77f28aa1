"""Many people moving the same cards at once: nobody fails, no card is lost, every history is whole."""

import random
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from conftest import make_car, make_lead
from leads import actions
from leads.actions import change_lead, move_lead, reorder_leads, restore_lead
from leads.errors import LeadMovedMeanwhile
from leads.models import EventKind, Lead, LeadEvent
from leads.ordering.placing import Place
from leads.ordering.tests.moves import OMAR, column, move
from leads.privacy.retention import archive_leads
from steerleads.dealers.actors import Actor
from steerleads.tests.clients import assert_histories_are_whole, in_threads, sizes

pytestmark = pytest.mark.django_db(transaction=True)

STATUSES = ["NEW", "COMPLETED"]
PEOPLE = 8


@pytest.fixture
def cards(casa):
    """24 cards of two cars, most with the same number: every move needs room."""
    cars = make_car(casa), make_car(casa)
    return [make_lead(cars[n % 2], status=STATUSES[n % 3 == 0], order=n // 20) for n in range(24)]


class Mover:
    """A person who moves cards at random, by what they see at that time, and how often that was refused."""

    def __init__(self, dealership, number, moves, *, sees_versions):
        self.dealership, self.dice, self.moves = dealership, random.Random(number), moves
        self.actor, self.sees_versions = Actor("staff", f"Person {number}"), sees_versions
        self.done = self.refused = 0

    def __call__(self):
        for _ in range(self.moves):
            leads = list(Lead.objects.of(self.dealership).with_archived(False).values("pk", "car_id", "version"))
            lead = self.dice.choice(leads)
            version = lead["version"] if self.sees_versions else None
            try:
                move_lead(self.dealership, lead["pk"], self.place(lead["car_id"]), actor=self.actor, version=version)
                self.done += 1
            except LeadMovedMeanwhile:
                self.refused += 1

    def place(self, car_id):
        status, car_id = self.dice.choice(STATUSES), self.dice.choice([None, car_id])
        shown = [lead.pk for lead in column(self.dealership, status, **({"car_id": car_id} if car_id else {}))]
        place = self.dice.randint(0, len(shown))
        after, before = shown[place - 1] if place else None, shown[place] if place < len(shown) else None
        return Place(status, after, before, self.dice.choice(["top", "bottom"]), car_id)


def movers(dealership, moves, *, sees_versions):
    return [Mover(dealership, number, moves, sees_versions=sees_versions) for number in range(PEOPLE)]


def assert_all_is_well(cards):
    assert Lead.objects.count() == len(cards)
    events = LeadEvent.objects.order_by("at", "id")
    assert_histories_are_whole({"leads": list(Lead.objects.values()), "events": list(events.values())})


@pytest.mark.parametrize("moves", sizes(12, 60))
def test_people_who_move_the_same_cards_never_fail(casa, cards, moves):
    people = movers(casa, moves, sees_versions=False)
    in_threads(*people)
    assert [(person.done, person.refused) for person in people] == [(moves, 0)] * PEOPLE
    assert_all_is_well(cards)


@pytest.mark.parametrize("moves", sizes(12, 60))
def test_who_saw_an_older_place_is_told_and_nothing_else_happens(casa, cards, moves):
    people = movers(casa, moves, sees_versions=True)
    in_threads(*people)
    print(f"{PEOPLE * moves} moves, {sum(person.refused for person in people)} of them of cards moved meanwhile")
    assert sum(person.done + person.refused for person in people) == PEOPLE * moves
    assert sum(person.done for person in people) > PEOPLE * moves / 2
    assert_all_is_well(cards)


@pytest.mark.parametrize("rounds", sizes(12, 60))
def test_api_clients_and_housekeeping_beside_them_change_nothing_of_that(casa, cards, rounds):
    """They lock leads without the order lock, one at a time or many by their ids."""

    def patch(field, values):
        dice = random.Random(field)
        for _ in range(rounds * 2):
            change_lead(casa, dice.choice(cards).pk, {field: dice.choice(values)}, actor=OMAR)

    def archive_and_restore():
        for _ in range(rounds // 3):
            later = timezone.now() + timedelta(days=1)
            archive_leads(casa, before=later, statuses=["COMPLETED"], actor=OMAR, now=timezone.now())
            for card in cards:
                restore_lead(casa, card.pk, actor=OMAR)

    def reorder():
        for number in range(rounds):
            own = [card.pk for card in cards if card.car_id == cards[0].car_id]
            reorder_leads(casa, cards[0].car_id, dict.fromkeys(own, number % 3), actor=OMAR)

    patches = [partial(patch, "status", STATUSES), partial(patch, "order", range(3)), partial(patch, "note", "abc")]
    people = movers(casa, rounds, sees_versions=False)
    in_threads(*people, *patches, archive_and_restore, reorder)
    assert sum(person.done for person in people) > 0
    # Not in the order of their times: housekeeping writes down when it began.
    versions = dict(Lead.objects.values_list("pk", "version"))
    assert versions == Counter(LeadEvent.objects.values_list("lead_id", flat=True))
    assert versions.keys() == {card.pk for card in cards}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only on PostgreSQL: SQLite has one writer")
@pytest.mark.parametrize("whose", ["lead", "neighbour"])
def test_a_status_that_changes_between_plan_and_lock_is_planned_again(casa, cards, monkeypatch, whose):
    plan_move, plans = actions.plan_move, []

    def overtaken(*arguments):
        plans.append(plan_move(*arguments))
        if len(plans) == 1:
            other = next(pk for pk in plans[0].orders if (pk == lead.pk) == (whose == "lead"))
            in_threads(lambda: change_lead(casa, other, {"status": "NOT_NEEDED"}, actor=OMAR))
        return plans[-1]

    monkeypatch.setattr(actions, "plan_move", overtaken)
    new = column(casa)
    lead = new[-1]
    move(lead, after=new[0], before=new[1])
    assert len(plans) == 2
    assert column(casa)[:2] == ([new[0], lead] if new[0] in column(casa) else [lead, new[1]])
    made_room = (
        LeadEvent.objects.filter(kind=EventKind.MOVED).exclude(lead_id=lead.pk).values_list("lead_id", flat=True)
    )
    assert set(made_room) <= {card.pk for card in column(casa)}
    assert_all_is_well(cards)
