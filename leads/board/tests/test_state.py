"""What a board asks every two seconds: the truth of its columns, and the cards that it has not yet."""

import pytest

from conftest import make_car, make_lead
from leads.board.columns import PAGE

pytestmark = pytest.mark.django_db


def test_nothing_new_is_a_304(seller, lead):
    first = seller.state()
    again = seller.state(if_none_match=first["ETag"])
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert again["ETag"] == first["ETag"]


@pytest.mark.parametrize(
    "change",
    [
        lambda api, lead: api.patch(f"/leads/{lead.pk}", {"note": "New"}),
        lambda api, lead: api.patch(f"/leads/{lead.pk}", {"status": "COMPLETED"}),
        lambda api, lead: api.patch(f"/leads/{lead.pk}/order", {"order": 7}),
        lambda api, lead: api.post(f"/leads/{lead.pk}/archive"),
        lambda api, lead: api.delete(f"/leads/{lead.pk}"),
        lambda api, lead: api.patch(f"/vehicles/{lead.car_id}", {"location": "Fès"}),
        lambda api, lead: make_lead(lead.car),
    ],
)
def test_every_change_is_seen(api, seller, lead, change):
    before = seller.state()["ETag"]
    change(api, lead)
    assert seller.state(if_none_match=before).status_code == 200


def test_another_dealerships_changes_are_not(seller, lead, atlas):
    before = seller.state()["ETag"]
    make_lead(make_car(atlas))
    assert seller.state(if_none_match=before).status_code == 304


def test_a_column_is_as_long_as_was_asked_for(seller, civic):
    leads = [make_lead(civic, order=number) for number in range(PAGE + 5)]
    assert len(seller.ids("NEW")) == PAGE
    assert seller.ids("NEW", "NEW=53") == [str(lead.pk) for lead in leads[:53]]
    assert seller.state("NEW=53").json()["columns"]["NEW"]["count"] == PAGE + 5


@pytest.mark.parametrize("size", ["-1", "x", "", "99999999999999999999", "٣", "1e3"])
def test_a_strange_length_harms_nobody(seller, lead, size):
    assert seller.ids("NEW", f"NEW={size}") == [str(lead.pk)]


def test_marks_of_cards_and_of_the_state_agree(seller, lead):
    ((_id, mark),) = seller.state().json()["columns"]["NEW"]["cards"]
    assert f'data-mark="{mark}"' in seller.cards(lead)[str(lead.pk)]


def test_cards_of_others_are_not_given(seller, lead, atlas):
    theirs = make_lead(make_car(atlas))
    assert list(seller.cards(lead, theirs, "nonsense")) == [str(lead.pk)]


def test_the_log_is_not_buried_under_it(seller, lead, caplog):
    caplog.set_level("INFO", "steerleads.access")
    seller.state()
    assert caplog.records == []
    seller.page()
    assert len(caplog.records) == 1
