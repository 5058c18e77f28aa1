"""Contract 15 to 17: what a lead object has, always."""

from datetime import UTC, datetime

import pytest

from conftest import make_car, make_lead
from leads.models import Lead
from leads.serializers import LeadSerializer, LeadWithCarSerializer

LEAD_KEYS = "id carId status action targetName targetInfo tag note order createdAt updatedAt".split()


@pytest.mark.parametrize("path", ["/leads", "/leads/car/{car}", "/leads/status/NEW"])
def test_all_three_lists_embed_the_car_last(api, lead, path):
    [found] = api.get(path.format(car=lead.car_id)).json()
    assert list(found) == [*LEAD_KEYS, "car"]
    assert list(found["car"]) == ["id", "make", "model", "overviewYear", "location"]


def test_single_create_and_update_answers_have_no_car(api, lead):
    body = {"action": "a", "targetName": "b", "targetInfo": "c"}
    assert list(api.get(f"/leads/{lead.pk}").json()) == LEAD_KEYS
    assert list(api.post(f"/leads/car/{lead.car_id}", body).json()) == LEAD_KEYS
    assert "car" not in api.patch(f"/leads/{lead.pk}", {"order": 2}, prefer="return=representation").json()


def test_include_car_adds_it_to_a_single_lead(api, lead):
    found = api.get(f"/leads/{lead.pk}?include=car").json()
    assert list(found) == [*LEAD_KEYS, "car"]
    assert found["car"]["make"] == "Honda"


def test_unset_values_are_null_and_never_missing(api, casa):
    lead = make_lead(make_car(casa, overview_year=None))
    found = api.get(f"/leads/{lead.pk}?include=car").json()
    assert (found["tag"], found["note"]) == (None, None)
    assert (found["car"]["overviewYear"], found["car"]["location"]) == (None, None)


def test_times_are_utc_in_whole_seconds_and_stored_finer(api, lead):
    at = datetime(2024, 1, 15, 10, 30, 0, 999_999, tzinfo=UTC)
    Lead.objects.filter(pk=lead.pk).update(created_at=at)
    assert api.get(f"/leads/{lead.pk}").json()["createdAt"] == "2024-01-15T10:30:00Z"


def test_ids_are_answered_in_lower_case_and_accepted_in_any(api, lead):
    assert api.get(f"/leads/{str(lead.pk).upper()}").json()["id"] == str(lead.pk)
    assert api.get(f"/leads/car/{str(lead.car_id).upper()}").json()[0]["carId"] == str(lead.car_id)


def test_a_row_is_shown_by_its_columns_names():
    shown, columns = LeadWithCarSerializer.render, LeadWithCarSerializer.columns
    car = {name: f"car__{name}" for name in ("make", "model", "location")} | {"id": "car_id"}
    assert columns[: len(LeadSerializer.columns)] == LeadSerializer.columns
    expected = LeadSerializer.render(LeadSerializer.columns) | {"car": car | {"overviewYear": "car__overview_year"}}
    assert shown(columns) == expected


def test_an_object_of_a_model_is_that_of_its_row(lead):
    row = Lead.objects.values_list(*LeadWithCarSerializer.columns).get()
    assert LeadWithCarSerializer.of(Lead.objects.get()) == LeadWithCarSerializer.render(row)
