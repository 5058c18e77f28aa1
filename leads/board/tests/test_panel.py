"""The side panel: a new lead, and an old one with its history."""

import pytest

from conftest import TESTER, make_car, make_lead
from leads.actions import change_lead
from leads.board import panel
from leads.models import Lead, LeadEvent

pytestmark = pytest.mark.django_db


def errors(response):
    return {name: list(found) for name, found in response.context["form"].errors.items()}


def test_a_new_lead_lies_on_top(seller, civic):
    make_lead(civic, order=-5)
    answer = seller.add(car=civic.pk, action="Call أحمد", tag="Hot")
    assert answer.status_code == 200 and "Call أحمد" in next(iter(answer.json()["cards"].values()))
    assert seller.shown()["NEW"][0] == "Call أحمد"
    assert LeadEvent.objects.latest("at").actor_name == "Amina Tazi"


def test_on_top_of_the_lowest_number_there_is(seller, civic):
    make_lead(civic, order=-(2**31))
    assert seller.add(car=civic.pk).status_code == 200


@pytest.mark.parametrize(
    "typed, field",
    [
        ({}, "car"),
        ({"car": "nonsense"}, "car"),
        ({"action": " "}, "action"),
        ({"target_name": "x" * 201}, "target_name"),
        ({"status": "DONE"}, "status"),
        ({"note": "a\0b"}, "note"),
    ],
)
def test_a_bad_new_lead_is_shown_again_with_what_is_wrong(seller, civic, typed, field):
    answer = seller.add(**({"car": civic.pk} if typed and field != "car" else {}), **typed)
    assert answer.status_code == 422 and list(errors(answer)) == [field]
    assert Lead.objects.count() == 0


def test_a_foreign_car_cannot_be_chosen(seller, atlas):
    assert errors(seller.add(car=make_car(atlas).pk)).keys() == {"car"}


def test_what_the_board_is_filtered_by_is_filled_in(seller, civic):
    panel = seller.client.get(f"/admin/leads/board/add/?car={civic.pk}&tag=Hot").content.decode()
    assert f'value="{civic.pk}"' in panel and 'value="Honda Civic 2021"' in panel and 'value="Hot"' in panel


def test_cars_are_found_by_make_model_plate_and_stock_number(seller, casa, atlas, civic):
    make_car(casa, make="Renault", model="Clio", stock_number="A-17", plate="12345-أ-6")
    make_car(atlas, make="Renault", model="Clio")

    def found(typed):
        answer = seller.client.get("/admin/leads/board/cars/", {"q": typed})
        return [car["name"] for car in answer.json()["cars"]]

    for typed in ("renault", "CLIO ren", "a-17", "12345"):
        assert found(typed) == ["Renault Clio 2021"]
    assert len(found("")) == 2 and found("tesla") == []


def test_the_panel_shows_the_lead_and_its_history(seller, boss, lead):
    boss.move(lead, status="COMPLETED")
    panel = seller.panel(lead).content.decode()
    for text in ("Sara Alami", "Nadia Berrada", "Honda Civic 2021", "Completed", "tel:+212600123456"):
        assert text in panel


def test_only_what_was_changed_is_saved(api, seller, lead):
    api.patch(f"/leads/{lead.pk}", {"status": "COMPLETED"})
    assert seller.save(lead, note="Wants white").status_code == 200
    assert Lead.objects.values_list("status", "note").get() == ("COMPLETED", "Wants white")


def test_a_colleagues_words_are_not_written_over_unseen(api, seller, lead):
    api.patch(f"/leads/{lead.pk}", {"note": "Theirs"})
    answer = seller.save(lead, note="Mine")
    assert answer.status_code == 422
    assert errors(answer) == {"note": ["A colleague changed this meanwhile. It is now: Theirs"]}
    assert Lead.objects.get().note == "Theirs"
    # Having seen it, the person may insist.
    assert '<input type="hidden" name="initial-note" value="Theirs">' in answer.content.decode()
    assert seller.save(Lead.objects.get(), note="Mine").status_code == 200


def test_the_same_words_are_no_conflict(api, seller, lead):
    api.patch(f"/leads/{lead.pk}", {"note": "Same"})
    assert seller.save(lead, note="Same").status_code == 200


def test_line_ends_are_no_change(seller, civic):
    lead = make_lead(civic, note="One\nTwo")
    seller.save(lead, note="One\r\nTwo", **{"initial-note": "One\r\nTwo"})
    assert Lead.objects.get().version == 1


def test_a_change_between_reading_and_locking_is_judged_again(api, seller, lead, monkeypatch):
    real, calls = panel.number_on_top, []

    def overtaken(dealership, status):
        calls.append(status)
        if len(calls) == 1:
            change_lead(dealership, lead.pk, {"tag": "Hot"}, actor=TESTER)
        return real(dealership, status)

    monkeypatch.setattr(panel, "number_on_top", overtaken)
    assert seller.save(lead, note="Mine").status_code == 200
    assert len(calls) == 2 and Lead.objects.values_list("tag", "note").get() == ("Hot", "Mine")


def test_the_panel_of_what_is_gone(seller, atlas, lead):
    theirs = make_lead(make_car(atlas))
    for gone in (theirs, Lead(pk="01890000-0000-7000-8000-000000000000")):
        answer = seller.panel(gone)
        assert (answer.status_code, answer.json()) == (404, {"message": "This lead is not there any more."})
    assert seller.save(theirs, note="x").status_code == 404


def test_a_bad_change_is_shown_with_what_is_wrong(seller, lead):
    answer = seller.save(lead, action="", tag="x" * 101)
    assert answer.status_code == 422 and list(errors(answer)) == ["action", "tag"]
    assert 'aria-invalid="true"' in answer.content.decode()
