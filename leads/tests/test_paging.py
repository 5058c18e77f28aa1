"""Contract 18 and 24: paging by cursor, totals, streams and the tags of lists."""

import json
import re
from base64 import urlsafe_b64decode
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db.models import QuerySet

from conftest import error_of, make_car, make_lead
from leads.models import Lead
from leads.views import LEADS
from steerleads.api import list_query
from steerleads.api.sizes import Size


def link(response, rel):
    found = re.search(rf'<([^>]+)>; rel="{rel}"', response.get("Link", ""))
    return found and found[1]


def pages(api, path):
    """Every page from `path` on, following rel=next."""
    while path:
        response = api.get(path)
        assert response.status_code == 200, response.content
        yield response.json()
        following = link(response, "next")
        path = following and following.removeprefix("/v1")


def ids(leads):
    return [lead["id"] for lead in leads]


@pytest.fixture
def many(civic):
    return [
        make_lead(civic, order=n % 3, status=["NEW", "COMPLETED"][n % 2], action=f"A{n % 4}", target_name=f"T{n % 5}")
        for n in range(23)
    ]


@pytest.mark.parametrize("sort", ["order", "status", "action", "targetName", "createdAt", "updatedAt"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_pages_give_the_whole_list_in_its_order(api, many, sort, direction):
    query = f"/leads?sortBy={sort}&sortOrder={direction}"
    paged = [id for page in pages(api, f"{query}&limit=4") for id in ids(page)]
    assert paged == ids(api.get(query).json())


@pytest.mark.parametrize("sort", ["make", "model", "overviewYear", "price", "km", "createdAt"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_pages_of_vehicles_go_through_nulls(api, casa, sort, direction):
    for n in range(9):
        make_car(casa, km=None if n % 2 else n, price=None if n % 3 else n, overview_year=None if n % 4 else 2000 + n)
    query = f"/vehicles?sortBy={sort}&sortOrder={direction}"
    whole = api.get(query).json()
    assert [id for page in pages(api, f"{query}&limit=2") for id in ids(page)] == ids(whole)
    values = [car[sort] for car in whole]
    assert values == sorted(
        values, key=lambda value: (value is None, 0 if value is None else value), reverse=direction == "desc"
    )


def test_the_links_repeat_sort_filters_limit_and_count(api, many):
    response = api.get(
        "/leads?sortBy=action&sortOrder=desc&status=NEW&status=COMPLETED&search=t&limit=5&count=true&x=1"
    )
    sent = {"sortBy": ["action"], "sortOrder": ["desc"], "status": ["NEW", "COMPLETED"], "search": ["t"]}
    sent |= {"limit": ["5"], "count": ["true"]}
    first, following = urlsplit(link(response, "first")), urlsplit(link(response, "next"))
    assert first.path == following.path == "/v1/leads"
    assert parse_qs(first.query) == sent
    assert parse_qs(following.query) == sent | {"cursor": parse_qs(following.query)["cursor"]}
    assert response["X-Total-Count"] == "23"


def test_the_total_is_given_only_when_asked_for(api, many):
    assert "X-Total-Count" not in api.get("/leads?limit=5")
    assert api.get("/leads?count=true")["X-Total-Count"] == "23"


def no_count(queryset):
    """In place of QuerySet.count: what is counted by itself may be of another moment than the rows."""
    raise AssertionError("counted beside the rows")


def test_the_total_of_all_is_that_of_the_rows_themselves(api, many, monkeypatch):
    monkeypatch.setattr(QuerySet, "count", no_count)
    assert api.get("/leads?count=true")["X-Total-Count"] == "23"


def test_the_last_page_has_no_next(api, many):
    assert link(api.get("/leads?limit=23"), "next") is None
    assert link(api.get("/leads?limit=22"), "next")


def test_a_cursor_without_limit_means_100(api, civic):
    for _ in range(103):
        make_lead(civic)
    cursor = parse_qs(urlsplit(link(api.get("/leads?limit=1"), "next")).query)["cursor"][0]
    response = api.get("/leads", query={"cursor": cursor})
    assert len(response.json()) == 100
    assert "limit=100" in link(response, "next")


@pytest.mark.parametrize("other", ["sortBy=action", "sortOrder=desc", "status=NEW", "archived=any"])
def test_a_cursor_belongs_to_its_sort_and_filters(api, many, other):
    cursor = parse_qs(urlsplit(link(api.get("/leads?limit=2"), "next")).query)["cursor"][0]
    assert error_of(api.get(f"/leads?limit=2&{other}", query={"cursor": cursor, "limit": 2, **parse_qs(other)})) == (
        400,
        "VALIDATION_ERROR",
        "cursor",
    )


def test_a_damaged_or_foreign_cursor_is_refused(api, rival, many, atlas):
    for _ in range(3):
        make_lead(make_car(atlas))
    cursor = parse_qs(urlsplit(link(rival.get("/leads?limit=1"), "next")).query)["cursor"][0]
    for bad in (cursor, "abc", cursor[:-1], "é"):
        assert error_of(api.get("/leads", query={"cursor": bad})) == (400, "VALIDATION_ERROR", "cursor")


@pytest.mark.parametrize("sort", sorted(LEADS.sorts))
def test_no_link_has_a_person_in_it(api, civic, sort):
    for _ in range(2):
        make_lead(civic, action="Zoubida", target_name="Zoubida Qarfaoui", target_info="0677-889900", note="Zoubida")
    cursor = parse_qs(urlsplit(link(api.get(f"/leads?limit=1&sortBy={sort}"), "next")).query)["cursor"][0]
    parts = [cursor.encode(), *(urlsafe_b64decode(cursor[at:] + "A" * (-len(cursor[at:]) % 4)) for at in range(4))]
    assert not any(trace in part.lower() for part in parts for trace in (b"zoubida", b"qarfaoui", b"889900"))


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "1.0", "abc", "٣", "1e2", "99999999999999999999"])
def test_a_limit_is_from_1_to_1000(api, many, limit):
    assert error_of(api.get("/leads", query={"limit": limit})) == (400, "VALIDATION_ERROR", "limit")


def test_paging_never_repeats_or_skips_a_lead_that_did_not_move(api, civic, many):
    """Leads come, go and change between two pages."""
    seen, path = [], "/leads?limit=5"
    for page in pages(api, path):
        seen += ids(page)
        Lead.objects.filter(pk=seen[0]).delete()
        make_lead(civic, order=-1)
        api.patch(f"/leads/{seen[-1]}", {"note": f"page {len(seen)}"})
    assert len(seen) == len(set(seen))
    assert set(seen) == {str(lead.pk) for lead in many}


def test_a_list_is_tagged_and_answers_304(api, many):
    tag = api.get("/leads")["ETag"]
    response = api.get("/leads", if_none_match=tag)
    assert (response.status_code, response.content, response["ETag"]) == (304, b"", tag)
    assert api.get("/leads", if_none_match=f'"x", W/{tag}').status_code == 304
    api.patch(f"/leads/{many[0].pk}", {"note": "x"})
    assert api.get("/leads", if_none_match=tag).status_code == 200


def test_the_tag_of_a_page_covers_link_and_total(api, civic, many):
    page, counted = api.get("/leads?limit=2"), api.get("/leads?limit=2&count=true")
    assert page["ETag"] != counted["ETag"]
    make_lead(civic, order=99)
    assert api.get("/leads?limit=2", if_none_match=page["ETag"]).status_code == 304
    assert api.get("/leads?limit=2&count=true", if_none_match=counted["ETag"]).status_code == 200


def test_lists_of_more_than_1000_have_no_tag(api, many, monkeypatch):
    monkeypatch.setattr(list_query, "LONGEST_WITH_ETAG", 22)
    assert "ETag" not in api.get("/leads")
    assert "ETag" in api.get("/leads?limit=22")


@pytest.fixture
def streaming(monkeypatch):
    """Lists of over ten are streamed."""
    monkeypatch.setattr(list_query, "LONGEST_WHOLE", 10)


@pytest.mark.django_db(transaction=True)
class TestStreams:
    def test_a_long_list_is_streamed_whole(self, api, many, streaming):
        response = api.get("/leads?count=true&status=NEW,COMPLETED")
        body = b"".join(response.streaming_content)
        assert [lead["order"] for lead in json.loads(body)] == sorted(n % 3 for n in range(23))
        assert response["X-Total-Count"] == "23"

    def test_its_total_is_of_the_rows_snapshot(self, api, many, streaming, monkeypatch):
        monkeypatch.setattr(QuerySet, "count", no_count)
        response = api.get("/leads?count=true")
        assert response["X-Total-Count"] == str(len(json.loads(b"".join(response.streaming_content)))) == "23"

    def test_its_length_is_known_beforehand(self, api, casa, streaming):
        car = make_car(casa, make='Ci"tr\\oën\u2028', location="أكادير")
        for n in range(12):
            make_lead(car, note=f'a"b\\\n\t/é😀{n}', tag=None if n % 2 else "x", order=-n)
        response = api.get("/leads")
        body = b"".join(response.streaming_content)
        assert int(response["Content-Length"]) == len(body) == len(body.rstrip(b" "))

    @pytest.mark.parametrize("path", ["/vehicles", "/leads/{lead}/history"])
    def test_every_list_announces_at_least_its_length(self, api, casa, streaming, path):
        lead = make_lead(make_car(casa, price="1.50", km=5))
        for n in range(12):
            make_car(casa, price=n, location="Fès", stock_number=str(n))
            api.patch(f"/leads/{lead.pk}", {"note": f'é"{n}', "status": ["COMPLETED", "NEW"][n % 2]})
        response = api.get(path.format(lead=lead.pk))
        body = b"".join(response.streaming_content)
        assert int(response["Content-Length"]) == len(body)
        assert len(json.loads(body)) == 13

    def test_head_streams_nothing(self, api, many, streaming):
        response = api.send("HEAD", "/leads?count=true")
        assert (response.status_code, response["X-Total-Count"]) == (200, "23")
        assert b"".join(response.streaming_content) == b""

    def test_a_failure_after_the_first_byte_leaves_no_well_formed_array(self, api, many, streaming, monkeypatch):
        from steerleads.api import streaming as module

        monkeypatch.setattr(module, "ROWS_A_READ", 5)
        rendered = []

        def fail_at_the_twelfth(data):
            rendered.append(data)
            if len(rendered) == 12:
                raise OSError("the disk is gone")
            return b"{}"

        monkeypatch.setattr(list_query.json, "render", fail_at_the_twelfth)
        monkeypatch.setattr(list_query, "size_of", lambda listing, rows: Size(12, 1000))
        response, got = api.get("/leads"), b""
        with pytest.raises(OSError, match="disk"):
            for chunk in response.streaming_content:
                got += chunk
        assert got == b"[{},{},{},{},{},{},{},{},{},{}"
