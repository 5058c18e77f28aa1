"""Doors agree: by one tap, the menu, the panel or for many at once, a card comes to the same place of its new column."""

import pytest

from conftest import make_lead
from leads.models import Lead

pytestmark = pytest.mark.django_db

DOORS = {
    "a tap or the menu": lambda board, lead: board.move(lead, status="COMPLETED", end="top"),
    "the panel": lambda board, lead: board.save(lead, status="COMPLETED"),
    "one of many": lambda board, lead: board.post("many", leads=[lead], do="change", value={"status": "COMPLETED"}),
}


@pytest.mark.parametrize("door", DOORS)
def test_a_card_comes_to_the_top_of_its_new_column(boss, civic, door):
    for action, order in (("X", -7), ("Y", 5)):
        make_lead(civic, action=action, status="COMPLETED", order=order)
    lead = make_lead(civic, action="A", order=3)
    assert DOORS[door](boss, lead).status_code == 200
    assert boss.shown()["COMPLETED"] == ["A", "X", "Y"]


def test_many_come_in_the_order_in_which_they_were_chosen_and_go_back_to_their_places(boss, civic):
    make_lead(civic, action="X", status="COMPLETED", order=-7)
    leads = [make_lead(civic, action=action, order=order) for action, order in (("A", 3), ("B", 9), ("C", 4))]
    before = list(Lead.objects.order_by("id").values_list("status", "order"))
    answer = boss.post("many", leads=leads, do="change", value={"status": "COMPLETED"}).json()
    assert boss.shown()["COMPLETED"] == ["A", "B", "C", "X"]
    assert boss.undo(answer).status_code == 200
    assert list(Lead.objects.order_by("id").values_list("status", "order")) == before


def test_what_stays_in_its_column_stays_at_its_place(boss, civic):
    leads = [make_lead(civic, action=action, order=order) for action, order in (("A", 1), ("B", 2))]
    boss.save(leads[1], note="Called")
    boss.post("many", leads=leads, do="change", value={"status": "NEW", "tag": "Hot"})
    assert boss.shown()["NEW"] == ["A", "B"] and Lead.objects.filter(tag="Hot").count() == 2


def test_an_answer_for_many_names_those_that_were_refused(boss, api, civic):
    leads = [make_lead(civic) for _ in range(3)]
    api.delete(f"/leads/{leads[1].pk}")
    answer = boss.post("many", leads=leads, do="archive").json()
    assert (len(answer["done"]), answer["left"], answer["refused"]) == (2, 1, [str(leads[1].pk)])
