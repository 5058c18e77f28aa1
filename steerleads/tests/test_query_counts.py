"""How many SQL statements each endpoint takes, written down, and that more rows take no more statements.

A warm key is counted: the first request of a key in a process looks it up, and notes once a minute that it was used.
Statements that only begin and end transactions (SAVEPOINT, RELEASE …) are not. The numbers are those of both databases.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conftest import ApiClient, make_car, make_lead
from leads.feed import number_events
from leads.outbox.models import Delivery
from leads.webhooks.actions import create_webhook
from steerleads.tests.test_api_tenancy import CONTACT, FIGURES, TABLE

CONTROL = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
LEAD = {"action": "Call", "targetName": "Sara", "targetInfo": "+212"}
CAR = {"make": "Dacia", "model": "Logan"}
HOOK = {"url": "https://crm.example.com/hooks"}
ORDERS = {"leadOrders": [{"id": "<lead>", "order": 9}]}
SAME = {"leadOrders": [{"id": "<lead>", "order": 0}]}
ONCE = {"idempotency_key": "once"}

READS = [
    # (path, statements, what they are)
    ("/auth/test", 0, "the key is known"),
    ("/leads", 1, "the list"),
    ("/leads?limit=1", 1, "the page"),
    ("/leads?limit=1&count=true", 2, "the number, the page"),
    ("/leads?search=sara+call&status=NEW&tag=Hot&updatedSince=2024-01-01&sortBy=targetName", 1, "the list"),
    ("/leads/status/NEW", 1, "the list"),
    ("/leads/car/<car>", 1, "the list; the car too if the list is empty"),
    ("/leads/<lead>", 1, "the lead"),
    ("/leads/<lead>?include=car", 1, "the lead with its car"),
    ("/leads/<lead>?include=car,origin", 1, "the lead with its car and its origin"),
    ("/leads/<foreign>", 2, "the lead, whether it is another's"),
    ("/leads/<lead>/history", 2, "the lead, its events"),
    ("/leads/<lead>?include=work", 3, "the lead with its work; hours (2)"),
    ("/leads/<lead>/work", 3, "the lead with its work; hours (2)"),
    ("/leads?include=work", 3, "the list; hours (2); if somebody has one, names (2)"),
    ("/leads?assignee=none", 1, "the list"),
    ("/leads?due=today", 2, "the dealership's time zone, the list"),
    ("/leads?sortBy=due", 1, "the list"),
    ("/staff", 2, "who works there, who has left"),
    ("/vehicles", 1, "the list"),
    ("/vehicles/<car>", 1, "the car"),
    ("/exports/leads?format=csv", 2, "the leads; that they went out"),
    ("/exports/leads?format=xlsx&search=sara&status=NEW", 2, "the leads; that they went out"),
    ("/exports/vehicles?format=csv", 2, "the cars; that they went out"),
    ("/exports/history?format=csv", 2, "the events; that they went out"),
    ("/exports/leads?format=pdf", 0, "no format"),
    ("/events", 3, "whether any has no number; the events, their leads"),
    ("/analytics/conversion", 4, "what is counted (3); the numbers"),
    (
        "/analytics/response",
        4,
        "what is counted (3); the numbers by both clocks; if there are answers, times by both clocks (2)",
    ),
    ("/analytics/completion", 4, "what is counted (3); the numbers; if there are some, times"),
    ("/analytics/completion?by=tag", 3, "what is counted (3); the rest was told in this minute"),
    ("/analytics/conversion?by=car&compare=previous", 0, "one or the other"),
    ("/analytics/conversion?compare=previous", 5, "what is counted (3); the numbers of both"),
    ("/analytics/ageing", 4, "what is counted (3); the numbers"),
    ("/analytics/activity", 10, "what is counted (3); created, deleted, turns (2); open now, opened and closed since"),
    ("/analytics/heatmap", 4, "what is counted (3); the hours"),
    *(
        (
            f"/analytics/{name}/leads?cell={cell}",
            5 if name in ("activity", "heatmap") else 4,
            "what is counted (3); how many there are, unless that is known; the list",
        )
        for name, cell in FIGURES.items()
    ),
    (
        "/analytics/conversion/leads?cell=created&limit=1",
        4,
        "what is counted (3); how many there are is known; the page",
    ),
    ("/webhooks", 1, "the list"),
    ("/webhooks/<hook>", 1, "the webhook"),
    ("/webhooks/<hook>/deliveries", 2, "the webhook, its deliveries"),
    ("/webhooks/x", 0, "no id"),
    ("/nothing", 0, "no route"),
    ("/leads/x", 0, "no id"),
    ("/leads?limit=0", 0, "no query"),
]
WRITES = [
    # (method, path, body, headers, statements, what they are)
    ("POST", "/leads/car/<car>", LEAD, {}, 3, "lock the car; insert the lead, its event"),
    ("PATCH", "/leads/<lead>", {"tag": "x"}, {}, 3, "lock; update, insert the event"),
    ("PATCH", "/leads/<lead>", {"order": 5}, {}, 4, "lock the order, the lead; update, insert the event"),
    ("PATCH", "/leads/<lead>", {"tag": None}, {}, 1, "lock; nothing changed"),
    ("PATCH", "/leads/<lead>", {}, {}, 1, "lock; nothing changed"),
    ("PATCH", "/leads/<lead>", {"tag": "x"}, {"if_match": '"9"'}, 1, "lock; stale"),
    ("PATCH", "/leads/<foreign>", {"tag": "x"}, {}, 2, "lock; whether it is another's"),
    ("PATCH", "/leads/<lead>", {"status": "x"}, {}, 0, "refused before any query"),
    ("PATCH", "/leads/<lead>/order", {"order": 5}, {}, 4, "lock the order, the lead; update, insert the event"),
    ("PATCH", "/leads/car/<car>/reorder", ORDERS, {}, 5, "lock the order; the car; lock leads; update, insert events"),
    ("PATCH", "/leads/car/<car>/reorder", SAME, {}, 3, "lock the order; the car; lock leads; nothing moved"),
    ("POST", "/leads/<lead>/archive", None, {}, 3, "lock; update, insert the event"),
    ("POST", "/leads/<lead>/restore", None, {}, 1, "lock; nothing changed"),
    (
        "DELETE",
        "/leads/<lead>",
        None,
        {},
        11,
        "lock; erase texts, answers; tombstone; what was told of it (3); its origin, its work; what an import changed; "
        "delete",
    ),
    (
        *("PATCH", "/leads/<lead>/work", {"nextStep": "Call"}, {}, 8),
        "lock; the work; its latest event; insert the work, its event; the lead with its work; hours (2)",
    ),
    ("PATCH", "/leads/<lead>/work", {}, {}, 5, "lock; the work; nothing changed; the lead with its work; hours (2)"),
    ("POST", "/leads/<lead>/claim", None, {}, 0, "the key acts for nobody"),
    ("POST", "/leads/<lead>/contacts", CONTACT, {}, 3, "lock; its latest event; insert the event"),
    ("POST", "/vehicles", CAR, {}, 1, "insert"),
    ("PATCH", "/vehicles/<car>", CAR, {}, 3, "mark the stock; lock; update"),
    ("PATCH", "/vehicles/<car>", {}, {}, 2, "mark the stock; lock; nothing changed"),
    ("DELETE", "/vehicles/<idle>", None, {}, 5, "mark the stock; lock; whether it has leads, Django again; delete"),
    ("DELETE", "/vehicles/<car>", None, {}, 3, "mark the stock; lock; it has leads"),
    ("POST", "/webhooks", HOOK, {}, 7, "unnumbered events?; the feed, lock; how many there are; insert (2), audit"),
    ("PATCH", "/webhooks/<hook>", {"description": "x"}, {}, 4, "lock; update (2), audit"),
    ("PATCH", "/webhooks/<hook>", {"url": "https://crm.example.com/2"}, {}, 5, "lock; update (2), audit, take up"),
    ("PATCH", "/webhooks/<hook>", {}, {}, 1, "lock; nothing changed"),
    ("DELETE", "/webhooks/<hook>", None, {}, 10, "the feed, lock; lock; answers, attempts, deliveries; audit; Django"),
    ("POST", "/webhooks/<hook>/rotate", None, {}, 4, "lock; update (2), audit"),
    ("POST", "/webhooks/<hook>/test", None, {}, 4, "the webhook; lock; insert; read"),
    ("POST", "/webhooks/<hook>/deliveries/<dead>/redeliver", None, {}, 6, "both; lock, the lead; update; read"),
    ("POST", "/leads/car/<car>", LEAD, ONCE, 8, "expired records, of the key; claim, look; the three; keep"),
]


@pytest.fixture
def names(casa, atlas, civic, lead):
    hook = create_webhook(casa, {"url": HOOK["url"]})
    return {
        "<lead>": str(lead.pk),
        "<car>": str(civic.pk),
        "<idle>": str(make_car(casa, model="Accord").pk),
        "<foreign>": str(make_lead(make_car(atlas)).pk),
        "<hook>": str(hook.pk),
        "<dead>": str(Delivery.objects.create(dealership=casa, destination=hook, kind="lead.created", state="dead").pk),
    }


@pytest.fixture
def warm(api):
    api.get("/auth/test")
    return api


def statements(send):
    """(the answer, the SQL of the statements that it took)"""
    with CaptureQueriesContext(connection) as context:
        response = send()
    return response, [query["sql"] for query in context.captured_queries if not query["sql"].startswith(CONTROL)]


def fill(value, names):
    for name, id in names.items():
        value = value.replace(name, id)
    return value


def body_of(body, names):
    listed = body and body.get("leadOrders")
    return {"leadOrders": [{**item, "id": names["<lead>"]} for item in listed]} if listed else body


@pytest.mark.parametrize(("path", "number", "words"), READS, ids=[path for path, *_ in READS])
def test_reads(warm, names, path, number, words):
    if path.startswith("/analytics"):  # what happened before is counted once
        warm.get(fill(path, names))
    _, sql = statements(lambda: warm.get(fill(path, names)))
    assert len(sql) == number, sql


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "number", "words"), WRITES, ids=[f"{row[0]} {row[1]}" for row in WRITES]
)
def test_writes(warm, names, method, path, body, headers, number, words):
    _, sql = statements(lambda: warm.send(method, fill(path, names), body_of(body, names), **headers))
    assert len(sql) == number, sql


def test_every_endpoint_is_written_down():
    written = {("GET", path.split("?")[0]) for path, *_ in READS} | {(method, path) for method, path, *_ in WRITES}
    assert {(method, path.split("?")[0]) for _, method, path, *_ in TABLE} <= written


def test_a_replay_asks_for_its_answer_only(warm, names):
    def send():
        return warm.post(f"/leads/car/{names['<car>']}", LEAD, idempotency_key="once")

    send()
    response, sql = statements(send)
    assert response["Idempotency-Replayed"] == "true"
    assert len(sql) == 4, sql


def test_a_key_is_looked_up_once(casa, names):
    cold = ApiClient(casa)
    first, again = (statements(lambda: cold.get("/auth/test"))[1] for _ in range(2))
    # The key, that it is used; that it is from a new address: lock, note, audit.
    assert (len(first), len(again)) == (5, 0)


def test_a_limit_costs_a_lease_now_and_then(casa, names):
    limited = ApiClient(casa, hourly_limit=1000)
    counts = [len(statements(lambda: limited.get("/auth/test"))[1]) for _ in range(100)]
    assert counts == [7, *[0] * 49, 2, *[0] * 46, *counts[97:]]
    assert sum(counts) <= 13


LISTS = [
    "/leads",
    "/leads?limit=1000&count=true",
    "/leads?sortBy=status&sortOrder=desc&archived=any",
    "/leads?include=work&sortBy=due",
    "/leads/car/<car>",
    "/leads/status/NEW",
    "/leads/<lead>/history",
    "/vehicles",
    "/events",
    "/webhooks",
    "/webhooks/<hook>/deliveries",
    "/exports/leads?format=jsonl",
    "/exports/vehicles?format=jsonl",
    "/exports/history?format=jsonl",
]


def rows_of(response):
    is_array = response["Content-Type"] == "application/json"
    return len(response.json() if is_array else response.content.splitlines())


@pytest.mark.parametrize("path", LISTS)
def test_twenty_rows_take_what_one_takes(warm, casa, civic, names, path):
    one, sql_of_one = statements(lambda: warm.get(fill(path, names)))
    for number in range(19):
        make_lead(civic, order=number)
        make_car(casa)
        warm.patch(f"/leads/{names['<lead>']}", {"tag": str(number)})
        warm.post("/webhooks", HOOK)
        warm.post(f"/webhooks/{names['<hook>']}/test")
    number_events(casa)
    twenty, sql_of_twenty = statements(lambda: warm.get(fill(path, names)))
    assert rows_of(one) < 20 <= rows_of(twenty)
    assert len(sql_of_one) == len(sql_of_twenty)


def test_two_hundred_leads_are_reordered_like_two(warm, civic):
    leads = [make_lead(civic) for _ in range(200)]

    def reorder(count, start):
        orders = [{"id": str(lead.pk), "order": start + place} for place, lead in enumerate(leads[:count])]
        return statements(lambda: warm.patch(f"/leads/car/{civic.pk}/reorder", {"leadOrders": orders}))

    (two, sql_of_two), (many, sql_of_many) = reorder(2, 10), reorder(200, 1000)
    assert (two.status_code, many.status_code) == (200, 200)
    assert len(sql_of_two) == len(sql_of_many) == 5
