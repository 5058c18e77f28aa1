"""What a card shows can be found by staff: its texts, contact, note and car, as one types. The API searches what it did."""

from importlib import import_module

import pytest
from django.apps import apps

from cars.actions import change_car
from cars.models import Car
from conftest import TESTER, make_car, make_lead
from leads import searching
from leads.actions import change_lead
from leads.models import Lead

SHOWN = {
    # what a card shows: what is typed for it
    "action": ["Préparer", "prep", "prépa"],
    "contact": ["sara", "alami", "sara alami", "alami sara", "سارة"],
    "phone": ["060012", "06 00 12", "+212 600", "+212-600-123456", "00212600123456", "٠٦٠٠١٢"],
    "tag": ["Essai", "essai", "ess"],
    "note": ["rappeler", "samedi", "SAMEDI MATIN", "matin rappeler", "09:30"],
    "car": ["renault", "clio", "2019", "clio 2019", "Clio sara", "CLIO samedi"],
    "plate": ["12345-أ-6", "12345 a 6", "12345a", "١٢٣٤٥"],
    "stock number": ["a-17", "A-1"],
    "location": ["fes", "Fès", "agdal"],
}
ELSEWHERE = ["zanzibar", "sara zanzibar", "2018", "0600124", "logan", "b-17", "·"]


@pytest.fixture
def clio(casa):
    return make_car(
        casa,
        make="Renault",
        model="Clio",
        overview_year=2019,
        plate="12345-أ-6",
        stock_number="A-17",
        location="Fès Agdal",
    )


@pytest.fixture
def sara(clio):
    lead = make_lead(
        clio,
        action="Préparer les documents",
        target_name="Sara Alami سارة",
        target_info="+212-600-123456",
        tag="Essai",
        note="À rappeler\nsamedi matin 09:30",
    )
    other = make_car(clio.dealership, make="Dacia", model="Duster", overview_year=2023, location="Rabat")
    make_lead(other, action="Call", target_name="Omar", target_info="+212 777-000000", tag="Chaud", note="Rien")
    return lead


def found(dealership, typed):
    return list(Lead.objects.of(dealership).matching(typed, dealership))


def test_whatever_a_card_shows_is_found(casa, sara, subtests):
    for shown, all_typed in SHOWN.items():
        for typed in all_typed:
            with subtests.test(shown, typed=typed):
                assert found(casa, typed) == [sara]
                assert list(Lead.objects.matching(typed)) == [sara]


@pytest.mark.parametrize("typed", ELSEWHERE)
def test_what_it_does_not_show_is_not(casa, sara, typed):
    assert found(casa, typed) == []


def test_of_many_cars_the_same_leads_are_found(casa, sara, monkeypatch):
    monkeypatch.setattr(searching, "MOST_NAMED", 0)
    assert found(casa, "clio sara") == [sara] and found(casa, "logan") == []


def test_another_dealerships_cars_find_nothing_here(casa, atlas, sara):
    make_lead(make_car(atlas, model="Kangoo"))
    assert found(casa, "kangoo") == []


def test_a_change_of_the_car_or_the_note_is_found_at_once(casa, sara, clio):
    change_car(casa, clio.pk, {"model": "Megane", "location": "Tanger", "plate": "777-ب-1", "overview_year": 2020})
    for typed in ("megane", "tanger", "777b1", "2020"):
        assert found(casa, typed) == [sara], typed
    change_lead(casa, sara.pk, {"note": None}, actor=TESTER)
    for typed in ("clio", "agdal", "12345a6", "2019", "samedi"):
        assert found(casa, typed) == [], typed


def test_the_api_searches_what_it_did(api, sara):
    for typed in ("rappeler", "clio", "2019", "12345", "agdal", "060012"):
        assert api.get("/leads", query={"search": typed}).json() == [], typed
    assert len(api.get("/leads?search=alami+essai").json()) == 1


def test_leads_and_cars_of_before_are_found_after_the_migrations(casa, sara):
    Lead.objects.update(note_text=None)
    Car.objects.update(staff_text=None)
    assert found(casa, "samedi") == found(casa, "agdal") == []
    import_module("cars.migrations.0005_found_by_what_a_card_shows").fold_more(apps, None)
    import_module("leads.migrations.0012_notes_are_found").fold_notes(apps, None)
    assert found(casa, "samedi agdal") == [sara]
