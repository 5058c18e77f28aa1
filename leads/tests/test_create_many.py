"""Leads that another system brings: many at once, with when they were made there and from where they came."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from cars.errors import CarNotFound
from conftest import TESTER, make_car, make_lead
from leads.creating import Draft, create_leads
from leads.errors import DuplicateOrigin
from leads.models import Lead, LeadEvent, Origin
from steerleads.db.ids import new_id

LONG_AGO = datetime(2024, 1, 15, 10, 30, tzinfo=UTC)


def draft(car_id, number, **how):
    fields = {"action": "Call", "target_name": f"Client {number}", "target_info": f"06612{number:05}"}
    return Draft(car_id, fields, Origin(source="crm", external_id=str(number)), **how)


def everything():
    return [list(table.objects.order_by("pk").values()) for table in (Lead, LeadEvent, Origin)]


def test_each_is_a_lead_like_any_other_with_its_origin_and_event(casa, civic, api):
    batch = new_id()
    leads = create_leads(casa, [draft(civic.pk, n, created_at=LONG_AGO) for n in range(3)], actor=TESTER, batch=batch)
    lead = api.get(f"/leads/{leads[0].pk}").json()
    assert (lead["createdAt"], lead["targetName"], lead["status"]) == ("2024-01-15T10:30:00Z", "Client 0", "NEW")
    assert timezone.now() - Lead.objects.get(pk=leads[0].pk).updated_at < timedelta(minutes=1)
    assert [each["id"] for each in api.get("/leads", query={"search": "client 2"}).json()] == [str(leads[2].pk)]
    assert set(Origin.objects.values_list("lead_id", "external_id")) == {
        (each.pk, str(n)) for n, each in enumerate(leads)
    }
    [event] = api.get(f"/leads/{leads[1].pk}/history").json()
    assert (event["kind"], event["at"], event["batch"]) == ("lead.created", "2024-01-15T10:30:00Z", str(batch))


def test_however_many_they_are_the_statements_are_as_many(casa, civic, django_assert_num_queries):
    create_leads(casa, [draft(civic.pk, 0)], actor=TESTER)
    with django_assert_num_queries(8):  # four of them begin and end savepoints
        create_leads(casa, [draft(civic.pk, n) for n in range(1, 30)], actor=TESTER)


@pytest.mark.parametrize("wrong", ["unknown", "foreign"])
def test_one_without_a_car_of_the_dealership_keeps_back_all(casa, civic, atlas, wrong):
    car_id = new_id() if wrong == "unknown" else make_car(atlas).pk
    with pytest.raises(CarNotFound):
        create_leads(casa, [draft(civic.pk, 0), draft(car_id, 1)], actor=TESTER)
    assert everything() == [[], [], []]


def test_one_that_came_before_keeps_back_all(casa, civic):
    create_leads(casa, [draft(civic.pk, 1)], actor=TESTER)
    before = everything()
    with pytest.raises(DuplicateOrigin):
        create_leads(casa, [draft(civic.pk, 0), draft(civic.pk, 1)], actor=TESTER)
    assert everything() == before


def test_another_dealership_may_have_the_same_source_and_id(casa, civic, atlas):
    create_leads(casa, [draft(civic.pk, 1)], actor=TESTER)
    create_leads(atlas, [draft(make_car(atlas).pk, 1)], actor=TESTER)
    assert Origin.objects.count() == 2 and make_lead(civic).created_at.year > 2024
