"""The cars in the admin: written by the verbs, judged by the API's rules, and the dealership's own only."""

import pytest

from cars.models import Car
from conftest import make_car, make_lead
from steerleads.dealers.tests.people import browser, form_errors, make_staff, told

pytestmark = [pytest.mark.on_one_database, pytest.mark.usefixtures("in_english")]

CARS = "/admin/cars/car/"
CIVIC = {"make": "Honda", "model": "Civic", "status": "LOADING"}


def listed(client, query=""):
    return [str(car) for car in client.get(f"{CARS}?{query}").context["cl"].result_list]


def test_a_car_is_added_by_the_apis_rules(casa, manager):
    data = {
        **CIVIC,
        "make": " Citroe\u0308n ",
        "vin": "1hgcm82633a004352",
        "price": "12000.50",
        "km": "10",
        "location": "",
    }
    assert manager.post(f"{CARS}add/", data).status_code == 302
    car = Car.objects.get()
    assert (car.dealership, car.make, car.make_folded, car.vin) == (
        casa,
        "Citro\u00ebn",
        "citroen",
        "1HGCM82633A004352",
    )
    assert (str(car.price), car.km, car.location, car.stock_number, car.overview_year) == (
        "12000.50",
        10,
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("make", ""),
        ("make", "\u200b"),
        ("make", "x" * 101),
        ("make", "a\0b"),
        ("make", "a\nb"),
        ("overview_year", "1700"),
        ("overview_year", "soon"),
        ("vin", "123"),
        ("price", "-1"),
        ("price", "1.234"),
        ("price", "1e5"),
        ("km", "9" * 30),
        ("status", "GONE"),
    ],
)
def test_a_wrong_value_is_shown_at_its_field(manager, field, value):
    assert list(form_errors(manager.post(f"{CARS}add/", {**CIVIC, field: value}))) == [field]
    assert not Car.objects.exists()


def test_texts_are_measured_as_the_api_measures_them(manager):
    assert manager.post(f"{CARS}add/", {**CIVIC, "make": "e\u0301" * 100}).status_code == 302


@pytest.mark.parametrize("field", ["vin", "stock_number"])
def test_a_taken_number_is_shown_at_its_field(casa, manager, field):
    taken = make_car(casa, **{field: "1HGCM82633A004352"})
    page = manager.post(f"{CARS}add/", {**CIVIC, field: getattr(taken, field)})
    assert list(form_errors(page)) == [field]
    other = make_car(casa)
    page = manager.post(f"{CARS}{other.pk}/change/", {**CIVIC, field: getattr(taken, field)})
    assert list(form_errors(page)) == [field]
    assert Car.objects.filter(**{field: getattr(taken, field)}).count() == 1


def test_a_superuser_meets_the_same_refusal(casa):
    make_car(casa, vin="1HGCM82633A004352")
    data = {**CIVIC, "vin": "1HGCM82633A004352", "dealership": casa.pk}
    assert list(form_errors(browser(make_staff(None, None)).post(f"{CARS}add/", data))) == ["vin"]


def test_only_what_the_person_changed_is_written(manager, civic):
    shown = {
        "initial-make": "Honda",
        "initial-model": "Civic",
        "initial-status": "LOADING",
        "initial-overview_year": "2021",
    }
    Car.objects.update(status="SOLD")  # a colleague, since the form was opened
    data = {**CIVIC, **shown, "overview_year": "2021", "location": "Rabat"}
    manager.post(f"{CARS}{civic.pk}/change/", data)
    car = Car.objects.get()
    assert (car.status, car.location, car.location_folded, car.version) == ("SOLD", "Rabat", "rabat", 2)


def test_the_form_carries_what_it_had_shown(manager, civic):
    page = manager.get(f"{CARS}{civic.pk}/change/").content.decode()
    assert 'name="initial-make" value="Honda"' in page


def test_a_car_with_leads_stays_and_one_without_goes(casa, manager, civic):
    make_lead(civic)
    empty = make_car(casa)
    for car in (civic, empty):
        manager.post(f"{CARS}{car.pk}/delete/", {"post": "yes"}, follow=True)
    assert list(Car.objects.all()) == [civic]


def test_a_lead_that_came_meanwhile_keeps_its_car(manager, civic, monkeypatch):
    monkeypatch.setattr("cars.admin.CarAdmin.get_deleted_objects", lambda *_: ([], {}, set(), []))
    make_lead(civic)
    page = manager.post(f"{CARS}{civic.pk}/delete/", {"post": "yes"}, follow=True)
    data = {"action": "delete_selected", "_selected_action": [civic.pk], "post": "yes"}
    assert any("has leads" in line for line in told(page))
    assert manager.post(CARS, data, follow=True).status_code == 200
    assert Car.objects.get() == civic


def test_a_salesperson_reads_cars_and_no_more(salesperson, civic):
    assert salesperson.get(f"{CARS}{civic.pk}/change/").status_code == 200
    for path in ("add/", f"{civic.pk}/change/", f"{civic.pk}/delete/"):
        assert salesperson.post(f"{CARS}{path}", {**CIVIC, "post": "yes"}).status_code == 403
    salesperson.post(CARS, {"action": "delete_selected", "_selected_action": [civic.pk], "post": "yes"})
    assert Car.objects.get().version == 1


@pytest.mark.parametrize("typed", ["citroën berl", "CITROEN", "A-17", "1hgcm826", "berlingo a-17"])
def test_a_search_finds_makes_vins_and_stock_numbers_in_any_spelling(casa, manager, typed):
    make_car(casa)
    make_car(casa, make="Citroën", model="Berlingo", vin="1HGCM82633A004352", stock_number="A-17")
    assert listed(manager, f"q={typed}") == ["Citroën Berlingo 2021"]


def test_filters_offer_and_find_the_own_values_only(casa, atlas, manager):
    make_car(casa, make="Dacia", location="Rabat")
    make_car(casa, make="DACIA", status="SOLD")
    make_car(atlas, make="Skoda", location="Tanger")
    page = manager.get(CARS).content.decode()
    assert "Rabat" in page and "Skoda" not in page and "Tanger" not in page
    assert len(listed(manager, "make_folded=dacia")) == 2
    assert len(listed(manager, "location_folded=rabat")) == len(listed(manager, "status__exact=SOLD")) == 1
    assert listed(manager, "make_folded=skoda") == []


@pytest.mark.parametrize("count", [1, 20])
def test_the_list_takes_the_same_number_of_queries_for_1_car_and_for_20(
    casa, manager, count, django_assert_num_queries
):
    for _ in range(count):
        make_car(casa)
    with django_assert_num_queries(6):
        manager.get(CARS)
