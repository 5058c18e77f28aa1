"""Contract 31 to 38: update, order, reorder and delete."""

import pytest

from conftest import error_of, make_car, make_lead
from leads.models import Lead, LeadEvent
from steerleads.dealers.models import IdempotencyRecord

NOBODY = "550e8400-e29b-41d4-a716-446655440000"


def stored(lead):
    return Lead.objects.get(pk=lead.pk)


def test_the_answer_has_what_was_sent_in_the_pages_order(api, lead):
    response = api.patch(f"/leads/{lead.pk}", {"order": 3, "note": "n", "action": "a", "foo": 1})
    assert list(response.json()) == ["id", "action", "note", "order", "updatedAt"]


def test_prefer_gives_the_whole_lead(api, lead):
    response = api.patch(f"/leads/{lead.pk}", {"order": 3}, prefer="return=representation")
    assert response["Preference-Applied"] == "return=representation"
    assert response.json() == api.get(f"/leads/{lead.pk}").json()


@pytest.mark.parametrize("body", [{}, {"status": "NEW"}, {"foo": 1}, {"action": " Follow up call "}])
def test_nothing_changed_leaves_no_trace(api, lead, body):
    response = api.patch(f"/leads/{lead.pk}", body)
    assert response.status_code == 200
    assert (stored(lead).updated_at, stored(lead).version) == (lead.updated_at, lead.version)
    assert LeadEvent.objects.filter(lead_id=lead.pk).count() == 1


@pytest.mark.parametrize("field", ["tag", "note"])
@pytest.mark.parametrize("empty", [None, "", " "])
def test_null_clears_tag_and_note(api, civic, field, empty):
    lead = make_lead(civic, tag="t", note="n")
    assert api.patch(f"/leads/{lead.pk}", {field: empty}).json()[field] is None


@pytest.mark.parametrize("field", ["action", "targetName", "targetInfo", "order", "carId"])
def test_null_for_other_fields_is_refused(api, lead, field):
    assert error_of(api.patch(f"/leads/{lead.pk}", {field: None})) == (400, "VALIDATION_ERROR", field)


def test_null_for_the_status_is_refused(api, lead):
    assert error_of(api.patch(f"/leads/{lead.pk}", {"status": None})) == (400, "INVALID_LEAD_STATUS", "status")


@pytest.mark.parametrize("to", ["NEW", "COMPLETED", "NOT_NEEDED"])
@pytest.mark.parametrize("frm", ["NEW", "COMPLETED", "NOT_NEEDED"])
def test_any_status_may_follow_any(api, civic, frm, to):
    lead = make_lead(civic, status=frm)
    assert api.patch(f"/leads/{lead.pk}", {"status": to}).json()["status"] == to


def test_a_changed_text_is_found_by_its_new_words(api, lead):
    api.patch(f"/leads/{lead.pk}", {"targetName": "Élodie"})
    assert len(api.get("/leads?search=elodie").json()) == 1
    assert api.get("/leads?search=sara").json() == []


def test_another_cars_id_in_an_update_is_refused_and_nothing_written(api, lead, casa):
    body = {"carId": str(make_car(casa).pk), "note": "x"}
    assert error_of(api.patch(f"/leads/{lead.pk}", body)) == (400, "VALIDATION_ERROR", "carId")
    assert stored(lead).note is None


# --- If-Match (34) and tags (24) ---------------------------------------------------------------

WRITES = [
    ("PATCH", "/leads/{id}", {"note": "x"}),
    ("PATCH", "/leads/{id}/order", {"order": 9}),
    ("POST", "/leads/{id}/archive", None),
    ("DELETE", "/leads/{id}", None),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_a_stale_tag_is_412_and_nothing_is_written(api, lead, method, path, body):
    stale = api.get(f"/leads/{lead.pk}")["ETag"]
    api.patch(f"/leads/{lead.pk}", {"tag": "changed"})
    response = api.send(method, path.format(id=lead.pk), body, if_match=stale)
    assert error_of(response) == (412, "PRECONDITION_FAILED", None)
    assert (stored(lead).version, stored(lead).note, stored(lead).archived) == (2, None, False)


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
@pytest.mark.parametrize("spelling", ["{tag}", "W/{tag}", '"other", {tag}', "*"])
def test_the_right_tag_matches_however_it_comes(api, lead, method, path, body, spelling):
    tag = api.get(f"/leads/{lead.pk}")["ETag"]
    assert api.send(method, path.format(id=lead.pk), body, if_match=spelling.format(tag=tag)).status_code == 200


@pytest.mark.parametrize("garbage", ["1", "abc", "'1'", '""', '"1'])
def test_garbage_for_a_tag_never_matches(api, lead, garbage):
    assert error_of(api.delete(f"/leads/{lead.pk}", if_match=garbage)) == (412, "PRECONDITION_FAILED", None)


def test_a_lead_read_with_its_car_can_be_written_with_that_tag(api, lead):
    tag = api.get(f"/leads/{lead.pk}?include=car")["ETag"]
    assert api.patch(f"/leads/{lead.pk}", {"note": "x"}, if_match=tag).status_code == 200


def test_the_tag_with_a_car_changes_with_the_car(api, lead):
    plain, whole = api.get(f"/leads/{lead.pk}")["ETag"], api.get(f"/leads/{lead.pk}?include=car")["ETag"]
    api.patch(f"/vehicles/{lead.car_id}", {"location": "Rabat"})
    assert api.get(f"/leads/{lead.pk}")["ETag"] == plain
    assert api.get(f"/leads/{lead.pk}?include=car")["ETag"] != whole


def test_every_answer_with_a_lead_has_its_present_tag(api, civic):
    body = {"action": "a", "targetName": "b", "targetInfo": "c"}
    created = api.post(f"/leads/car/{civic.pk}", body)
    path = f"/leads/{created.json()['id']}"
    tags = [created["ETag"]]
    for method, below, body in (
        ("PATCH", "", {"note": "x"}),
        ("PATCH", "/order", {"order": 1}),
        ("POST", "/archive", None),
        ("POST", "/restore", None),
    ):
        tags.append(api.send(method, path + below, body)["ETag"])
        assert tags[-1] == api.get(path)["ETag"]
    assert len(set(tags)) == 5
    assert api.get(path, if_none_match=tags[-1]).status_code == 304


# --- Order and reorder (35, 36) ----------------------------------------------------------------


def test_order_touches_no_other_lead(api, civic):
    first, second = make_lead(civic, order=1), make_lead(civic, order=2)
    api.patch(f"/leads/{first.pk}/order", {"order": 2})
    assert (stored(first).order, stored(second).order, stored(second).version) == (2, 2, 1)


def test_order_is_required(api, lead):
    for body in ({}, {"order": None}):
        assert error_of(api.patch(f"/leads/{lead.pk}/order", body)) == (400, "VALIDATION_ERROR", "order")


def test_a_partial_reorder_leaves_the_others_alone(api, civic):
    first, second, third = (make_lead(civic, order=order) for order in (1, 2, 3))
    body = {"leadOrders": [{"id": str(third.pk), "order": 1}, {"id": str(second.pk), "order": 1}]}
    assert api.patch(f"/leads/car/{civic.pk}/reorder", body).status_code == 200
    assert [(stored(lead).order, stored(lead).version) for lead in (first, second, third)] == [(1, 1), (1, 2), (1, 2)]


def test_a_reorder_updates_time_and_version_of_what_moved_only(api, civic):
    moved, kept = make_lead(civic, order=1), make_lead(civic, order=2)
    body = {"leadOrders": [{"id": str(moved.pk), "order": 5}, {"id": str(kept.pk), "order": 2}]}
    api.patch(f"/leads/car/{civic.pk}/reorder", body)
    assert stored(moved).updated_at > moved.updated_at
    assert stored(kept).updated_at == kept.updated_at
    assert LeadEvent.objects.filter(kind="lead.moved").count() == 1


def test_an_empty_list_is_fine(api, civic):
    assert api.patch(f"/leads/car/{civic.pk}/reorder", {"leadOrders": []}).status_code == 200


@pytest.mark.parametrize(
    ("items", "field"),
    [
        (None, "leadOrders"),
        ("x", "leadOrders"),
        ({}, "leadOrders"),
        ([5], "leadOrders[0]"),
        ([{"order": 1}], "leadOrders[0].id"),
        ([{"id": "{lead}"}], "leadOrders[0].order"),
        ([{"id": "{lead}", "order": 1}, {"id": "x", "order": 1}], "leadOrders[1].id"),
        ([{"id": "{lead}", "order": "first"}], "leadOrders[0].order"),
        ([{"id": "{lead}", "order": 1}, {"id": "{LEAD}", "order": 2}], "leadOrders[1].id"),
        ([{"id": "{lead}", "order": 2**31}], "leadOrders[0].order"),
        ([{"id": "{other}", "order": 1}], "leadOrders[0].id"),
        ([{"id": NOBODY, "order": 1}] * 10_001, "leadOrders[10000]"),
    ],
)
def test_a_bad_list_is_refused_with_the_items_field(api, lead, casa, items, field):
    def fill(item):
        if not isinstance(item, dict) or not isinstance(item.get("id"), str):
            return item
        of_other_car = make_lead(make_car(casa)).pk if item["id"] == "{other}" else ""
        return item | {"id": item["id"].format(lead=lead.pk, LEAD=str(lead.pk).upper(), other=of_other_car)}

    items = [fill(item) for item in items] if isinstance(items, list) else items
    response = api.patch(f"/leads/car/{lead.car_id}/reorder", {"leadOrders": items})
    assert error_of(response) == (400, "VALIDATION_ERROR", field)


@pytest.mark.parametrize("whose", ["nobody", "atlas"])
def test_an_unknown_or_foreign_lead_in_the_list_moves_nothing(api, lead, atlas, whose):
    other = NOBODY if whose == "nobody" else str(make_lead(make_car(atlas)).pk)
    body = {"leadOrders": [{"id": str(lead.pk), "order": 7}, {"id": other, "order": 1}]}
    assert error_of(api.patch(f"/leads/car/{lead.car_id}/reorder", body))[:2] == (404, "LEAD_NOT_FOUND")
    assert stored(lead).order == 0


def test_unknown_keys_of_items_are_ignored_and_named(api, lead):
    body = {"leadOrders": [{"id": str(lead.pk), "order": 7, "foo": 1}], "bar": 2}
    response = api.patch(f"/leads/car/{lead.car_id}/reorder", body)
    assert response["X-Ignored-Fields"] == "bar,leadOrders[0].foo"


# --- Delete (38) -------------------------------------------------------------------------------


def test_deleting_twice_is_404(api, lead):
    assert api.delete(f"/leads/{lead.pk}").status_code == 200
    assert error_of(api.delete(f"/leads/{lead.pk}")) == (404, "LEAD_NOT_FOUND", None)
    assert error_of(api.get(f"/leads/{lead.pk}/history")) == (404, "LEAD_NOT_FOUND", None)


def test_after_a_delete_nothing_that_a_person_typed_is_left(api, civic):
    body = {"action": "Appeler Zoulikha", "targetName": "Zoulikha", "targetInfo": "zoulikha@x.ma", "note": "Zoulikha 1"}
    path = "/leads/" + api.post(f"/leads/car/{civic.pk}", body, idempotency_key="k").json()["id"]
    api.patch(path, {"note": "Zoulikha 2", "tag": "Zoulikha"}, idempotency_key="k2")
    api.delete(path)
    kept = [str(row) for model in (Lead, LeadEvent, IdempotencyRecord) for row in model.objects.values_list()]
    assert kept
    assert "zoulikha" not in "".join(kept).lower()


def test_a_tombstone_stays(api, lead):
    api.delete(f"/leads/{lead.pk}")
    event = LeadEvent.objects.get(kind="lead.deleted")
    assert (event.lead_id, event.car_id, event.actor_name) == (lead.pk, lead.car_id, "Website")
    assert event.changes["status"] == {"from": "NEW", "to": None}
    assert set(event.changes) == {"status", "createdAt", "updatedAt"}
