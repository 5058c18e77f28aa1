"""Contract 25 to 29: creating a lead, and the rules for what is sent."""

import pytest

from conftest import error_of
from leads.models import Lead

BODY = {"action": "Call", "targetName": "Sara", "targetInfo": "+212-600-123456"}


@pytest.fixture
def create(api, civic):
    """Posts BODY with changes; `...` leaves a field out."""

    def post(**changes):
        body = {name: value for name, value in (BODY | changes).items() if value is not ...}
        return api.post(f"/leads/car/{civic.pk}", body)

    return post


def raw(api, car, text):
    return api.post(f"/leads/car/{car.pk}", text.encode("utf-8", "surrogatepass"))


def test_the_answer_says_where_the_lead_is(create, api):
    response = create()
    assert response.status_code == 201
    assert response["Location"] == f"/v1/leads/{response.json()['id']}"
    assert api.get(response["Location"].removeprefix("/v1")).json() == response.json()


@pytest.mark.parametrize("field", ["action", "targetName", "targetInfo"])
@pytest.mark.parametrize("value", [..., None, "", "  ", "\u200b", True, [], {}, "a\x00b", "a\nb", "\x1fa"])
def test_required_texts_are_texts_and_not_blank(create, field, value):
    assert error_of(create(**{field: value})) == (400, "VALIDATION_ERROR", field)
    assert Lead.objects.count() == 0


def test_all_errors_are_in_the_details(create):
    error = create(action=None, targetName="", status="new", order="x").json()["error"]
    assert [detail["field"] for detail in error["details"]] == ["status", "action", "targetName", "order"]
    assert (error["code"], error["field"]) == ("VALIDATION_ERROR", "status")
    assert error["message"] == error["details"][0]["message"]


@pytest.mark.parametrize(
    ("field", "most"), [("action", 200), ("targetName", 200), ("targetInfo", 500), ("tag", 100), ("note", 1000)]
)
def test_limits_count_code_points_after_normalising(create, field, most):
    assert create(**{field: "😀" * most}).json()[field] == "😀" * most
    assert create(**{field: "  " + "e\u0301" * most + "\r\n"}).json()[field] == "é" * most
    assert error_of(create(**{field: "x" * (most + 1)})) == (400, "VALIDATION_ERROR", field)


def test_texts_are_normalised(create):
    lead = create(action=" \u202eCall\u202c ", note="a\r\nb\rc\td", targetName="\u200fسارة").json()
    assert (lead["action"], lead["note"], lead["targetName"]) == ("Call", "a\nb\nc\td", "\u200fسارة")


def test_numbers_given_for_texts_are_kept_as_written(api, civic):
    lead = raw(
        api, civic, '{"action": 1.50, "targetName": 1e5, "targetInfo": 0600123456}'.replace("0600", "600")
    ).json()
    assert (lead["action"], lead["targetName"], lead["targetInfo"]) == ("1.50", "1e5", "600123456")


@pytest.mark.parametrize("info", ["sara", "///", "+212 (0)6 00", "أحمد", "https://crm.example/1"])
def test_contact_info_is_never_refused_for_its_format(create, info):
    assert create(targetInfo=info).json()["targetInfo"] == info


@pytest.mark.parametrize(
    ("sent", "stored"),
    [("5", 5), ('"5"', 5), ("5.0", 5), ("-2147483648", -(2**31)), ("2147483647", 2**31 - 1), ("-0", 0), ("1e2", 100)],
)
def test_order_is_an_integer(api, civic, sent, stored):
    body = f'{{"action": "a", "targetName": "b", "targetInfo": "c", "order": {sent}}}'
    assert raw(api, civic, body).json()["order"] == stored


@pytest.mark.parametrize(
    "sent",
    ["2147483648", "-2147483649", "5.5", '"5.5"', "true", "[]", '"x"', '""', "1e400", "1e999999999", '"٥"', '"1_0"'],
)
def test_other_orders_are_refused(api, civic, sent):
    body = f'{{"action": "a", "targetName": "b", "targetInfo": "c", "order": {sent}}}'
    assert error_of(raw(api, civic, body)) == (400, "VALIDATION_ERROR", "order")


def test_order_defaults_to_zero_and_ties_are_normal(create):
    assert [create().json()["order"] for _ in range(2)] == [0, 0]


def test_null_for_an_optional_field_counts_as_absent(create):
    lead = create(tag=None, note=None, status=None, order=None).json()
    assert (lead["tag"], lead["note"], lead["status"], lead["order"]) == (None, None, "NEW", 0)


@pytest.mark.parametrize("blank", ["", "  ", "\u200b"])
def test_a_blank_tag_or_note_becomes_null(create, blank):
    lead = create(tag=blank, note=blank).json()
    assert (lead["tag"], lead["note"]) == (None, None)


@pytest.mark.parametrize("status", ["NEW", "COMPLETED", "NOT_NEEDED"])
def test_any_status_may_be_given(create, status):
    assert create(status=status).json()["status"] == status


@pytest.mark.parametrize("status", ["new", "", "DONE", 1, True, [], {}])
def test_a_bad_status_alone_is_invalid_lead_status(create, status):
    assert error_of(create(status=status)) == (400, "INVALID_LEAD_STATUS", "status")


def test_unknown_and_read_only_fields_are_ignored_and_named(create, civic):
    response = create(id="x", createdAt="y", carId=str(civic.pk), foo=1, **{"é\r\n": 2})
    assert response.status_code == 201
    assert set(response["X-Ignored-Fields"].split(",")) == {"id", "createdAt", "carId", "foo", "%C3%A9%0D%0A"}


@pytest.mark.parametrize("other", ["550e8400-e29b-41d4-a716-446655440000", "x", 5, [], True])
def test_another_car_in_the_body_is_refused(create, other):
    assert error_of(create(carId=other)) == (400, "VALIDATION_ERROR", "carId")


def test_the_same_car_in_any_letter_case_is_fine(create, civic):
    assert create(carId=str(civic.pk).upper()).status_code == 201


@pytest.mark.parametrize("car", ["550e8400-e29b-41d4-a716-446655440000", "not-an-id", "foreign"])
def test_a_car_that_is_not_ours_is_not_found(api, atlas, car):
    from conftest import make_car

    car = make_car(atlas).pk if car == "foreign" else car
    assert error_of(api.post(f"/leads/car/{car}", BODY)) == (404, "CAR_NOT_FOUND", None)


def test_what_was_read_can_be_sent_back(api, lead):
    whole = api.get(f"/leads/{lead.pk}?include=car").json()
    response = api.patch(f"/leads/{lead.pk}", whole)
    assert response.status_code == 200
    assert response["X-Ignored-Fields"] == "id,createdAt,updatedAt,car,carId"
    assert response.json()["updatedAt"] == whole["updatedAt"]


def test_folding_may_make_a_text_long(create, api):
    """NFKD makes 18 code points of U+FDFA, and katakana words of the squares from U+3300 on."""
    squares = "".join(chr(0x3300 + n) for n in range(100))
    lead = create(action="\ufdfa" * 200, targetName=squares * 2, tag=squares).json()
    assert [found["id"] for found in api.get("/leads", query={"targetName": squares * 2}).json()] == [lead["id"]]
