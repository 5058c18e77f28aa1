"""Hostile requests: one expected answer each, the same on both databases, never a 5xx, never HTML, nothing logged as error."""

import gzip
import json
import logging
import re
from urllib.parse import quote

import pytest
from django.test import RequestFactory

from conftest import ApiClient, error_of, make_car, make_lead
from steerleads.db.text import fold
from steerleads.tests import hostile_bodies as bodies
from steerleads.tests import hostile_headers, hostile_judgement, hostile_queries
from steerleads.tests import hostile_requests as requests
from steerleads.wsgi import Handler, Request

NOBODY = "550e8400-e29b-41d4-a716-446655440000"
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture
def names(api, casa, atlas, civic, lead):
    """What `<lead>` and the like in the tables stand for."""
    cousin = make_lead(make_car(casa, model="Accord"))
    return {
        "lead": str(lead.pk),
        "LEAD": str(lead.pk).upper(),
        "undashed": lead.pk.hex,
        "cousin": str(cousin.pk),
        "foreign": str(make_lead(make_car(atlas)).pk),
        "nobody": NOBODY,
        "car": str(civic.pk),
        "CAR": str(civic.pk).upper(),
        "key": api.secret,
        "KEY": api.secret.upper(),
    }


@pytest.fixture
def judge(caplog):
    """Checks an answer against what is expected of it and against what every answer has in common."""

    def check(response, expected):
        code = expected if isinstance(expected, int) else error_of(response)
        assert code == expected if not isinstance(expected, int) else response.status_code == expected
        assert response["Cache-Control"] == "private, no-cache"
        assert re.fullmatch(r"[A-Za-z0-9._:=+/-]{1,128}", response["X-Request-Id"])
        is_file = response.status_code == 200 and "Content-Disposition" in response
        assert response.status_code == 304 or is_file or response["Content-Type"] == "application/json"
        errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
        caplog.clear()
        assert errors == []
        if response.status_code >= 400 and response.content:
            assert_envelope(response.json())

    return check


def assert_envelope(body):
    error = body["error"]
    assert list(body) == ["status", "error"]
    assert body["status"] == "error"
    assert list(error) in (["code", "message", "type"], ["code", "message", "type", "field", "details"])
    if "details" in error:
        assert error["field"] == error["details"][0]["field"]
        assert {key for detail in error["details"] for key in detail} == {"field", "code", "message"}


def fill(value, names):
    """`value` (text, bytes or JSON) with `<lead>` and the like put in."""
    if isinstance(value, bytes):
        return re.sub(rb"<(\w+)>", lambda found: names.get(found[1].decode(), found[0].decode()).encode(), value)
    if isinstance(value, str):
        return re.sub(r"<(\w+)>", lambda found: names.get(found[1], found[0]), value)
    return value if value is None else json.loads(fill(json.dumps(value), names))


def named(table):
    """The rows of a table as parameters, called by their first column."""
    return [pytest.param(*row[1:], id=row[0]) for row in table]


def short(value):
    return ascii(value)[:60] if isinstance(value, str) else None


# --- Bodies --------------------------------------------------------------------------------------


def test_json(api, names, judge, subtests):
    for name, body, expected in bodies.JSON:
        with subtests.test(name):
            judge(api.post(f"/leads/car/{names['car']}", body), expected)


def test_fields_of_a_new_lead(api, names, judge, subtests):
    for name, fields, expected in bodies.TEXTS:
        with subtests.test(name):
            judge(api.post(f"/leads/car/{names['car']}", {**bodies.VALID, **fill(fields, names)}), expected)


def test_fields_of_a_changed_lead(api, names, judge, subtests):
    for name, fields, expected in bodies.TEXTS:
        with subtests.test(name):
            judge(api.patch(f"/leads/{names['lead']}", fill(fields, names)), 200 if expected == 201 else expected)


@pytest.mark.parametrize(("field", "code"), [("status", "INVALID_LEAD_STATUS"), ("order", "VALIDATION_ERROR")])
def test_null_counts_as_absent_in_a_new_lead_only(api, names, judge, field, code):
    judge(api.post(f"/leads/car/{names['car']}", {**bodies.VALID, field: None}), 201)
    judge(api.patch(f"/leads/{names['lead']}", {field: None}), (400, code, field))


def test_orders(api, names, judge, subtests):
    for spelled, number in bodies.ORDERS:
        with subtests.test(short(spelled)):
            response = api.patch(f"/leads/{names['lead']}/order", b'{"order":%s}' % spelled.encode())
            judge(response, 200 if number is not None else bodies.bad("order"))
            assert number is None or response.json()["order"] == number


@pytest.mark.parametrize(("field", "spelled", "value"), bodies.VEHICLES, ids=short)
def test_fields_of_a_vehicle(api, judge, field, spelled, value):
    members = {"make": '"Honda"', "model": '"Civic"', field: spelled}
    body = ",".join(f'"{name}":{member}' for name, member in members.items()).encode()
    response = api.post("/vehicles", b"{%s}" % body)
    judge(response, 201 if value is not None else bodies.bad(field))
    assert value is None or response.json()[field] == (value if value != "" else None)


@pytest.mark.parametrize(("body", "expected"), named(bodies.REORDERS))
def test_reorders(api, names, judge, body, expected):
    judge(api.patch(f"/leads/car/{names['car']}/reorder", fill(body, names)), expected)


@pytest.mark.parametrize("depth", bodies.DEPTHS)
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")], ids=["lists", "objects"])
def test_what_is_nested_too_deeply_to_be_printed(api, names, judge, depth, opening, closing):
    deep = opening * depth + (b"0" if closing == b"}" else b"") + closing * depth
    reordered = api.patch(f"/leads/car/{names['car']}/reorder", b'{"leadOrders":[{"order":1,"id":%s}]}' % deep)
    assert reordered.status_code == 400
    judge(reordered, error_of(reordered))
    for field in ("status", "order", "action", "carId"):
        changed = api.patch(f"/leads/{names['lead']}", b'{"%s":%s}' % (field.encode(), deep))
        assert changed.status_code == 400
        judge(changed, error_of(changed))


def test_a_gzipped_body_is_taken_for_nothing_else(api, names, judge):
    body = gzip.compress(b"{}")
    judge(api.patch(f"/leads/{names['lead']}", body, content_encoding="gzip"), requests.NO_MEDIA)
    judge(api.patch(f"/leads/{names['lead']}", body), bodies.REJECTED)


@pytest.mark.parametrize("length", ["abc", "-5", "", "1e3"])
def test_a_content_length_that_is_no_number(api, names, judge, length):
    path = f"/v1/leads/{names['lead']}"
    headers = {"authorization": f"Bearer {api.secret}"}
    response = api.generic("PATCH", path, b"{}", "application/json", headers=headers, CONTENT_LENGTH=length)
    judge(response, bodies.REJECTED)


# --- Texts that grow when folded -----------------------------------------------------------------

GROWING = {
    "one ligature of 18 code points": "\ufdfa" * 200,
    "words in squares": "".join(map(chr, range(0x3300, 0x33C8))),
    "syllables": "".join(chr(0xAC1C + 53 * number) for number in range(200)),
    "ligatures and squares": "\ufdfa\u3316\u321d\ufdfb\u3356\u334a\u327c\u321e" * 25,
}


@pytest.mark.parametrize("text", GROWING.values(), ids=GROWING)
def test_a_lead_whose_texts_grow_when_folded_is_found(api, names, judge, text):
    """PostgreSQL refuses an index row over 2704 bytes, compressed."""
    fields = {"action": text, "targetName": text, "tag": text[:100], "targetInfo": text, "note": text}
    created = api.post(f"/leads/car/{names['car']}", fields)
    judge(created, 201)
    for query in ({"action": text}, {"targetName": text}, {"tag": text[:100]}, {"search": text}):
        found = api.get("/leads", query=query)
        judge(found, 200)
        assert [lead["id"] for lead in found.json()] == [created.json()["id"]]
    for sort in ("action", "targetName"):
        assert len(api.get("/leads", query={"sortBy": sort, "limit": 1, "count": "true"}).json()) == 1


@pytest.mark.parametrize("text", GROWING.values(), ids=GROWING)
def test_a_vehicle_whose_texts_grow_when_folded_is_found(api, judge, text):
    make, model = text[:100], text[100:]
    created = api.post("/vehicles", {"make": make, "model": model, "location": make, "stockNumber": text[:50]})
    judge(created, 201)
    for query in ({"make": make}, {"model": model}, {"location": make}, {"search": make}, {"sortBy": "make"}):
        assert [car["id"] for car in api.get("/vehicles", query=query).json()] == [created.json()["id"]]


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("İstanbul", "istanbul"),
        ("istanbul", "İSTANBUL"),
        ("Straße", "STRASSE"),
        ("ΟΔΟΣ", "οδος"),
        ("οδός", "ΟΔΟΣ"),
        ("ﬁnance", "FINANCE"),
        ("Ａｕｄｉ", "audi"),
        ("ǅ", "ǆ"),
        ("ﬀ", "FF"),
        ("100%", "100%"),
        ("a_b", "A_B"),
        ("a\\b", "a\\B"),
        ("'quoted\"", "'QUOTED\""),
        ("ᾳ", "Α"),
        ("\u212a", "k"),
    ],
    ids=short,
)
def test_what_is_found_in_other_letters(api, civic, written, asked):
    lead = make_lead(civic, tag=written)
    for query in ({"tag": asked}, {"search": asked}, {"tag": f" {asked} "}):
        assert [found["id"] for found in api.get("/leads", query=query).json()] == [str(lead.pk)]


def test_wild_cards_are_letters(api, lead):
    for wild in ("%", "_", "\\", "%_", "[a-z]", "*", "?", ".*"):
        assert api.get("/leads", query={"search": wild}).json() == [], wild


def test_folding_is_stable():
    """What is folded stays as it is: a search word would else miss the text it came from."""
    points = [*range(0x20000), *range(0x2F800, 0x2FA20)]  # what is not there folds to itself
    unstable = [hex(point) for point in points if fold(fold(chr(point))) != fold(chr(point))]
    assert unstable == []


# --- Paths, methods, queries ---------------------------------------------------------------------


def test_paths(api, names, judge, subtests):
    for path, expected in requests.PATHS:
        with subtests.test(short(path)):
            judge(api.get(fill(path, names)), expected)


def test_methods(api, names, judge, subtests):
    for method, path, expected in requests.METHODS:
        with subtests.test(f"{method} {path}"):
            response = api.send(method, fill(path, names))
            if method == "HEAD":
                assert response.content == b""
                assert response.status_code == (expected if isinstance(expected, int) else expected[0])
            else:
                judge(response, expected)
            assert (response.status_code == 405) == response.has_header("Allow")


def test_queries(api, names, judge, subtests):
    for query, expected in hostile_queries.QUERIES:
        with subtests.test(short(query)):
            judge(api.get(f"/leads?{fill(query, names)}"), expected)


def test_queries_elsewhere(api, names, judge, subtests):
    for path, expected in hostile_queries.OTHER_QUERIES:
        with subtests.test(short(path)):
            judge(api.get(fill(path, names)), expected)


@pytest.mark.parametrize(
    "name",
    ["\r\nSet-Cookie: a=b", "سعر", "\x00", "a,b", "%", "\U0001f697", "x" * 10_000, "", '"', "a b"],
    ids=short,
)
def test_the_name_of_an_unknown_parameter_makes_a_sane_header(api, judge, name):
    response = api.get(f"/leads?{quote(name)}=1&other=2")
    judge(response, 200)
    assert re.fullmatch(r"[!-~]*,other", response["X-Ignored-Parameters"])
    assert len(response["X-Ignored-Parameters"]) <= 4096


def test_at_most_twenty_unknown_parameters_are_named(api):
    response = api.get("/leads?" + "&".join(f"p{number}={number}&p{number}=x" for number in range(25)))
    assert response["X-Ignored-Parameters"] == ",".join([*(f"p{number}" for number in range(20)), "%E2%80%A6"])


@pytest.mark.parametrize("name", ["\r\nSet-Cookie: a=b", "\ud800", "x" * 500_000, "سعر" * 1000], ids=short)
def test_the_names_of_unknown_fields_make_a_sane_header(api, lead, judge, name):
    response = api.patch(f"/leads/{lead.pk}", {name: 1, **{f"{name}{number}": 1 for number in range(1)}})
    judge(response, 200)
    assert re.fullmatch(r"[!-~]+", response["X-Ignored-Fields"])
    assert len(response["X-Ignored-Fields"]) <= 4096


# --- Cursors -------------------------------------------------------------------------------------


@pytest.fixture
def cursor(api, civic):
    """A cursor of `/leads?limit=1`."""
    for order in range(3):
        make_lead(civic, order=order)
    return re.search(r"cursor=([^&>]+)", api.get("/leads?limit=1")["Link"])[1]


def test_a_cursor_fits_where_it_was_given(api, cursor, judge):
    judge(api.get(f"/leads?limit=2&cursor={cursor}"), 200)


@pytest.mark.parametrize(
    "path",
    [
        "/leads?sortBy=createdAt&",
        "/leads?sortOrder=desc&",
        "/leads?search=call&",
        "/leads?status=NEW&",
        "/leads?archived=any&",
        "/leads/status/NEW?",
        "/leads/car/<car>?",
        "/leads/<lead>/history?",
        "/vehicles?",
    ],
)
def test_a_cursor_fits_nowhere_else(api, names, cursor, judge, path):
    judge(api.get(f"{fill(path, names)}cursor={cursor}"), bodies.bad("cursor"))


def test_a_cursor_does_not_fit_another_dealership(rival, cursor, judge):
    judge(rival.get(f"/leads?limit=1&cursor={cursor}"), bodies.bad("cursor"))


def test_a_cursor_is_refused_with_any_letter_changed(api, cursor, judge):
    for place in range(0, len(cursor), 7):
        wrong = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        judge(api.get(f"/leads?limit=1&cursor={wrong}"), bodies.bad("cursor"))


# --- Headers -------------------------------------------------------------------------------------


def test_headers(api, names, judge, subtests):
    for header, value, expected in hostile_headers.HEADERS:
        with subtests.test(f"{header}: {short(value)}"):
            response = api.get(f"/leads/{names['lead']}", **{header: fill(value, names)})
            judge(response, expected)
            assert "Set-Cookie" not in response
            if header == "x_request_id":
                assert UUID4.fullmatch(response["X-Request-Id"])
            assert (response.status_code == 401) == (response.get("WWW-Authenticate") == "Bearer")


@pytest.mark.parametrize(("header", "value", "expected"), hostile_headers.WRITE_HEADERS, ids=short)
def test_headers_of_a_write(api, names, judge, header, value, expected):
    judge(api.patch(f"/leads/{names['lead']}", {"tag": "x"}, **{header: value}), expected)


@pytest.mark.parametrize(("content_type", "on_post", "on_patch"), hostile_headers.CONTENT_TYPES, ids=short)
def test_content_types(api, names, judge, content_type, on_post, on_patch):
    body = json.dumps(bodies.VALID).encode()
    judge(api.post(f"/leads/car/{names['car']}", body, content_type=content_type), on_post)
    judge(api.patch(f"/leads/{names['lead']}", body, content_type=content_type), on_patch)


def test_no_body_and_no_content_type_is_bad_json(api, names, judge):
    judge(api.post(f"/leads/car/{names['car']}"), bodies.REJECTED)
    judge(api.patch(f"/leads/{names['lead']}"), bodies.REJECTED)


def test_a_body_where_none_is_taken_is_not_read(api, names, judge):
    judge(api.post(f"/leads/{names['lead']}/archive", b"{", content_type="a/b"), 200)


@pytest.mark.parametrize("charset", hostile_headers.CHARSETS, ids=short)
@pytest.mark.parametrize(("method", "expected"), [("GET", 200), ("PATCH", 415)])
def test_charsets_that_django_stumbles_over(api, names, method, expected, charset):
    """As the server makes its requests: the test client makes them in another way, and fails."""
    environ = RequestFactory(headers={"host": "localhost"})._base_environ() | {
        "REQUEST_METHOD": method,
        "PATH_INFO": f"/v1/leads/{names['lead']}",
        "QUERY_STRING": "tag=%C3%A9",
        "CONTENT_TYPE": f"application/json; {charset}",
        "HTTP_AUTHORIZATION": f"Bearer {api.secret}",
    }
    response = Handler().get_response(Request(environ))
    assert response.status_code == expected
    assert response["X-Ignored-Parameters"] == "tag"


# --- Two things wrong at once --------------------------------------------------------------------


@pytest.fixture
def clients(casa, api, names):
    """One for each word in the table's second column."""
    reader = {"scopes": ["leads:read", "vehicles:read"]}
    clients = {
        "casa": api,
        "no key": api,
        "bad key": api,
        "reader": ApiClient(casa, **reader),
        "spent": ApiClient(casa, hourly_limit=1),
        "spent reader": ApiClient(casa, hourly_limit=1, **reader),
    }
    for name in ("spent", "spent reader"):
        assert clients[name].get("/auth/test").status_code == 200
    assert api.patch(f"/leads/{names['lead']}", {"tag": "used"}, idempotency_key="used").status_code == 200
    return clients


def test_order_of_judgement(clients, names, judge, subtests):
    keys = {"no key": {"authorization": None}, "bad key": {"authorization": "Bearer dev_x"}}
    for name, who, method, path, body, headers, expected in hostile_judgement.JUDGEMENT:
        with subtests.test(name):
            headers = {**keys.get(who, {}), **headers}
            judge(clients[who].send(method, fill(path, names), fill(body, names), **headers), expected)


def test_nothing_above_wrote_a_lead_for_another_dealership(rival, names):
    assert [lead["id"] for lead in rival.get("/leads").json()] == [names["foreign"]]


def test_there_are_at_least_150_hostile_requests():
    modules = (bodies, requests, hostile_queries, hostile_headers, hostile_judgement)
    tables = [getattr(module, name) for module in modules for name in dir(module) if name.isupper()]
    assert sum(len(table) for table in tables if isinstance(table, list)) >= 150
