"""A lead does not change through its work (contract W1): not its row, its object, its ETag, nor what lists say of it."""

import pytest

from conftest import make_lead
from leads.models import Lead
from leads.work.models import Work

WORK = {
    "assigned": lambda api, path, sara: api.patch(f"{path}/work", {"assignee": str(sara.pk)}),
    "planned": lambda api, path, sara: api.patch(f"{path}/work", {"nextStep": "Call", "dueAt": "2026-12-01T14:00:00Z"}),
    "contacted": lambda api, path, sara: api.post(f"{path}/contacts", {"via": "call", "outcome": "reached"}),
}
each_work = pytest.mark.parametrize("work", WORK.values(), ids=WORK)


def rows():
    return list(Lead.objects.order_by("pk").values())


@each_work
def test_the_row_of_the_lead_stays_as_it_is(api, lead, sara, path, work):
    before = rows()
    assert work(api, path, sara).status_code in (200, 201)
    assert rows() == before


@each_work
def test_every_answer_about_the_lead_stays_as_it_is_to_the_byte(api, lead, sara, path, work):
    reads = (path, f"{path}?include=car,origin", "/leads", f"/leads/car/{lead.car_id}", "/leads?limit=1&count=true")

    def answers():
        return [(found.content, found["ETag"]) for found in map(api.get, reads)]

    before = answers()
    work(api, path, sara)
    assert answers() == before


@each_work
def test_an_etag_from_before_is_good_for_a_change_of_the_lead(api, lead, sara, path, work):
    etag = api.get(path)["ETag"]
    work(api, path, sara)
    assert api.patch(path, {"tag": "Hot"}, if_match=etag).status_code == 200


@each_work
def test_a_client_that_asks_what_is_new_gets_no_lead_for_its_work(api, lead, sara, path, work):
    since = api.patch(path, {"tag": "Hot"}).json()["updatedAt"]
    Lead.objects.update(updated_at="2020-01-01T00:00:00Z")
    work(api, path, sara)
    assert api.get(f"/leads?updatedSince={since}").json() == []


def test_the_work_stays_as_it_is_when_the_lead_changes(api, lead, sara, path):
    api.patch(f"{path}/work", {"assignee": str(sara.pk), "dueOn": "2026-12-01"})
    before = Work.objects.values().get()
    api.patch(path, {"tag": "Hot", "order": 9, "note": "Later"})
    api.post(f"{path}/archive")
    assert Work.objects.values().get() == before


def test_a_lead_of_which_there_is_nothing_to_do_has_no_row(api, civic, sara):
    lead = make_lead(civic)
    assert api.get(f"/leads/{lead.pk}/work").json()["state"] == "none"
    api.patch(f"/leads/{lead.pk}/work", {"assignee": None, "nextStep": "", "dueAt": None})
    assert not Work.objects.exists()
