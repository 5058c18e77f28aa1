"""Where a lead came from: shown to who asks, found by its id there, taken in once, gone with the lead (N12)."""

import json
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.utils import timezone

from conftest import TESTER, error_of, make_car, make_lead
from leads.actions import archive_lead, delete_lead
from leads.creating import Draft, create_leads
from leads.errors import DuplicateOrigin
from leads.models import Lead, LeadEvent, Origin
from leads.privacy.people import hand_out, leads_of_person
from leads.privacy.retention import purge_leads

RECEIVED = datetime(2026, 11, 29, 8, 30, tzinfo=UTC)
SHOWN = {"source": "hubspot", "externalId": "CRM-17", "receivedAt": "2026-11-29T08:30:00Z"}


def imported(car, external_id="CRM-17", source="hubspot", **fields):
    """A lead that came from elsewhere."""
    fields = {"action": "Call back", "target_name": "Sara Alami", "target_info": "0600123456", **fields}
    origin = Origin(source=source, external_id=external_id, received_at=RECEIVED)
    [lead] = create_leads(car.dealership, [Draft(car.pk, fields, origin)], actor=TESTER)
    return lead


# --- Shown ---------------------------------------------------------------------------------------


def test_include_adds_the_origin_last(api, civic):
    found = api.get(f"/leads/{imported(civic).pk}?include=origin").json()
    assert (list(found)[-2:], found["origin"]) == (["updatedAt", "origin"], SHOWN)


def test_the_origin_of_a_lead_that_was_typed_is_null(api, lead):
    assert api.get(f"/leads/{lead.pk}?include=origin").json()["origin"] is None


def test_a_source_may_name_no_id(api, civic):
    found = api.get(f"/leads/{imported(civic, None).pk}?include=origin").json()
    assert found["origin"] == SHOWN | {"externalId": None}


@pytest.mark.parametrize(
    "query",
    ["include=car,origin", "include=origin,car", "include=origin&include=car", "include[]=car&include[]=origin"],
)
def test_both_can_be_asked_for_at_once(api, civic, query):
    found = api.get(f"/leads/{imported(civic).pk}?{query}").json()
    assert (list(found)[-2:], found["car"]["id"], found["origin"]) == (["car", "origin"], str(civic.pk), SHOWN)


def test_the_etag_names_the_same_state_with_and_without_the_origin(api, civic):
    path = f"/leads/{imported(civic).pk}"
    for other in ("?include=car,origin", "?include=origin"):
        assert api.get(path + other)["ETag"] == api.get(path + other.replace("origin", ""))["ETag"]
    etag = api.get(f"{path}?include=origin")["ETag"]
    assert api.get(f"{path}?include=origin", if_none_match=etag).status_code == 304
    assert api.patch(path, {"tag": "x"}, if_match=etag).status_code == 200


def test_no_other_answer_shows_it(api, civic):
    lead = imported(civic)
    answers = [
        api.get("/leads"),
        api.get(f"/leads/{lead.pk}"),
        api.get(f"/leads/{lead.pk}/history"),
        api.patch(f"/leads/{lead.pk}", {"tag": "x"}, prefer="return=representation"),
        api.get("/events"),
    ]
    assert not any(word in answer.content.decode() for answer in answers for word in ("origin", "CRM-17"))


# --- Found ---------------------------------------------------------------------------------------

FOUND = [
    ("CRM-17", 2),  # one of each source
    (" CRM-17 ", 2),
    ("crm-17", 0),
    ("CRM-1", 0),
    ("%", 0),
    ("", 3),
    (" ", 3),
]


@pytest.mark.parametrize("path", ["/leads", "/leads/car/{}", "/leads/status/NEW"])
def test_an_external_id_finds_its_leads_in_all_three_lists(api, civic, subtests, path):
    imported(civic)
    imported(civic, source="zoho")
    make_lead(civic)
    for text, count in FOUND:
        with subtests.test(text):
            assert len(api.get(path.format(civic.pk), query={"externalId": text}).json()) == count


def test_it_joins_with_other_filters(api, civic):
    archived = archive_lead(civic.dealership, imported(civic).pk, actor=TESTER)
    assert api.get("/leads?externalId=CRM-17").json() == []
    [found] = api.get("/leads?externalId=CRM-17&archived=any&search=sara&limit=1").json()
    assert found["id"] == str(archived.pk)


def test_another_dealerships_lead_of_the_same_id_is_not_found(api, rival, civic, atlas):
    ours, theirs = imported(civic), imported(make_car(atlas))
    for client, lead in ((api, ours), (rival, theirs)):
        assert [each["id"] for each in client.get("/leads?externalId=CRM-17").json()] == [str(lead.pk)]
    assert error_of(rival.get(f"/leads/{ours.pk}?include=origin"))[0] == 403


# --- Taken in once -------------------------------------------------------------------------------


def test_the_same_id_of_the_same_source_is_taken_in_once(civic):
    imported(civic)
    with pytest.raises(DuplicateOrigin):
        imported(civic)
    assert (Lead.objects.count(), Origin.objects.count(), LeadEvent.objects.count()) == (1, 1, 1)


def test_other_sources_other_ids_and_no_id_do_not_collide(civic, atlas):
    imported(civic)
    for other in ({"source": "zoho"}, {"external_id": "crm-17"}, {"external_id": None}, {"external_id": None}):
        imported(civic, **other)
    imported(make_car(atlas))
    assert Origin.objects.count() == 6


# --- Gone with the lead --------------------------------------------------------------------------


def delete(lead):
    delete_lead(lead.dealership, lead.pk, actor=TESTER)


def erase(lead):
    call_command("erase_person", "Sara Alami", "--dealership", lead.dealership.name, "--yes")


def purge(lead):
    archive_lead(lead.dealership, lead.pk, actor=TESTER)
    purge_leads(lead.dealership, before=timezone.now(), actor=TESTER, now=timezone.now())


@pytest.mark.parametrize("end", [delete, erase, purge])
def test_it_goes_with_its_lead_and_may_come_again(civic, end):
    end(imported(civic))
    assert not Origin.objects.exists()
    imported(civic)


def test_a_person_who_asks_is_told_of_it(civic, casa):
    imported(civic)
    held = hand_out(casa, leads_of_person(casa, "Sara Alami"), actor=TESTER, now=timezone.now())
    assert held["leads"][0]["origin"]["externalId"] == "CRM-17"
    assert "CRM-17" in json.dumps(held, default=str)
