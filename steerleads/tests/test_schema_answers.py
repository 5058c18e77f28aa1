"""Real answers against the document: each operation's success, every error it can answer and no other, its parameters."""

import json
from contextlib import contextmanager
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import OperationalError, transaction
from django.http import HttpRequest
from jsonschema import ValidationError

from conftest import ApiClient, make_car, make_lead
from leads.outbox.models import Delivery
from leads.webhooks.actions import create_webhook
from leads.webhooks.models import Webhook
from leads.work.tests.people import hire
from steerleads.api.errors import RequestTimeout
from steerleads.dealers import authentication
from steerleads.dealers.staff import remove
from steerleads.tests.openapi_oracle import check_against_schema, declared_errors, described_operations
from steerleads.tests.test_api_tenancy import FIGURES
from steerleads.tests.test_page_examples import TEST_DRIVE

OPERATIONS = {operation["operationId"]: (method, path, operation) for method, path, operation in described_operations()}
BODIES = {
    "create_lead": lambda world: TEST_DRIVE,
    "update_lead": lambda world: {"status": "COMPLETED", "note": None},
    "update_lead_order": lambda world: {"order": 5},
    "reorder_leads": lambda world: {"leadOrders": [{"id": str(world.lead.pk), "order": 3}]},
    "update_lead_work": lambda world: {"assignee": str(world.sara.pk), "nextStep": "Call", "dueOn": "2026-12-01"},
    "add_lead_contact": lambda world: {"via": "call", "outcome": "reached", "note": "Comes on Saturday"},
    "create_vehicle": lambda world: {"make": "Dacia", "model": "Logan", "price": 99000.5},
    "update_vehicle": lambda world: {"status": "SOLD"},
    "create_webhook": lambda world: {"url": "https://crm.example.com/hooks"},
    "update_webhook": lambda world: {"events": ["lead.created"]},
}
DEMANDED = {name: {"format": "csv"} for name in ("export_leads", "export_vehicles", "export_history")}
DEMANDED |= {f"list_{name}_leads": {"cell": cell} for name, cell in FIGURES.items()}
FOR_A_PERSON = "claim_lead"  # the one that wants a key which acts for somebody
WITHOUT_LEADS = "delete_vehicle"  # the one operation that wants a car without leads


@pytest.fixture
def world(api, rival, casa, atlas):
    civic = make_car(casa, vin="2HGFE2F59MH500001")
    hook = create_webhook(casa, {"url": "https://crm.example.com/hooks"})
    return SimpleNamespace(
        casa=casa,
        api=api,
        civic=civic,
        lead=make_lead(civic, note="Call after six"),
        spare=make_car(casa, make="Dacia", model="Logan"),
        foreign_lead=make_lead(make_car(atlas)),
        hook=hook,
        dead=Delivery.objects.create(dealership=casa, destination=hook, kind="lead.created", state="dead"),
        pending=Delivery.objects.create(dealership=casa, destination=hook, kind="lead.created"),
        sara=(sara := hire(casa)),
        saras_api=ApiClient(casa, person=sara),
        api_of=lambda **key: ApiClient(casa, **key),
    )


class Call:
    """One operation's request that succeeds, to be sent as it is or with something wrong."""

    def __init__(self, world, operation_id):
        self.world, self.operation_id = world, operation_id
        self.method, self.template, self.operation = OPERATIONS[operation_id]
        self.body = BODIES[operation_id](world) if operation_id in BODIES else None

    def __call__(self, *, client=None, path=None, **how):
        how = {"body": self.body, **how}
        if demanded := DEMANDED.get(self.operation_id):
            how["query"] = {**how.get("query", {}), **demanded}
        usual = self.world.saras_api if self.operation_id == FOR_A_PERSON else self.world.api
        return (client or usual).send(self.method, path or self.path(), **how)

    def path(self, *, lead=None, car=None, hook=None, delivery=None, status="NEW"):
        world = self.world
        car = car or (world.spare if self.operation_id == WITHOUT_LEADS else world.civic).pk
        id = {"vehicles": car, "webhooks": hook or world.hook.pk}.get(
            self.template.split("/")[2], lead or world.lead.pk
        )
        names = {"id": id, "carId": car, "status": status, "deliveryId": delivery or world.dead.pk}
        return self.template.format(**names).removeprefix("/v1")


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_success_has_exactly_the_keys_and_headers_described(world, operation_id):
    response = Call(world, operation_id)()
    assert str(response.status_code) in OPERATIONS[operation_id][2]["responses"]
    assert response.status_code in (200, 201, 202)


# --- Errors ------------------------------------------------------------------------------------

# What makes each error where it can happen at all: functions of a Call (and monkeypatch) that give answers to look at.


def _with_unknown_lead(call, patch):
    yield call(path=call.path(lead=uuid4()))
    if call.operation_id == "reorder_leads":
        yield call(body={"leadOrders": [{"id": str(uuid4()), "order": 1}]})
    if call.operation_id == "create_lead":
        created = call(idempotency_key="again").json()["id"]
        call.world.api.delete(f"/leads/{created}")
        yield call(idempotency_key="again")

    if call.operation_id == "redeliver_webhook_delivery":
        Delivery.objects.filter(pk=call.world.dead.pk).update(state="dead", lead_id=call.world.lead.pk)
        call(idempotency_key="again")
        call.world.api.delete(f"/leads/{call.world.lead.pk}")
        yield call(idempotency_key="again")


def _with_unknown_webhook(call, patch):
    yield call(path=call.path(hook=uuid4()))
    if call.operation_id == "create_webhook":
        created = call(idempotency_key="again").json()["id"]
        call.world.api.delete(f"/webhooks/{created}")
        yield call(idempotency_key="again")


def _beside_fifty_webhooks(call, patch):
    casa = call.world.casa
    for _ in range(50):
        Webhook.objects.create(dealership=casa, url="https://crm.example.com/", secret="")
    yield call()


def _with_bad_status(call, patch):
    yield call(path=call.path(status="new"))
    yield call(query={"status": "new"})
    if call.body:
        yield call(body={**call.body, "status": "new"})


def _over_the_limit(call, patch):
    limited = call.world.api_of(hourly_limit=1)
    limited.get("/auth/test")
    yield call(client=limited)


def _with_a_used_idempotency_key(call, patch):
    call(idempotency_key="used")
    yield call(idempotency_key="used", query={"other": "1"})


def _while_broken(error):
    def drive(call, patch):
        def fail(*_):
            raise error

        patch.setattr(authentication, "find_key", fail)
        yield call()

    return drive


def _once(**how):
    def drive(call, patch):
        yield call(**how)

    return drive


def _in(**ids):
    def drive(call, patch):
        yield call(path=call.path(**{name: find(call.world) for name, find in ids.items()}))

    return drive


def _by_plain_http(call, patch):
    patch.setattr(settings, "SECURE_SSL_REDIRECT", True)
    yield call()


def _with_a_late_body(call, patch):
    def late(*_):
        raise RequestTimeout()

    patch.setattr(HttpRequest, "body", property(late))
    yield call(idempotency_key="late")


def _without_scopes(call, patch):
    yield call(client=call.world.api_of(scopes=[]))


def _with_an_assignee_who_is_gone(call, patch):
    remove(call.world.sara, by=None)
    yield call()


def _for_a_salesperson(call, patch):
    """Who gives a lead to a colleague."""
    yield call(client=call.world.api_of(person=hire(call.world.casa, "Omar Tazi")))


def _twice(call, patch):
    call()
    yield call()


def _with_a_taken_vin(call, patch):
    make_car(call.world.casa, vin="JHMFA16586S000002")
    yield call(body={**(call.body or {}), "vin": "JHMFA16586S000002"})


TROUBLES = {
    (401, "MISSING_API_KEY"): _once(authorization=None),
    (401, "INVALID_API_KEY"): _once(authorization="Bearer prod_nobody"),
    (403, "HTTPS_REQUIRED"): _by_plain_http,
    (403, "INSUFFICIENT_SCOPE"): _without_scopes,
    (429, "RATE_LIMIT_EXCEEDED"): _over_the_limit,
    (415, "UNSUPPORTED_MEDIA_TYPE"): _once(body=b"{}", content_type="text/plain"),
    (408, "REQUEST_TIMEOUT"): _with_a_late_body,
    (413, "PAYLOAD_TOO_LARGE"): _once(body=b" " * (2**20 + 1), idempotency_key="large"),
    (400, "VALIDATION_ERROR"): _once(query={f"p{number}": "" for number in range(1001)}),
    (400, "INVALID_LEAD_STATUS"): _with_bad_status,
    (422, "IDEMPOTENCY_KEY_REUSED"): _with_a_used_idempotency_key,
    (404, "LEAD_NOT_FOUND"): _with_unknown_lead,
    (404, "CAR_NOT_FOUND"): _in(car=lambda world: uuid4()),
    (403, "UNAUTHORIZED_LEAD_ACCESS"): _in(lead=lambda world: world.foreign_lead.pk),
    (400, "INVALID_ASSIGNEE"): _with_an_assignee_who_is_gone,
    (403, "NOT_YOURS"): _for_a_salesperson,
    (409, "ALREADY_ASSIGNED"): _twice,
    (412, "PRECONDITION_FAILED"): _once(if_match='"99"'),
    (409, "DUPLICATE_VEHICLE"): _with_a_taken_vin,
    (409, "CAR_HAS_LEADS"): _in(car=lambda world: world.civic.pk),
    (404, "WEBHOOK_NOT_FOUND"): _with_unknown_webhook,
    (404, "DELIVERY_NOT_FOUND"): _in(delivery=lambda world: uuid4()),
    (409, "NOT_REDELIVERABLE"): _in(delivery=lambda world: world.pending.pk),
    (409, "TOO_MANY_WEBHOOKS"): _beside_fifty_webhooks,
    (500, "INTERNAL_ERROR"): _while_broken(RuntimeError("a bug")),
    (503, "SERVICE_UNAVAILABLE"): _while_broken(OperationalError("no database")),
}


@pytest.mark.parametrize("path", ["/leads?archived=any", "/vehicles", "/webhooks", "/events"])
def test_every_row_of_a_list_is_as_described(world, path):
    """Other tests look at the first row only: here they differ in whatever may be null."""
    make_lead(world.civic, tag="Prêt", note="", status="COMPLETED")
    make_lead(make_car(world.casa, price="99000.5", km=0, location="Fès"), order=-3)
    check_against_schema(world.api.get(path), rows=None)


def test_a_wrong_row_behind_the_first_is_seen(world):
    make_lead(world.civic)
    answer = world.api.get("/leads")
    first, second = answer.json()
    answer.content = json.dumps([first, {**second, "order": "1"}]).encode()
    with pytest.raises(ValidationError):
        check_against_schema(answer, rows=None)


def test_every_declared_error_can_be_driven():
    declared = set().union(*(declared_errors(operation) for _, _, operation in OPERATIONS.values()))
    assert declared == set(TROUBLES)


@pytest.mark.on_one_database  # each error has tests of its own, on both
@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_an_error_is_declared_where_it_happens_and_nowhere_else(world, monkeypatch, subtests, operation_id):
    for trouble, drive in TROUBLES.items():
        with subtests.test(trouble[1]), _undone(), monkeypatch.context() as patch:
            call = Call(world, operation_id)
            outcomes = {_outcome(response) for response in drive(call, patch)}
            assert (trouble in outcomes) == (trouble in declared_errors(call.operation))


@contextmanager
def _undone():
    """So that each trouble meets the same world."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _outcome(response):
    code = response.json()["error"]["code"] if response.status_code >= 400 else None
    return response.status_code, code


# --- Parameters --------------------------------------------------------------------------------

QUERIES = {
    operation_id: {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"}
    for operation_id, (_, _, operation) in OPERATIONS.items()
}

# Filters that repeat the path's own.
TAKEN_BUT_NOT_DESCRIBED = {
    "list_car_leads": {"carId"},
    "list_leads_by_status": {"status"},
    # Refused with words of their own.
    **{f"{verb}_ageing{noun}": {"compare"} for verb, noun in (("get", ""), ("list", "_leads"))},
    **{
        f"{verb}_{figure}{noun}": {"by", "compare"}
        for figure in ("activity", "heatmap")
        for verb, noun in (("get", ""), ("list", "_leads"))
    },
}


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_the_query_parameters_described_are_the_ones_understood(world, operation_id):
    names, ignored = sorted(set().union(*QUERIES.values())), set()
    for some in (names[start : start + 15] for start in range(0, len(names), 15)):  # more than twenty are not all named
        response = Call(world, operation_id)(query=dict.fromkeys(some, ""))
        ignored |= set(filter(None, response.headers.get("X-Ignored-Parameters", "").split(",")))
    assert ignored == set(names) - QUERIES[operation_id] - TAKEN_BUT_NOT_DESCRIBED.get(operation_id, set())


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_an_etag_is_understood_where_the_document_says_so(world, operation_id):
    call = Call(world, operation_id)
    named = call().headers.get("ETag")
    says_so = any(parameter["name"] == "If-None-Match" for parameter in call.operation["parameters"])
    assert says_so == (call.method == "GET" and bool(named))
    if says_so:
        assert call(if_none_match=named).status_code == 304


def test_a_preference_is_described_where_it_works(world):
    response = Call(world, "update_lead")(prefer="return=representation")
    assert response["Preference-Applied"] == "return=representation"
    assert response.json()["carId"] == str(world.civic.pk)


@pytest.mark.parametrize("operation_id", BODIES)
def test_the_examples_of_the_document_work(world, operation_id):
    call = Call(world, operation_id)
    for example in call.operation["requestBody"]["content"]["application/json"]["examples"].values():
        body = example["value"]
        if operation_id == "reorder_leads":  # of leads that are there
            leads = [make_lead(world.civic) for _ in body["leadOrders"]]
            body = {
                "leadOrders": [
                    {**item, "id": str(each.pk)} for item, each in zip(body["leadOrders"], leads, strict=True)
                ]
            }
        if operation_id == "create_vehicle":
            body = {**body, "vin": None}  # the civic has it
        if "assignee" in body:
            body = {**body, "assignee": str(world.sara.pk)}
        assert call(body=body).status_code in (200, 201)
