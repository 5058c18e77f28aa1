"""Contract 39: the vehicles API."""

import pytest

from cars.models import Car
from conftest import error_of, make_car, make_lead

KEYS = [
    "id",
    "make",
    "model",
    "overviewYear",
    "vin",
    "stockNumber",
    "price",
    "km",
    "location",
    "status",
    "createdAt",
    "updatedAt",
]
LOGAN = {"make": "Dacia", "model": "Logan"}
VIN = "UU1LSDL4H12345678"


def test_create_answers_the_whole_vehicle_and_where_it_is(api):
    body = LOGAN | {"overviewYear": 2020, "vin": VIN.lower(), "stockNumber": "S-1", "price": 89000.5, "km": 42000}
    body |= {"location": "Fès", "status": "INSPECTED"}
    response = api.post("/vehicles", body)
    car = response.json()
    assert (response.status_code, response["Location"]) == (201, f"/v1/vehicles/{car['id']}")
    assert list(car) == KEYS
    assert {name: car[name] for name in body} == body | {"vin": VIN}
    assert api.get(f"/vehicles/{car['id']}").json() == car


def test_what_is_unset_is_null_and_loading_is_the_default(api):
    car = api.post("/vehicles", LOGAN | {"vin": "", "price": "", "location": " ", "km": None}).json()
    unset = ("overviewYear", "vin", "stockNumber", "price", "km", "location")
    assert [car[name] for name in unset] == [None] * 6
    assert car["status"] == "LOADING"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("make", None),
        ("make", " "),
        ("model", "x" * 101),
        ("overviewYear", 1885),
        ("overviewYear", 2101),
        ("overviewYear", "2020.5"),
        ("km", -1),
        ("km", 2**31),
        ("price", -0.01),
        ("price", 0.005),
        ("price", "1,5"),
        ("price", 10**10),
        ("price", True),
        ("vin", VIN[:-1]),
        ("vin", "I" + VIN[1:]),
        ("vin", "٠" * 17),
        ("stockNumber", "x" * 51),
        ("location", "x" * 101),
        ("status", "sold"),
        ("status", None),
    ],
)
def test_bad_fields_are_refused(api, civic, field, value):
    for response in (api.post("/vehicles", LOGAN | {field: value}), api.patch(f"/vehicles/{civic.pk}", {field: value})):
        if (field, value) == ("status", None) and response.status_code == 201:
            continue  # on create, null for an optional field counts as absent
        assert error_of(response) == (400, "VALIDATION_ERROR", field)


@pytest.mark.parametrize(
    ("sent", "answered"), [("19990", b"19990"), ("1.50", b"1.5"), ('"1.5"', b"1.5"), ("0", b"0"), ("1e3", b"1000")]
)
def test_a_price_is_answered_as_a_json_number(api, sent, answered):
    response = api.post("/vehicles", f'{{"make": "a", "model": "b", "price": {sent}}}'.encode())
    assert b'"price":' + answered + b"," in response.content


@pytest.mark.parametrize(("field", "column"), [("vin", VIN), ("stockNumber", "S-1")])
def test_vin_and_stock_number_are_unique_within_a_dealership(api, rival, field, column):
    assert api.post("/vehicles", LOGAN | {field: column}).status_code == 201
    assert error_of(api.post("/vehicles", LOGAN | {field: column})) == (409, "DUPLICATE_VEHICLE", field)
    other = api.post("/vehicles", LOGAN).json()["id"]
    assert error_of(api.patch(f"/vehicles/{other}", {field: column})) == (409, "DUPLICATE_VEHICLE", field)
    assert rival.post("/vehicles", LOGAN | {field: column}).status_code == 201


def test_nulls_never_collide(api):
    assert [api.post("/vehicles", LOGAN).status_code for _ in range(2)] == [201, 201]


def test_update_answers_the_whole_vehicle_and_writes_what_was_sent(api, civic):
    response = api.patch(f"/vehicles/{civic.pk}", {"price": 1, "foo": 2})
    assert list(response.json()) == KEYS
    assert (response.json()["price"], response.json()["make"]) == (1, "Honda")
    assert response["X-Ignored-Fields"] == "foo"


def test_nothing_changed_leaves_the_vehicle_as_it_is(api, civic):
    tag = api.get(f"/vehicles/{civic.pk}")["ETag"]
    assert api.patch(f"/vehicles/{civic.pk}", {"make": " Honda "})["ETag"] == tag
    assert api.patch(f"/vehicles/{civic.pk}", {"km": 3})["ETag"] != tag


def test_null_clears_the_optional_fields(api, casa):
    car = make_car(casa, price=5, km=6, vin=VIN, location="Fès")
    found = api.patch(f"/vehicles/{car.pk}", dict.fromkeys(["price", "km", "vin", "location", "overviewYear"])).json()
    assert {found[name] for name in ("price", "km", "vin", "location", "overviewYear")} == {None}


def test_a_stale_tag_writes_nothing(api, civic):
    for response in (
        api.patch(f"/vehicles/{civic.pk}", {"km": 3}, if_match='"99"'),
        api.delete(f"/vehicles/{civic.pk}", if_match='"99"'),
    ):
        assert error_of(response) == (412, "PRECONDITION_FAILED", None)
    assert Car.objects.get(pk=civic.pk).km is None


def test_delete(api, civic):
    response = api.delete(f"/vehicles/{civic.pk}")
    assert response.content == b'{"success":true,"message":"Vehicle deleted successfully"}'
    assert error_of(api.delete(f"/vehicles/{civic.pk}")) == (404, "CAR_NOT_FOUND", None)


@pytest.mark.parametrize("archived", [False, True])
def test_a_car_with_leads_cannot_be_deleted(api, civic, archived):
    lead = make_lead(civic)
    if archived:
        api.post(f"/leads/{lead.pk}/archive")
    assert error_of(api.delete(f"/vehicles/{civic.pk}")) == (409, "CAR_HAS_LEADS", None)


@pytest.mark.parametrize("id", ["550e8400-e29b-41d4-a716-446655440000", "x", "foreign"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_what_is_not_ours_is_not_found(api, atlas, id, method):
    id = make_car(atlas).pk if id == "foreign" else id
    body = {} if method == "PATCH" else None
    assert error_of(api.send(method, f"/vehicles/{id}", body)) == (404, "CAR_NOT_FOUND", None)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"make": "citroen"}, True),
        ({"make": "citro"}, False),
        ({"model": "C3"}, True),
        ({"location": "fes"}, True),
        ({"status": "LOADING,SOLD"}, True),
        ({"status": "SOLD"}, False),
        ({"search": "citro c3"}, True),
        ({"search": "uu1lsd"}, True),
        ({"search": "s-1"}, True),
        ({"search": "fes"}, False),
    ],
)
def test_filters_and_search(api, casa, query, found):
    make_car(casa, make="Citroën", model="C3", location="Fès", vin=VIN, stock_number="S-1")
    assert bool(api.get("/vehicles", query=query).json()) is found


def test_a_bad_status_filter_is_a_validation_error(api):
    assert error_of(api.get("/vehicles?status=sold")) == (400, "VALIDATION_ERROR", "status")


def test_the_list_is_sorted_by_creation_by_default(api, casa):
    made = [str(make_car(casa, make=make).pk) for make in "CAB"]
    assert [car["id"] for car in api.get("/vehicles").json()] == made
    assert [car["make"] for car in api.get("/vehicles?sortBy=make").json()] == ["A", "B", "C"]


def test_lists_show_only_our_own(api, atlas):
    make_car(atlas)
    assert api.get("/vehicles").json() == []
