"""Every route of the API with every kind of key: what a key lacks, and what it must not see, in one table."""

from datetime import timedelta
from functools import reduce

import pytest
from django.urls import get_resolver
from django.utils import timezone

from cars.models import Car
from conftest import ApiClient, error_of, make_car, make_lead
from leads.models import Lead, LeadEvent
from leads.outbox.models import Delivery
from leads.webhooks.actions import create_webhook
from leads.webhooks.models import Webhook
from leads.work.models import Work
from steerleads.dealers.keys import forget_cached_keys, revoke_key
from steerleads.dealers.models import Scope

LEAD = {"action": "Call", "targetName": "Sara", "targetInfo": "+212"}
CAR = {"make": "Dacia", "model": "Logan"}
ORDERS = {"leadOrders": [{"id": "<lead>", "order": 9}]}
CONTACT = {"via": "call", "outcome": "reached"}
NOBODYS_KEY = (400, "VALIDATION_ERROR", "assignee")
HOOK = {"url": "https://crm.example.com/hooks"}
NOT_YOURS = (403, "UNAUTHORIZED_LEAD_ACCESS", None)
NO_CAR = (404, "CAR_NOT_FOUND", None)
NO_HOOK = (404, "WEBHOOK_NOT_FOUND", None)
NO_PATH = (404, "NOT_FOUND", None)

# {figure: the cell of one of its numbers}
FIGURES = {
    "conversion": "created",
    "response": "byImport",
    "completion": "completed",
    "ageing": "open",
    "activity": "rows.29.created",
    "heatmap": "rows.0.0",
}
BOTH = "analytics:read leads:read"

# (route, method, path, body, the scope it needs or several, what it answers its own dealership, what it answers another)
TABLE = [
    ("v1/leads", "GET", "/leads", None, "leads:read", 200, []),
    ("v1/leads/car/<str:carId>", "GET", "/leads/car/<car>", None, "leads:read", 200, NO_CAR),
    ("v1/leads/car/<str:carId>", "POST", "/leads/car/<car>", LEAD, "leads:write", 201, NO_CAR),
    ("v1/leads/car/<str:carId>/reorder", "PATCH", "/leads/car/<car>/reorder", ORDERS, "leads:write", 200, NO_CAR),
    ("v1/leads/status/<str:status>", "GET", "/leads/status/NEW", None, "leads:read", 200, []),
    ("v1/leads/<str:id>", "GET", "/leads/<lead>", None, "leads:read", 200, NOT_YOURS),
    ("v1/leads/<str:id>", "PATCH", "/leads/<lead>", {"tag": "x"}, "leads:write", 200, NOT_YOURS),
    ("v1/leads/<str:id>", "DELETE", "/leads/<lead>", None, "leads:write", 200, NOT_YOURS),
    ("v1/leads/<str:id>/order", "PATCH", "/leads/<lead>/order", {"order": 9}, "leads:write", 200, NOT_YOURS),
    ("v1/leads/<str:id>/archive", "POST", "/leads/<lead>/archive", None, "leads:write", 200, NOT_YOURS),
    ("v1/leads/<str:id>/restore", "POST", "/leads/<lead>/restore", None, "leads:write", 200, NOT_YOURS),
    ("v1/leads/<str:id>/history", "GET", "/leads/<lead>/history", None, "leads:read", 200, NOT_YOURS),
    ("v1/leads/<str:id>/work", "GET", "/leads/<lead>/work", None, "work:read", 200, NOT_YOURS),
    ("v1/leads/<str:id>/work", "PATCH", "/leads/<lead>/work", {"nextStep": "Call"}, "work:write", 200, NOT_YOURS),
    ("v1/leads/<str:id>/claim", "POST", "/leads/<lead>/claim", None, "work:write", NOBODYS_KEY, NOBODYS_KEY),
    ("v1/leads/<str:id>/contacts", "POST", "/leads/<lead>/contacts", CONTACT, "work:write", 201, NOT_YOURS),
    ("v1/staff", "GET", "/staff", None, "work:read", 200, []),
    ("v1/vehicles", "GET", "/vehicles", None, "vehicles:read", 200, []),
    ("v1/vehicles", "POST", "/vehicles", CAR, "vehicles:write", 201, 201),
    ("v1/vehicles/<str:id>", "GET", "/vehicles/<car>", None, "vehicles:read", 200, NO_CAR),
    ("v1/vehicles/<str:id>", "PATCH", "/vehicles/<car>", CAR, "vehicles:write", 200, NO_CAR),
    ("v1/vehicles/<str:id>", "DELETE", "/vehicles/<idle>", None, "vehicles:write", 200, NO_CAR),
    ("v1/exports/leads", "GET", "/exports/leads?format=csv", None, "leads:read", 200, 200),
    ("v1/exports/vehicles", "GET", "/exports/vehicles?format=jsonl", None, "vehicles:read", 200, 200),
    ("v1/exports/history", "GET", "/exports/history?format=csv", None, "leads:read", 200, 200),
    ("v1/events", "GET", "/events", None, "leads:read", 200, []),
    ("v1/webhooks", "GET", "/webhooks", None, "webhooks:manage", 200, []),
    ("v1/webhooks", "POST", "/webhooks", HOOK, "webhooks:manage", 201, 201),
    ("v1/webhooks/<str:id>", "GET", "/webhooks/<hook>", None, "webhooks:manage", 200, NO_HOOK),
    ("v1/webhooks/<str:id>", "PATCH", "/webhooks/<hook>", {"description": "x"}, "webhooks:manage", 200, NO_HOOK),
    ("v1/webhooks/<str:id>", "DELETE", "/webhooks/<hook>", None, "webhooks:manage", 200, NO_HOOK),
    ("v1/webhooks/<str:id>/rotate", "POST", "/webhooks/<hook>/rotate", None, "webhooks:manage", 200, NO_HOOK),
    ("v1/webhooks/<str:id>/test", "POST", "/webhooks/<hook>/test", None, "webhooks:manage", 202, NO_HOOK),
    ("v1/webhooks/<str:id>/deliveries", "GET", "/webhooks/<hook>/deliveries", None, "webhooks:manage", 200, NO_HOOK),
    (
        "v1/webhooks/<str:id>/deliveries/<str:deliveryId>/redeliver",
        *("POST", "/webhooks/<hook>/deliveries/<dead>/redeliver", None),
        *("webhooks:manage", 202, NO_HOOK),
    ),
    *((f"v1/analytics/{name}", "GET", f"/analytics/{name}", None, "analytics:read", 200, 200) for name in FIGURES),
    *(
        (f"v1/analytics/{name}/leads", "GET", f"/analytics/{name}/leads?cell={cell}", None, BOTH, 200, [])
        for name, cell in FIGURES.items()
    ),
    ("v1/auth/test", "GET", "/auth/test", None, None, 200, 200),
    (r"^v1(?:/[\s\S]*)?\Z", "GET", "/nothing", None, None, NO_PATH, NO_PATH),
]
OPEN = {("v1/schema", "GET"), ("v1/docs", "GET")}  # for everybody, without a key


def name_of(row):
    return f"{row[1]} {row[2]}"


each_row = pytest.mark.parametrize("row", TABLE, ids=name_of)


@pytest.fixture
def names(casa, civic, lead):
    """What `<lead>` and the like in the table stand for: all of it Casa's."""
    hook = create_webhook(casa, {"url": HOOK["url"]})
    dead = Delivery.objects.create(dealership=casa, destination=hook, kind="lead.created", state="dead")
    idle = make_car(casa, model="Accord")
    made = {"<lead>": lead, "<car>": civic, "<idle>": idle, "<hook>": hook, "<dead>": dead}
    return {name: str(each.pk) for name, each in made.items()}


def call(client, row, names, **headers):
    _, method, path, body, *_ = row
    for name, id in names.items():
        path = path.replace(name, id)
    if body is ORDERS:
        body = {"leadOrders": [{"id": names["<lead>"], "order": 9}]}
    return client.send(method, path, body, **headers)


def judged(response):
    return error_of(response) if response.status_code >= 400 else response.status_code


def everything(dealership):
    """All rows of a dealership, to see that nobody touched them."""
    models = (Lead, Car, LeadEvent, Work, Webhook, Delivery)
    return [list(model.objects.filter(dealership=dealership).order_by("pk").values()) for model in models]


# --- The table against the URL map ---------------------------------------------------------------


def routes():
    """(route, method) of everything under /v1, as the resolver has it."""
    found = set()
    for pattern in get_resolver().url_patterns:
        if str(pattern.pattern).startswith(("v1/", "^v1")):
            found |= {(str(pattern.pattern), method) for method in _methods(pattern.callback)}
    return found


def _methods(view):
    if actions := getattr(view, "actions", None):
        return {method.upper() for method in actions} - {"HEAD"}
    if cls := getattr(view, "cls", None):
        return {method.upper() for method in cls.http_method_names if hasattr(cls, method)} - {"HEAD", "OPTIONS"}
    return {"GET"}


def test_the_table_has_every_route():
    assert {(route, method) for route, method, *_ in TABLE} | OPEN == routes()


@pytest.mark.parametrize("path", ["/schema", "/docs"])
def test_what_is_open_needs_no_key(api, path):
    assert api.get(path, authorization=None).status_code == 200


# --- Keys that open nothing ----------------------------------------------------------------------


def _expired(client):
    client.key.expires_at = timezone.now() - timedelta(seconds=1)
    client.key.save(update_fields=["expires_at"])
    return f"Bearer {client.secret}"


def _revoked(client):
    revoke_key(client.key, now=timezone.now())
    return f"Bearer {client.secret}"


REFUSED = {
    "no key": (lambda client: None, (401, "MISSING_API_KEY", None)),
    "another scheme": (lambda client: f"Basic {client.secret}", (401, "MISSING_API_KEY", None)),
    "garbage": (lambda client: "Bearer garbage", (401, "INVALID_API_KEY", None)),
    "unknown": (lambda client: "Bearer prod_" + "a" * 43, (401, "INVALID_API_KEY", None)),
    "its digest": (lambda client: f"Bearer {client.key.digest}", (401, "INVALID_API_KEY", None)),
    "expired": (_expired, (401, "INVALID_API_KEY", None)),
    "revoked": (_revoked, (401, "INVALID_API_KEY", None)),
}


@pytest.mark.parametrize(("header_of", "expected"), REFUSED.values(), ids=REFUSED)
def test_a_key_that_does_not_work_opens_nothing(casa, names, subtests, header_of, expected):
    client, before = ApiClient(casa), everything(casa)
    header = header_of(client)
    forget_cached_keys()
    for row in TABLE:
        with subtests.test(name_of(row)):
            response = call(client, row, names, authorization=header)
            assert error_of(response) == expected
            assert response["WWW-Authenticate"] == "Bearer"
            assert everything(casa) == before


@each_row
def test_all_scopes_but_the_one_it_needs_are_not_enough(casa, names, row):
    scopes, ours, before = row[4], row[5], everything(casa)
    for scope in scopes.split() if scopes else [None]:
        client = ApiClient(casa, scopes=[other for other in Scope.values if other != scope])
        expected = (403, "INSUFFICIENT_SCOPE", None) if scope else ours
        assert judged(call(client, row, names)) == expected
        assert everything(casa) == before


@each_row
def test_the_one_scope_it_needs_is_enough(casa, names, row):
    scopes, ours = row[4], row[5]
    client = ApiClient(casa, scopes=scopes.split() if scopes else [])
    assert judged(call(client, row, names)) == ours


@each_row
def test_another_dealerships_key_sees_and_changes_nothing(casa, rival, names, row):
    theirs, before = row[6], everything(casa)
    response = call(rival, row, names)
    assert (response.json() if isinstance(theirs, list) else judged(response)) == theirs
    assert everything(casa) == before
    assert not any(id in response.content.decode() for id in names.values())
    assert "Casa Motors" not in response.content.decode()


@pytest.mark.parametrize("row", [row for row in TABLE if row[1] == "GET"], ids=lambda row: row[2])
def test_head_is_judged_like_get(casa, rival, names, row):
    head = (row[0], "HEAD", *row[2:])
    for client in (ApiClient(casa), ApiClient(casa, scopes=[]), rival):
        assert call(client, head, names).status_code == call(client, row, names).status_code
    assert call(rival, head, names, authorization=None).status_code == 401


# --- Lists ---------------------------------------------------------------------------------------

ANYWHERE = [
    "",
    "search=h",
    "search=%25",
    "limit=1",
    "limit=1000&count=true",
    "dealership=<atlas>&dealership_id=<atlas>",
]
QUERIES = {
    "/vehicles": [
        *ANYWHERE,
        "make=Honda&model=Civic",
        "status=LOADING,SOLD",
        *(f"sortBy={sort}&sortOrder=desc" for sort in ("make", "model", "overviewYear", "price", "km", "createdAt")),
    ],
    "/leads": [
        *ANYWHERE,
        "status=NEW,COMPLETED,NOT_NEEDED",
        "action=Follow+up+call&targetName=Sara+Alami&tag=Hot",
        "carId=<car>",
        "updatedSince=2000-01-01",
        "archived=true",
        "archived=any",
        "include=work&assignee=none&due=none",
        *(
            f"sortBy={sort}&sortOrder=desc"
            for sort in ("order", "status", "action", "targetName", "createdAt", "updatedAt", "due")
        ),
    ],
}
QUERIES["/leads/status/NEW"] = QUERIES["/leads"]


@pytest.fixture
def twins(casa, atlas):
    """Two dealerships that have the same: a car with an open and an archived lead each. {dealership: ids of all of it}"""
    ids = {}
    for dealership in (casa, atlas):
        car = make_car(dealership, vin="1HGCM82633A004352", stock_number="1")
        leads = [make_lead(car, tag="Hot"), make_lead(car, tag="Hot", archived=True)]
        ids[dealership] = {str(found.pk) for found in (car, *leads)}
    return ids


@pytest.mark.parametrize("path", QUERIES)
def test_no_list_shows_a_foreign_row(api, casa, atlas, twins, subtests, path):
    ids = {"<atlas>": str(atlas.pk), "<car>": str(Car.objects.of(atlas).get().pk)}
    for query in QUERIES[path]:
        with subtests.test(query):
            response = api.get(f"{path}?{reduce(lambda text, name: text.replace(name, ids[name]), ids, query)}")
            assert response.status_code == 200
            assert {found["id"] for found in response.json()} <= twins[casa]
            assert not any(id in response.content.decode() for id in twins[atlas])
            assert response.get("X-Total-Count", "1") == "1"


def test_following_all_pages_shows_no_foreign_row(api, casa, atlas):
    cars = [make_car(casa), make_car(atlas)]
    ours = [[str(make_lead(car).pk) for car in cars][0] for _ in range(5)]
    seen, path = [], "/leads?limit=2"
    while path:
        response = api.get(path)
        seen += [lead["id"] for lead in response.json()]
        path = response["Link"].split(">")[0].removeprefix("</v1") if 'rel="next"' in response["Link"] else None
    assert seen == ours


@pytest.mark.parametrize("query", ["", "&search=call", "&status=NEW", "&archived=any"])
def test_a_foreign_car_filters_like_an_unknown_one(api, atlas, lead, query):
    theirs = make_lead(make_car(atlas))
    foreign, unknown = (api.get(f"/leads?carId={id}{query}") for id in (theirs.car_id, theirs.pk))
    assert foreign.content == unknown.content == b"[]"


# --- What tells of others ------------------------------------------------------------------------


def test_a_foreign_lead_in_a_reorder_moves_nothing(api, atlas, civic):
    ours, theirs = make_lead(civic, order=1), make_lead(make_car(atlas), order=1)
    orders = [{"id": str(lead.pk), "order": 9} for lead in (ours, theirs)]
    assert error_of(api.patch(f"/leads/car/{civic.pk}/reorder", {"leadOrders": orders})) == (
        404,
        "LEAD_NOT_FOUND",
        None,
    )
    assert set(Lead.objects.values_list("order", flat=True)) == {1}
    assert not LeadEvent.objects.filter(kind="lead.moved").exists()


def test_a_foreign_car_is_told_like_an_unknown_one(rival, lead, civic):
    for path in ("/vehicles/{}", "/leads/car/{}"):
        foreign, unknown = (rival.get(path.format(id)) for id in (civic.pk, lead.pk))
        assert (foreign.status_code, foreign.content) == (unknown.status_code, unknown.content)


@pytest.mark.parametrize("tag", ['"1"', '"9"', "*"])
def test_the_tag_of_a_foreign_lead_tells_nothing(rival, lead, tag):
    path = f"/leads/{lead.pk}"
    plain = rival.get(path)
    for response in (
        rival.get(path, if_none_match=tag),
        rival.delete(path, if_match=tag),
        rival.patch(path, {"tag": "x"}, if_match=tag),
        rival.post(f"{path}/archive", if_match=tag),
    ):
        assert (response.status_code, response.content) == (403, plain.content)
        assert "ETag" not in response


def test_a_foreign_lead_tells_nothing_of_its_state(api, rival, lead):
    before = rival.get(f"/leads/{lead.pk}")
    api.post(f"/leads/{lead.pk}/archive")
    after = rival.get(f"/leads/{lead.pk}")
    assert (after.content, "X-Archived" in after) == (before.content, False)


def test_the_same_vin_and_stock_number_elsewhere_are_no_duplicate(api, rival):
    car = {**CAR, "vin": "1HGCM82633A004352", "stockNumber": "1"}
    assert api.post("/vehicles", car).status_code == rival.post("/vehicles", car).status_code == 201
    assert error_of(api.post("/vehicles", car)) == (409, "DUPLICATE_VEHICLE", "vin")


def test_idempotency_keys_of_two_dealerships_do_not_meet(api, rival):
    ours, theirs = (client.post("/vehicles", CAR, idempotency_key="1") for client in (api, rival))
    assert (ours.status_code, theirs.status_code) == (201, 201)
    assert "Idempotency-Replayed" not in theirs
    assert ours.json()["id"] != theirs.json()["id"]


def test_idempotency_keys_of_two_api_keys_do_not_meet(casa, civic, api):
    other = ApiClient(casa)
    first, second = (client.post(f"/leads/car/{civic.pk}", LEAD, idempotency_key="1") for client in (api, other))
    assert first.json()["id"] != second.json()["id"]
    assert "Idempotency-Replayed" not in second
    assert error_of(other.post("/vehicles", CAR, idempotency_key="1")) == (422, "IDEMPOTENCY_KEY_REUSED", None)


def test_a_lead_of_a_dealership_does_not_come_back_by_anothers_replay(api, rival, civic):
    path = f"/leads/car/{civic.pk}"
    assert api.post(path, LEAD, idempotency_key="1").status_code == 201
    assert error_of(rival.post(path, LEAD, idempotency_key="1")) == NO_CAR


def test_the_car_of_a_lead_cannot_be_a_foreign_one(api, atlas, lead):
    theirs = make_car(atlas)
    assert error_of(api.patch(f"/leads/{lead.pk}", {"carId": str(theirs.pk)})) == (400, "VALIDATION_ERROR", "carId")
    lead.refresh_from_db()
    assert lead.car_id != theirs.pk
