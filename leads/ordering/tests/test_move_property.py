"""Moves in any sequence, API writes in between, give exactly the lists that a person would expect."""

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from conftest import TESTER, ApiClient, make_car, make_lead
from leads.actions import move_lead
from leads.models import Lead
from leads.ordering.placing import Place
from steerleads.dealers.models import Dealership
from steerleads.tests.machines import play

STATUSES = ["NEW", "COMPLETED"]
picks = st.integers(0, 30)
statuses = st.sampled_from(STATUSES)
numbers = st.integers(-2, 3)


class Board(RuleBasedStateMachine):
    """Two lists as a person keeps them in mind, beside the board; `GET /v1/leads?status=…` must answer them."""

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.columns = {status: [] for status in STATUSES}

    def teardown(self):
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize(orders=st.lists(numbers, min_size=6, max_size=14))
    def open(self, orders):
        self.casa = Dealership.objects.create(name="casa")
        self.api = ApiClient(self.casa)
        self.cars = [make_car(self.casa) for _ in "12"]
        self.car_of, self.now = {}, {}
        for number, order in enumerate(orders):
            lead = make_lead(self.cars[number % 2], status=STATUSES[number % 5 == 0], order=order)
            self.car_of[str(lead.pk)] = lead.car_id
        self.read()
        self.columns = self.shown

    # --- Moves ---------------------------------------------------------------------------------

    @rule(pick=picks, status=statuses, place=picks, by=st.sampled_from(["after", "before", "both", "end"]))
    def move(self, pick, status, place, by):
        lead = self.take(pick)
        column = self.columns[status]
        place %= len(column) + 1
        if by == "end":
            place = 0 if place < len(column) / 2 else len(column)
        self.put(lead, self.place(status, column, place, by))
        column.insert(place, lead)
        self.agrees(allowed=set(column))

    @rule(pick=picks, status=statuses, place=picks, hidden=st.sets(picks, max_size=8))
    def move_under_a_filter(self, pick, status, place, hidden):
        """The person sees some cards only; the others keep their order among each other and to those seen."""
        lead = self.take(pick)
        column = self.columns[status]
        seen = [other for number, other in enumerate(column) if number not in hidden]
        place %= len(seen) + 1
        self.put(lead, self.place(status, seen, place, "both"))
        if seen:
            column.insert(column.index(seen[place - 1]) + 1 if place else column.index(seen[0]), lead)
        else:
            column.insert(0, lead)  # at the end that was named
        self.agrees(allowed=set(column))
        assert [other for other in self.shown[status] if other in {*seen, lead}] == [*seen[:place], lead, *seen[place:]]

    @rule(pick=picks, status=statuses, place=picks, by=st.sampled_from(["after", "before", "both", "end"]))
    def move_on_a_cars_board(self, pick, status, place, by):
        lead = self.take(pick)
        car = self.car_of[lead]
        own = [other for other in self.columns[status] if self.car_of[other] == car]
        place %= len(own) + 1
        if by == "end":
            place = 0 if place < len(own) / 2 else len(own)
        self.put(lead, self.place(status, own, place, by, car_id=car))
        own.insert(place, lead)
        self.read()
        self.only_changed({lead, *own})
        assert [other for other in self.shown[status] if self.car_of[other] == car] == own
        for each in STATUSES:
            others = [other for other in self.columns[each] if other not in own]
            assert [other for other in self.shown[each] if other not in own] == others
        self.columns = self.shown

    # --- What API clients do in between --------------------------------------------------------

    @rule(car=st.sampled_from([0, 1]), status=statuses, order=numbers)
    def create(self, car, status, order):
        if len(self.car_of) < 20:
            body = {"action": "a", "targetName": "b", "targetInfo": "c", "status": status, "order": order}
            lead = self.api.post(f"/leads/car/{self.cars[car].pk}", body).json()["id"]
            self.car_of[lead] = self.cars[car].pk
            self.written_by_api({lead: order}, status)

    @rule(pick=picks, status=statuses, order=numbers)
    def patch(self, pick, status, order):
        lead = self.take(pick)
        self.api.patch(f"/leads/{lead}", {"status": status, "order": order})
        self.written_by_api({lead: order}, status)

    @rule(pick=picks, status=statuses)
    def patch_the_status(self, pick, status):
        """As a client does that knows no board: the lead keeps its number."""
        lead = self.take(pick)
        self.api.patch(f"/leads/{lead}", {"status": status})
        self.written_by_api({lead: self.now[lead][0]}, status)

    @rule(car=st.sampled_from([0, 1]), given=st.lists(numbers, min_size=1, max_size=6))
    def reorder(self, car, given):
        leads = [lead for lead, of in self.car_of.items() if of == self.cars[car].pk]
        orders = dict(zip(leads, given, strict=False))
        listed = [{"id": lead, "order": order} for lead, order in orders.items()]
        self.api.patch(f"/leads/car/{self.cars[car].pk}/reorder", {"leadOrders": listed})
        for column in self.columns.values():
            column[:] = [lead for lead in column if lead not in orders]
        self.written_by_api(orders)

    # --- The lists -----------------------------------------------------------------------------

    def take(self, pick):
        """Some lead, out of the lists: it is about to be put somewhere."""
        leads = sorted(self.car_of)
        lead = leads[pick % len(leads)]
        for column in self.columns.values():
            if lead in column:
                column.remove(lead)
        return lead

    def place(self, status, column, place, by, car_id=None):
        after, before = column[place - 1] if place else None, column[place] if place < len(column) else None
        end = "top" if place == 0 else "bottom"
        after, before = after if by in ("after", "both") else None, before if by in ("before", "both") else None
        if by in ("after", "before") and place not in (0, len(column)):
            end = "bottom" if end == "top" else "top"  # of no interest beside a neighbour
        return Place(status, self.ids.get(after), self.ids.get(before), end, car_id)

    def put(self, lead, place):
        self.before = self.now
        move_lead(self.casa, self.ids[lead], place, actor=TESTER, version=self.now[lead][1])

    def written_by_api(self, orders, status=None):
        """Only what was written has another number, and the others stand as they stood."""
        self.before = self.now
        self.read()
        self.only_changed(set(orders))
        assert {lead: self.now[lead][0] for lead in orders} == orders
        for each in STATUSES:
            assert [lead for lead in self.shown[each] if lead not in orders] == self.columns[each]
        assert status is None or set(orders) <= set(self.shown[status])
        self.columns = self.shown

    def agrees(self, allowed):
        self.read()
        self.only_changed(allowed)
        assert self.shown == self.columns

    def only_changed(self, allowed):
        changed = {lead for lead, was in self.before.items() if self.now[lead] != was}
        assert changed <= allowed

    def read(self):
        """Both columns as the API answers them, and each lead's order and version."""
        answers = {status: self.api.get(f"/leads?status={status}").json() for status in STATUSES}
        self.shown = {status: [lead["id"] for lead in answer] for status, answer in answers.items()}
        rows = Lead.objects.of(self.casa).values_list("pk", "order", "version")
        self.ids = {str(pk): pk for pk, *_ in rows} | {None: None}
        self.now = {str(pk): tuple(facts) for pk, *facts in rows}
        for answer in answers.values():
            assert [lead["order"] for lead in answer] == sorted(lead["order"] for lead in answer)


def test_any_sequence_of_moves_gives_the_list_a_person_expects(db):
    play(Board, 10, 35)


@pytest.mark.slow
def test_any_sequence_of_moves_for_minutes(db):
    play(Board, 100, 60)
