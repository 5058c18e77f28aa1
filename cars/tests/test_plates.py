"""Number plates: staff find a car by one in any spelling, sheets bring them, and the API knows none."""

import re
from io import BytesIO

import pytest

from cars.imports import import_cars
from cars.models import Car
from cars.plates import shown_plate
from cars.sheets import read_sheet
from conftest import make_car
from steerleads.dealers.models import Dealership, Role
from steerleads.dealers.tests.people import browser, form_errors, make_staff
from steerleads.demo import cars as demo_cars

CARS = "/admin/cars/car/"
PLATE = "12345-أ-6"


@pytest.fixture
def manager(casa):
    Dealership.objects.update(language="en")
    return browser(make_staff(casa, Role.MANAGER))


def bring(dealership, content):
    complaints = []
    sheet = read_sheet(BytesIO(content.encode()))
    counts = import_cars(dealership, sheet, complain=lambda line, reason: complaints.append(reason))
    return dict(counts), complaints


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        (PLATE, "12345-أ-6"),
        (PLATE, "12345|أ|6"),
        (PLATE, "12345أ6"),
        (PLATE, "12345 أ 6"),
        (PLATE, "12345 ا 6"),
        (PLATE, "12345-a-6"),
        (PLATE, "12345A6"),
        (PLATE, "١٢٣٤٥ أ ٦"),
        (PLATE, "\u200e12345-أ-6\u200e"),
        (PLATE, "12345 | أ | 6"),
        (PLATE, "2345"),
        (PLATE, "honda 12345"),
        ("12345 | A | 6", "12345-أ-6"),
        ("٧٧١ ب ٤٠", "771-B-40"),
        ("12345-هـ-6", "12345h6"),
        ("12345-و-6", "12345 w 6"),
        ("12345-د-6", "12345/D/6"),
        ("WW-123456", "ww 123456"),
        ("AB-123-CD", "ab123cd"),
    ],
)
def test_a_plate_is_found_in_any_spelling(casa, kept, typed):
    make_car(casa, stock_number="B-9")
    car = make_car(casa, plate=kept)
    assert list(Car.objects.of(casa).matching(typed)) == [car]


@pytest.mark.parametrize(("typed", "count"), [("", 2), ("-", 2), ("A-17", 1), ("civic a-17", 1), ("99", 0), ("\0", 2)])
def test_other_words_are_found_as_before(casa, typed, count):
    make_car(casa, plate=PLATE)
    make_car(casa, stock_number="A-17")
    assert Car.objects.of(casa).matching(typed).count() == count


def test_staff_keep_plates_in_the_admin(casa, manager):
    data = {"make": "Dacia", "model": "Logan", "status": "LOADING", "plate": f" {PLATE}\u202e "}
    assert manager.post(f"{CARS}add/", data).status_code == 302
    car = Car.objects.get()
    assert (car.plate, car.plate_folded) == (PLATE, "12345a6")
    assert shown_plate(PLATE) in manager.get(f"{CARS}?q=12345a6").content.decode()
    manager.post(f"{CARS}{car.pk}/change/", {**data, "plate": "", "initial-plate": PLATE})
    car.refresh_from_db()
    assert (car.plate, car.plate_folded, car.version) == (None, None, 2)


def test_a_plate_has_30_characters_at_most(manager):
    page = manager.post(f"{CARS}add/", {"make": "Dacia", "model": "Logan", "status": "LOADING", "plate": "1" * 31})
    assert list(form_errors(page)) == ["plate"]


def test_the_api_neither_shows_nor_takes_nor_finds_plates(api, casa):
    car = make_car(casa, plate=PLATE)
    answer = api.patch(f"/vehicles/{car.pk}", {"plate": "1-ب-1", "km": 5})
    assert answer.headers["X-Ignored-Fields"] == "plate"
    assert "plate" not in answer.json()
    assert api.get("/vehicles", query={"search": "12345"}).json() == []
    car.refresh_from_db()
    assert (car.plate, car.km) == (PLATE, 5)


@pytest.mark.parametrize(
    "header",
    [
        *("plate", "Matricule", "Immatriculation", "N° d'immatriculation", "Plaque", "License plate"),
        *("رقم اللوحة", "لوحة الترقيم", "Immatriculation (رقم اللوحة)"),
    ],
)
def test_sheets_bring_plates(casa, header):
    assert bring(casa, f"make,model,{header},km (كلم)\nDacia,Logan,{PLATE},7\n") == ({"created": 1}, [])
    assert Car.objects.values_list("plate", "km").get() == (PLATE, 7)


def test_a_row_without_vin_and_stock_number_updates_the_car_of_its_plate(casa):
    make_car(casa, make="Dacia", model="Logan", plate=PLATE)
    rows = f"make,model,plate,km\nDacia,LOGAN,12345 A 6,7\nRenault,Clio,{PLATE},8\n"
    assert bring(casa, rows) == ({"updated": 1, "created": 1}, [])
    assert bring(casa, rows) == ({"unchanged": 2}, [])
    assert sorted(Car.objects.values_list("make", "plate", "km")) == [("Dacia", "12345 A 6", 7), ("Renault", PLATE, 8)]


def test_a_plate_that_staff_added_does_not_make_the_next_import_double_the_car(casa):
    rows = "make,model,km\nDacia,Logan,7\n"
    bring(casa, rows)
    Car.objects.update(plate=PLATE, plate_folded="12345a6")
    assert bring(casa, rows) == ({"unchanged": 1}, [])


@pytest.mark.parametrize("plate", ["-", "WW", "néant", "0"])
def test_a_plate_that_is_none_makes_two_cars_no_single_one(casa, plate):
    rows = f"make,model,plate,km\nDacia,Logan,{plate},7\nDacia,Logan,{plate},8\n"
    assert bring(casa, rows) == ({"created": 2}, [])
    assert bring(casa, rows) == ({"unchanged": 2}, [])


def test_one_plate_with_two_stories_is_refused(casa):
    counts, complaints = bring(casa, f"make,model,plate,km\nDacia,Logan,{PLATE},7\nDacia,Logan,12345A6,8\n")
    assert counts == {"created": 1, "refused": 1}
    assert complaints == ["Line 2 has this VIN or stock number or plate already, with other values."]


def test_a_plate_reads_from_the_left_on_every_page():
    assert shown_plate(PLATE) == "\u206612345-\u200eأ\u200e-6\u2069"


def test_the_demos_cars_have_plates_of_morocco():
    plates = [demo_cars._plate(number, "AA") for number in range(1, 61)]
    assert len(set(plates)) == 60
    assert all(re.fullmatch(r"[1-9]\d{4}-[أبدهوط]-6", plate) for plate in plates)
