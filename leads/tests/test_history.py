"""Contract 41 and 42: history and archive."""

import pytest

from conftest import TESTER, error_of, make_lead
from leads.actions import archive_lead, change_lead, move_lead, reorder_leads, restore_lead
from leads.models import KINDS_OF_WORK, EventKind, Lead, LeadEvent
from leads.ordering.placing import Place


def history(api, lead):
    return api.get(f"/leads/{lead if isinstance(lead, str) else lead.pk}/history").json()


def test_an_entry_says_who_when_and_what(api, lead):
    api.patch(f"/leads/{lead.pk}", {"status": "COMPLETED", "note": "sold"})
    newest = history(api, lead)[0]
    assert list(newest) == ["id", "kind", "at", "actor", "changes"]
    assert (newest["kind"], newest["actor"]) == ("lead.changed", {"type": "api_key", "name": "Website"})
    assert newest["at"] == api.get(f"/leads/{lead.pk}").json()["updatedAt"]
    assert newest["changes"] == {"status": {"from": "NEW", "to": "COMPLETED"}, "note": {"from": None, "to": "sold"}}


def test_names_and_contact_info_only_say_that_they_changed(api, lead):
    api.patch(f"/leads/{lead.pk}", {"targetName": "Omar", "targetInfo": "omar@x.ma"})
    nothing = {"from": None, "to": None}
    assert history(api, lead)[0]["changes"] == {"targetName": nothing, "targetInfo": nothing}
    assert "Omar" not in str(history(api, lead))
    assert "Sara" not in str(history(api, lead))


def test_creation_tells_what_was_given(api, civic):
    body = {"action": "Call", "targetName": "a", "targetInfo": "b", "tag": "Hot"}
    lead = api.post(f"/leads/car/{civic.pk}", body).json()["id"]
    [entry] = history(api, lead)
    assert entry["kind"] == "lead.created"
    assert entry["changes"]["tag"] == {"from": None, "to": "Hot"}
    assert entry["changes"]["status"] == {"from": None, "to": "NEW"}
    assert "note" not in entry["changes"]


def test_every_kind_newest_first(api, lead):
    path = f"/leads/{lead.pk}"
    api.patch(path, {"note": "x"})
    api.patch(f"{path}/order", {"order": 3})
    api.patch(path, {"order": 4})
    api.post(f"{path}/archive")
    api.post(f"{path}/restore")
    kinds = [entry["kind"] for entry in history(api, lead)]
    expected = ["restored", "archived", "moved", "moved", "changed", "created"]
    assert kinds == [f"lead.{kind}" for kind in expected]


def test_a_reorder_gives_one_entry_a_lead_with_a_common_batch(api, civic):
    leads = [make_lead(civic) for _ in range(3)]
    body = {"leadOrders": [{"id": str(lead.pk), "order": n} for n, lead in enumerate(leads)]}
    api.patch(f"/leads/car/{civic.pk}/reorder", body)
    entries = [history(api, lead)[0] for lead in leads[1:]]
    assert [entry["changes"] for entry in entries] == [{"order": {"from": 0, "to": n}} for n in (1, 2)]
    assert len({entry["batch"] for entry in entries}) == 1
    assert len(history(api, leads[0])) == 1


def test_history_is_paged_like_a_list(api, lead):
    for n in range(4):
        api.patch(f"/leads/{lead.pk}", {"note": str(n)})
    page = api.get(f"/leads/{lead.pk}/history?limit=2&count=true")
    assert (len(page.json()), page["X-Total-Count"]) == (2, "5")
    assert [entry["changes"]["note"]["to"] for entry in page.json()] == ["3", "2"]
    assert 'rel="next"' in page["Link"]


def test_history_has_the_errors_of_its_lead(api, rival, lead):
    assert error_of(rival.get(f"/leads/{lead.pk}/history"))[:2] == (403, "UNAUTHORIZED_LEAD_ACCESS")
    assert error_of(api.get("/leads/x/history"))[:2] == (404, "LEAD_NOT_FOUND")


def test_an_archived_lead_is_out_of_all_lists_but_can_be_read(api, lead):
    response = api.post(f"/leads/{lead.pk}/archive")
    assert (response.status_code, response["X-Archived"]) == (200, "true")
    for path in ("/leads", f"/leads/car/{lead.car_id}", "/leads/status/NEW"):
        assert api.get(path).json() == []
        assert len(api.get(f"{path}?archived=any").json()) == 1
    assert api.get(f"/leads/{lead.pk}")["X-Archived"] == "true"


def test_restoring_brings_it_back(api, lead):
    api.post(f"/leads/{lead.pk}/archive")
    response = api.post(f"/leads/{lead.pk}/restore")
    assert response.json()["id"] == str(lead.pk)
    assert "X-Archived" not in response
    assert len(api.get("/leads").json()) == 1


@pytest.mark.parametrize("verb", ["archive", "restore"])
def test_doing_it_twice_leaves_no_second_entry(api, lead, verb):
    api.post(f"/leads/{lead.pk}/archive")
    api.post(f"/leads/{lead.pk}/restore")
    api.post(f"/leads/{lead.pk}/{verb}")
    before = api.get(f"/leads/{lead.pk}").json()["updatedAt"], len(history(api, lead))
    assert api.post(f"/leads/{lead.pk}/{verb}").status_code == 200
    assert (api.get(f"/leads/{lead.pk}").json()["updatedAt"], len(history(api, lead))) == before


@pytest.mark.parametrize("body", [None, b"", b"{}", b"nonsense"])
def test_archive_takes_no_body(api, lead, body):
    assert api.post(f"/leads/{lead.pk}/archive", body).status_code == 200


def test_every_event_raises_the_version_by_one(casa, civic):
    """What others did since a version is counted back from the newest event (leads/conflicts.py)."""
    first, second = make_lead(civic, order=1), make_lead(civic, order=2)
    change_lead(casa, first.pk, {"status": "COMPLETED"}, actor=TESTER)
    change_lead(casa, first.pk, {"note": "Call after six"}, actor=TESTER)
    change_lead(casa, second.pk, {"order": 7}, actor=TESTER)
    reorder_leads(casa, civic.pk, {first.pk: 9, second.pk: 8}, actor=TESTER)
    move_lead(casa, second.pk, Place("COMPLETED", after=first.pk), actor=TESTER)
    archive_lead(casa, first.pk, actor=TESTER)
    restore_lead(casa, first.pk, actor=TESTER)
    kinds = set(LeadEvent.objects.of(casa).values_list("kind", flat=True))
    assert kinds == {*EventKind.values} - {EventKind.DELETED, *KINDS_OF_WORK}
    for lead in Lead.objects.of(casa):
        assert LeadEvent.objects.of(casa).filter(lead_id=lead.pk).count() == lead.version
