"""GET /v1/events: what happened, in order, for those who keep another system in step."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conftest import ApiClient, error_of, make_car, make_lead
from leads.feed import number_events
from leads.models import Feed, LeadEvent

KEYS = ["eventId", "sequence", "leadId", "carId", "lead", "changes", "actor"]


def kinds(response):
    return [event["type"] for event in response.json()]


def numbers(response):
    return [event["data"]["sequence"] for event in response.json()]


def read_all(api, path):
    """All events from there on, page by page as the Link header says."""
    events = []
    while path:
        response = api.get(path)
        events += response.json()
        link = re.fullmatch(r'</v1(\S+)>; rel="next"', response.get("Link", ""))
        path = link and link[1]
    return events


def test_an_event_tells_what_happened_to_which_lead(api, lead):
    api.patch(f"/leads/{lead.pk}", {"status": "COMPLETED", "note": "sold"})
    _, told = api.get("/events").json()
    entry = api.get(f"/leads/{lead.pk}/history").json()[0]
    assert list(told) == ["type", "timestamp", "data"]
    assert list(told["data"]) == KEYS
    assert (told["type"], told["timestamp"], told["data"]["eventId"]) == (entry["kind"], entry["at"], entry["id"])
    assert (told["data"]["changes"], told["data"]["actor"]) == (entry["changes"], entry["actor"])
    assert (told["data"]["leadId"], told["data"]["carId"]) == (str(lead.pk), str(lead.car_id))


def test_the_lead_is_as_it_is_when_it_is_read(api, lead):
    api.patch(f"/leads/{lead.pk}", {"note": "first"})
    api.patch(f"/leads/{lead.pk}", {"note": "second"})
    now = api.get(f"/leads/{lead.pk}").json()
    assert [event["data"]["lead"] for event in api.get("/events").json()] == [now] * 3


def test_a_deleted_lead_is_null_and_its_texts_are_gone(api, lead):
    api.patch(f"/leads/{lead.pk}", {"note": "wants a discount"})
    api.delete(f"/leads/{lead.pk}")
    response = api.get("/events")
    assert kinds(response) == ["lead.created", "lead.changed", "lead.deleted"]
    assert [event["data"]["lead"] for event in response.json()] == [None] * 3
    assert response.json()[-1]["data"]["changes"]["status"] == {"from": "NEW", "to": None}
    assert not any(word in response.content.decode() for word in ("discount", "Sara", "Follow"))


def test_every_kind_is_there_also_of_archived_leads(api, lead):
    path = f"/leads/{lead.pk}"
    api.patch(f"{path}/order", {"order": 3})
    api.post(f"{path}/archive")
    api.patch(path, {"tag": "Hot"})
    api.post(f"{path}/restore")
    response = api.get("/events")
    assert kinds(response) == [f"lead.{kind}" for kind in ("created", "moved", "archived", "changed", "restored")]
    assert numbers(response) == [1, 2, 3, 4, 5]


def test_leads_that_one_reorder_moved_share_a_batch(api, civic):
    leads = [make_lead(civic) for _ in range(2)]
    orders = [{"id": str(lead.pk), "order": order} for order, lead in enumerate(leads, 1)]
    api.patch(f"/leads/car/{civic.pk}/reorder", {"leadOrders": orders})
    moved = api.get("/events?after=2").json()
    assert len({event["data"]["batch"] for event in moved}) == 1
    assert list(moved[0]["data"]) == [*KEYS, "batch"]


def test_after_is_the_last_event_seen(api, civic):
    for _ in range(3):
        make_lead(civic)
    assert numbers(api.get("/events")) == numbers(api.get("/events?after=0")) == [1, 2, 3]
    response = api.get("/events?after=2")
    assert (numbers(response), response["X-Next-After"]) == ([3], "3")


def test_at_the_end_there_is_nothing_and_after_stays(api, lead):
    response = api.get("/events?after=1")
    assert (response.json(), response["X-Next-After"], "Link" in response) == ([], "1", False)


def test_without_any_event_one_begins_at_zero(api):
    response = api.get("/events")
    assert (response.json(), response["X-Next-After"], "Link" in response) == ([], "0", False)


@pytest.mark.parametrize(("limit", "link"), [(1, 1), (2, 2), (3, None), (4, None)])
def test_a_link_is_there_when_there_is_more_and_only_then(api, civic, limit, link):
    for _ in range(3):
        make_lead(civic)
    response = api.get(f"/events?limit={limit}")
    expected = link and f'</v1/events?after={link}&limit={limit}>; rel="next"'
    assert (response.get("Link"), response["X-Next-After"]) == (expected, str(min(limit, 3)))


@pytest.mark.parametrize("limit", [1, 2, 3, 1000])
def test_following_the_links_tells_each_event_once(api, civic, limit):
    for _ in range(7):
        make_lead(civic)
    told = [event["data"]["sequence"] for event in read_all(api, f"/events?limit={limit}")]
    assert told == [1, 2, 3, 4, 5, 6, 7]


def test_a_page_has_a_hundred_unless_told_otherwise(api, civic):
    for _ in range(101):
        make_lead(civic)
    response = api.get("/events")
    assert len(response.json()) == 100
    assert response["Link"] == '</v1/events?after=100&limit=100>; rel="next"'


def test_it_works_without_a_worker(api, lead):
    assert list(LeadEvent.objects.values_list("sequence", flat=True)) == [None]
    assert numbers(api.get("/events")) == [1]
    assert list(LeadEvent.objects.values_list("sequence", flat=True)) == [1]


def test_what_commits_late_comes_behind_what_was_read(api, civic):
    late = make_lead(civic)
    LeadEvent.objects.all().delete()
    make_lead(civic)
    assert numbers(api.get("/events")) == [1]
    event = LeadEvent(dealership=civic.dealership, lead_id=late.pk, car_id=civic.pk, kind="lead.created")
    event.at, event.actor_type, event.actor_name = late.created_at, "command", "test"
    event.save(force_insert=True)
    response = api.get("/events?after=1")
    assert [(each["data"]["leadId"], each["data"]["sequence"]) for each in response.json()] == [(str(late.pk), 2)]


@pytest.mark.parametrize("events", [0, 2])
def test_beyond_the_last_event_one_is_told_to_begin_again(api, civic, events):
    for _ in range(events):
        make_lead(civic)
    response = api.get("/events?after=3")
    assert error_of(response) == (400, "VALIDATION_ERROR", "after")
    message = response.json()["error"]["message"]
    assert f"the last one is {events}" in message and "begin again at 0" in message


def test_a_backup_that_was_restored_is_noticed(api, civic):
    for _ in range(3):
        make_lead(civic)
    after = api.get("/events")["X-Next-After"]
    LeadEvent.objects.filter(sequence__gt=1).delete()
    Feed.objects.update(last=1)
    assert error_of(api.get(f"/events?after={after}")) == (400, "VALIDATION_ERROR", "after")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("after=-1", "after"),
        ("after=1.0", "after"),
        ("after=x", "after"),
        ("after=%D9%A3", "after"),
        ("after=0&after=1", "after"),
        ("after=" + "9" * 18, "after"),
        ("after=" + "9" * 19, "after"),
        ("after=" + "9" * 5000, "after"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=x&after=y", "after"),
    ],
)
def test_bad_queries(api, lead, query, field):
    assert error_of(api.get(f"/events?{query}")) == (400, "VALIDATION_ERROR", field)


@pytest.mark.parametrize("query", ["", "after=", "after=0&limit=", "after=00&limit=1000", "after=1"])
def test_good_queries(api, lead, query):
    assert api.get(f"/events?{query}").status_code == 200


def test_what_is_unknown_is_ignored_and_named(api, lead):
    response = api.get("/events?kind=lead.moved&count=true&cursor=x")
    assert kinds(response) == ["lead.created"]
    assert response["X-Ignored-Parameters"] == "kind,count,cursor"


def test_polling_by_etag_costs_a_304(api, civic):
    make_lead(civic)
    first = api.get("/events")
    same = api.get("/events", if_none_match=first["ETag"])
    assert (same.status_code, same["X-Next-After"], same["ETag"]) == (304, "1", first["ETag"])
    make_lead(civic)
    assert api.get("/events", if_none_match=first["ETag"]).status_code == 200


def test_an_etag_names_the_link_too(api, civic):
    make_lead(civic)
    alone = api.get("/events?limit=1")["ETag"]
    make_lead(civic)
    assert api.get("/events?limit=1", if_none_match=alone).status_code == 200


def test_head_has_the_same_headers(api, civic):
    make_lead(civic), make_lead(civic)
    head, get = api.send("HEAD", "/events?limit=1"), api.get("/events?limit=1")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("ETag", "Link", "X-Next-After"):
        assert head[name] == get[name]


def test_each_dealership_has_its_own_numbers_and_events(api, rival, lead, atlas):
    theirs = make_lead(make_car(atlas))
    for client, own in ((api, lead), (rival, theirs)):
        [event] = client.get("/events").json()
        assert (event["data"]["sequence"], event["data"]["leadId"]) == (1, str(own.pk))


def test_reading_leads_is_enough(casa, lead):
    assert len(ApiClient(casa, scopes=["leads:read"]).get("/events").json()) == 1
    assert error_of(ApiClient(casa, scopes=["webhooks:manage"]).get("/events"))[1] == "INSUFFICIENT_SCOPE"


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "PUT"])
def test_it_can_only_be_read(api, method):
    response = api.send(method, "/events")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("waiting", [False, True])
def test_twenty_events_take_as_many_statements_as_one(api, casa, civic, waiting):
    def statements(count):
        for _ in range(count):
            make_lead(civic)
        if not waiting:
            number_events(casa)
        with CaptureQueriesContext(connection) as context:
            api.get("/events")
        return len(context)

    statements(1)  # now the key is known, and the feed is there
    assert statements(1) == statements(20)


def test_a_small_crm_has_the_same_leads_in_the_end(api, civic):
    """Each write of ours, then a page for the CRM, which is often behind and reads some pages twice."""
    crm, after, leads = {}, "0", []
    for step in range(30):
        leads.append(make_lead(civic, order=step))
        if step % 3:
            api.patch(f"/leads/{leads[step // 2].pk}", {"note": str(step)})
        if step % 7 == 6:
            api.delete(f"/leads/{leads.pop(0).pk}")
        after, again = _sync(api, crm, after), after
        if step % 5 == 4:
            after = _sync(api, crm, again)
    while (reached := _sync(api, crm, after)) != after:
        after = reached
    assert crm == {lead["id"]: lead for lead in _without_cars(api.get("/leads?archived=any").json())}


def _sync(api, crm, after):
    response = api.get(f"/events?after={after}&limit=2")
    for event in response.json():
        crm[event["data"]["leadId"]] = event["data"]["lead"]
        if event["data"]["lead"] is None:
            del crm[event["data"]["leadId"]]
    return response["X-Next-After"]


def _without_cars(leads):
    return [{name: value for name, value in lead.items() if name != "car"} for lead in leads]
