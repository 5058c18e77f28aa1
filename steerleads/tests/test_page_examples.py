"""Every example of the vendor's page, replayed: the same keys in the same order, the same messages."""

import re

import pytest

from conftest import error_of, make_car, make_lead

pytestmark = pytest.mark.on_one_database

LEAD_KEYS = (
    "id carId status action targetName targetInfo tag note order createdAt updatedAt"  # in the page's order
).split()
CAR_KEYS = "id make model overviewYear location".split()
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

TEST_DRIVE = {
    "action": "Schedule test drive",
    "targetName": "Jane Doe",
    "targetInfo": "jane.doe@email.com",
    "tag": "Test Drive",
    "note": "Prefers weekend appointments",
    "status": "NEW",
    "order": 1,
}
USE_CASES = [
    {
        "action": "Schedule test drive",
        "targetName": "Ahmed Benali",
        "targetInfo": "+212-600-123456",
        "tag": "Test Drive",
        "note": "Prefers Saturday morning",
    },
    {
        "action": "Follow-up call",
        "targetName": "Sara Alami",
        "targetInfo": "sara.alami@email.com",
        "tag": "Hot Lead",
        "note": "Interested in financing. Call back Tuesday",
    },
    {
        "action": "Prepare sales documents",
        "targetName": "Legal Department",
        "targetInfo": "legal@dealership.com",
        "tag": "Documentation",
    },
]


@pytest.fixture
def car(casa):
    return make_car(casa, location="Casablanca")


@pytest.fixture
def john(car):
    return make_lead(
        car,
        target_name="John Smith",
        tag="Hot Lead",
        note="Customer interested in financing options",
        order=1,
    )


def john_on_the_page(lead):
    return {
        "id": str(lead.pk),
        "carId": str(lead.car_id),
        "status": "NEW",
        "action": "Follow up call",
        "targetName": "John Smith",
        "targetInfo": "+212-600-123456",
        "tag": "Hot Lead",
        "note": "Customer interested in financing options",
        "order": 1,
        "createdAt": lead.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "updatedAt": lead.updated_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def test_list_all_leads(api, john, car):
    [found] = api.get("/leads").json()
    assert list(found) == [*LEAD_KEYS, "car"]
    assert list(found["car"]) == CAR_KEYS
    civic = {"make": "Honda", "model": "Civic", "overviewYear": 2021, "location": "Casablanca"}
    assert found == {**john_on_the_page(john), "car": {"id": str(car.pk), **civic}}


def test_get_lead_by_id(api, john):
    response = api.get(f"/leads/{john.pk}")
    assert response.status_code == 200
    assert list(response.json()) == LEAD_KEYS
    assert response.json() == john_on_the_page(john)


def test_create_lead_for_vehicle(api, car):
    response = api.post(f"/leads/car/{car.pk}", TEST_DRIVE)
    lead = response.json()
    assert response.status_code == 201
    assert list(lead) == LEAD_KEYS
    assert {name: lead[name] for name in TEST_DRIVE} == TEST_DRIVE
    assert lead["carId"] == str(car.pk)
    assert INSTANT.fullmatch(lead["createdAt"])
    assert lead["createdAt"] == lead["updatedAt"]


def test_update_lead(api, john):
    changes = {"status": "COMPLETED", "note": "Test drive completed. Customer very interested."}
    response = api.patch(f"/leads/{john.pk}", changes)
    assert response.status_code == 200
    assert list(response.json()) == ["id", "status", "note", "updatedAt"]
    assert response.json() | changes == response.json()
    assert INSTANT.fullmatch(response.json()["updatedAt"])


def test_get_leads_for_vehicle(api, casa, car):
    second, first = make_lead(car, order=2), make_lead(car, order=1)
    make_lead(make_car(casa, make="Dacia", model="Logan"))
    assert [lead["id"] for lead in api.get(f"/leads/car/{car.pk}").json()] == [str(first.pk), str(second.pk)]


def test_get_leads_by_status(api, car):
    done = make_lead(car, status="COMPLETED")
    make_lead(car)
    assert [lead["id"] for lead in api.get("/leads/status/COMPLETED").json()] == [str(done.pk)]


def test_reorder_leads(api, car):
    leads = [make_lead(car) for _ in range(3)]
    body = {"leadOrders": [{"id": str(lead.pk), "order": order} for order, lead in enumerate(reversed(leads), 1)]}
    response = api.patch(f"/leads/car/{car.pk}/reorder", body)
    assert response.status_code == 200
    assert response.content == b'{"success":true,"message":"Leads reordered successfully"}'
    found = api.get(f"/leads/car/{car.pk}").json()
    assert [(lead["id"], lead["order"]) for lead in found] == [
        (str(lead.pk), order) for order, lead in enumerate(reversed(leads), 1)
    ]


def test_update_lead_order(api, john):
    response = api.patch(f"/leads/{john.pk}/order", {"order": 5})
    assert response.status_code == 200
    assert list(response.json()) == ["success", "message", "id", "order", "updatedAt"]
    assert response.json() | {"success": True, "order": 5, "id": str(john.pk)} == response.json()
    assert response.json()["message"] == "Lead order updated successfully"


def test_delete_lead(api, john):
    response = api.delete(f"/leads/{john.pk}")
    assert response.status_code == 200
    assert response.content == b'{"success":true,"message":"Lead deleted successfully"}'
    assert error_of(api.get(f"/leads/{john.pk}")) == (404, "LEAD_NOT_FOUND", None)


@pytest.mark.parametrize("body", USE_CASES, ids=lambda body: body["action"])
def test_use_cases(api, car, body):
    lead = api.post(f"/leads/car/{car.pk}", body).json()
    assert {name: lead[name] for name in body} == body
    assert (lead["status"], lead["order"]) == ("NEW", 0)


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", "/leads/550e8400-e29b-41d4-a716-446655440000", None, (404, "LEAD_NOT_FOUND", None)),
        ("POST", "/leads/car/550e8400-e29b-41d4-a716-446655440000", TEST_DRIVE, (404, "CAR_NOT_FOUND", None)),
        ("GET", "/leads/car/550e8400-e29b-41d4-a716-446655440000", None, (404, "CAR_NOT_FOUND", None)),
        ("GET", "/leads/status/DONE", None, (400, "INVALID_LEAD_STATUS", "status")),
        ("PATCH", "/leads/{lead}", {"status": "DONE"}, (400, "INVALID_LEAD_STATUS", "status")),
        ("PATCH", "/leads/{lead}", {"order": "first"}, (400, "VALIDATION_ERROR", "order")),
    ],
)
def test_error_codes(api, john, method, path, body, expected):
    assert error_of(api.send(method, path.format(lead=john.pk), body)) == expected


def test_unauthorized_lead_access(rival, john):
    assert error_of(rival.get(f"/leads/{john.pk}")) == (403, "UNAUTHORIZED_LEAD_ACCESS", None)


@pytest.mark.parametrize(
    "query",
    ["search=john", "status=NEW", "action=Follow up call", "targetName=John Smith", "tag=Hot Lead", "carId={car}"],
)
def test_every_documented_filter(api, john, casa, query):
    make_lead(make_car(casa, model="Accord"), status="COMPLETED", action="Other", target_name="Jane", tag="Test Drive")
    name, _, value = query.partition("=")
    found = api.get("/leads", query={name: value.format(car=john.car_id)}).json()
    assert [lead["id"] for lead in found] == [str(john.pk)]


@pytest.mark.parametrize("sort", ["order", "status", "action", "targetName", "createdAt"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_every_documented_sort(api, car, sort, direction):
    make_lead(car, order=1, status="NEW", action="A", target_name="A")
    make_lead(car, order=2, status="COMPLETED", action="B", target_name="B")
    found = api.get("/leads", query={"sortBy": sort, "sortOrder": direction}).json()
    assert [lead["order"] for lead in found] == ([1, 2] if direction == "asc" else [2, 1])
