"""Schemathesis over the served document: whatever it finds is a bug, or one of the deviations that are named here."""

import re
from collections import Counter
from itertools import count
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest
import schemathesis
from jsonschema import Draft202012Validator
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.core.parameters import ParameterLocation
from schemathesis.engine import events, from_schema
from schemathesis.generation.meta import TestPhase
from schemathesis.hooks import unregister
from schemathesis.openapi.checks import RejectedPositiveData

from conftest import ApiClient, make_car, make_lead
from leads.outbox.models import Delivery
from leads.webhooks.actions import create_webhook
from leads.work.openapi_examples import SARA
from leads.work.tests.people import hire
from steerleads.db.text import normalise
from steerleads.tests.openapi_oracle import described_operations, document

pytestmark = pytest.mark.long

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
# What a request that the schema allows can meet: also a stale If-Match, and an Idempotency-Key that was used before.
FINE = ["2xx", "304", "401", "403", "404", "409", "412", "422", "429"]
# What one that it does not allow can meet: a list of too many items is also too long a body.
REFUSED = ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "429"]


@pytest.fixture
def explore(site, casa):
    """Runs all phases and checks: (what was found, how often each operation answered each status)."""
    civic = make_car(casa)
    leads = [make_lead(civic, order=order).pk for order in range(30)]
    cars = [civic.pk, *(make_car(casa, make="Dacia", model="Logan").pk for _ in range(30))]
    key = ApiClient(casa, person=hire(casa, id=SARA["id"])).secret

    def run(max_examples):
        config = SchemathesisConfig.from_dict(
            {
                "headers": {"Authorization": f"Bearer {key}"},
                "generation": {"max-examples": max_examples, "deterministic": True, "database": "none"},
                "continue-on-failure": True,
                "checks": {
                    "positive_data_acceptance": {"expected-statuses": FINE},
                    "negative_data_rejection": {"expected-statuses": REFUSED},
                },
            }
        )
        schema = schemathesis.openapi.from_url(f"{site}/v1/schema", config=config)
        return _collect(from_schema(schema).execute())

    webhooks = [create_webhook(casa, {"url": "https://crm.example.com/hooks"}) for _ in range(20)]
    dead = [Delivery(dealership=casa, destination=webhooks[0], kind="lead.created", state="dead") for _ in range(100)]
    pools = {
        "leads": leads,
        "vehicles": cars,
        "webhooks": [each.pk for each in webhooks],
        "deliveries": [each.pk for each in Delivery.objects.bulk_create(dead)],
    }
    hooks = [schemathesis.hook(_touch_up(pools)), schemathesis.hook(filter_failure)]
    yield run
    for hook in hooks:
        unregister(hook)


@pytest.mark.on_one_database
def test_a_short_exploration_finds_nothing(explore):
    found, answered = explore(max_examples=2)
    assert found == []
    assert {label for label, status in answered if status < 300} == _all_operations()


@pytest.mark.slow
def test_a_long_exploration_finds_nothing(explore):
    found, _ = explore(max_examples=300)
    assert found == []


def _all_operations():
    return {f"{method} {path}" for method, path, _ in described_operations()}


def _collect(stream):
    found, answered = {}, Counter()
    for event in stream:
        if isinstance(event, events.NonFatalError | events.FatalError):
            found[repr(event)] = "error"
        if isinstance(event, events.ScenarioFinished):
            answered.update(_answers(event.recorder))
            for check in (check for checks in event.recorder.checks.values() for check in checks):
                if check.failure_info:
                    failure = check.failure_info.failure
                    found.setdefault((failure.operation, check.name, failure.message), check.failure_info.code_sample)
    return list(found.items()), answered


def _answers(recorder):
    for case_id, interaction in recorder.interactions.items():
        if interaction.response and case_id in recorder.cases:
            yield recorder.cases[case_id].value.operation.label, interaction.response.status_code


# --- What is sent ------------------------------------------------------------------------------


def _touch_up(pools):
    """Lets requests get as far as the thing they try: past a 404, a 412 and a used Idempotency-Key."""
    turns = count()

    def before_call(context, case, kwargs):
        if case.meta is None or case.meta.phase.name == TestPhase.STATEFUL:
            return
        if not case.meta.is_negative_at(ParameterLocation.HEADER):
            for name, value in (("Idempotency-Key", str(uuid4())), ("If-Match", "*")):
                if case.headers and name in case.headers:
                    case.headers[name] = value
        if not case.meta.is_negative_at(ParameterLocation.PATH) and next(turns) % 3:
            _point_at_something(case, pools)

    return before_call


def _point_at_something(case, pools):
    """Put an id that exists into the path; what is to be deleted, claimed or sent again is not used again."""
    if "carId" in case.path_parameters:
        case.path_parameters["carId"] = str(pools["vehicles"][0])
    if "deliveryId" in case.path_parameters:
        pool = pools["deliveries"]
        case.path_parameters["deliveryId"] = str(pool.pop() if len(pool) > 1 else pool[0])
    if "id" in case.path_parameters:
        pool = pools[case.operation.path.split("/")[2]]
        is_used_up = case.method == "DELETE" or case.operation.path.endswith("/claim")
        case.path_parameters["id"] = str(pool.pop() if is_used_up and len(pool) > 2 else pool[0])


# --- Deviations: where the contract is stricter or more generous than a schema can say ---------


def filter_failure(context, failure, case, response):
    return not any(excuse(failure, case, response) for excuse in DEVIATIONS)


def _stricter_than_a_schema(failure, case, response):
    """Control characters, blank texts, a price's decimals, cursors that we did not make, pages of a format that has none,
    what leads a reorder names, events that did not happen yet, where a webhook may go, which numbers and periods a
    figure has, who works here, and dates far away or two of them."""
    if not isinstance(failure, RejectedPositiveData) or response.status_code != 400:
        return False
    error = response.json()["error"]
    return all(_beyond_a_schema(detail) for detail in error.get("details", [{**error, "field": ""}]))


def _beyond_a_schema(detail):
    return (
        detail["code"] in ("control", "blank", "duplicate")
        or detail["field"] in ("cursor", "price", "after", "url", "cell", "from", "to", "compare", "source")
        or detail["field"] in ("assignee", "dueAt", "dueOn")
        or "control character" in detail["message"]
        or "another vehicle" in detail["message"]
        or "formats that come in pages" in detail["message"]
    )


def _empty_parameters_are_absent(failure, case, response):
    """Contract 22."""
    query = parse_qsl(urlsplit(response.request.url).query, keep_blank_values=True)
    return isinstance(failure, AcceptedNegativeData) and any(value == "" for _, value in query)


def _lists_ignore_what_they_have_not_to_include(failure, case, response):
    """Contract W2: without `work` in it, `include` of a list is ignored, as it was before there was work."""
    ignored = ",".join(response.headers.get("x-ignored-parameters", []))
    return isinstance(failure, AcceptedNegativeData) and "include" in ignored.split(",")


def _bodies_are_read_generously(failure, case, response):
    """Contract 26 to 28: numbers for texts, texts for numbers, blanks around a text; null and "" count as absent."""
    if not isinstance(failure, AcceptedNegativeData) or not isinstance(case.body, dict):
        return False
    operation = document()["paths"][case.operation.path][case.operation.method]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    properties = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["properties"]
    read = {name: _read(value, properties.get(name, {})) for name, value in case.body.items()}
    read = {name: value for name, value in read.items() if value not in (None, "")}
    return Draft202012Validator({**schema, "components": document()["components"]}).is_valid(read)


def _read(value, schema):
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if isinstance(value, int | float) and not isinstance(value, bool) and "string" in types:
        return str(value)
    if isinstance(value, str) and "string" not in types and NUMBER.fullmatch(value):
        return float(value)
    return normalise(value) if isinstance(value, str) else value


DEVIATIONS = (
    _stricter_than_a_schema,
    _empty_parameters_are_absent,
    _lists_ignore_what_they_have_not_to_include,
    _bodies_are_read_generously,
)
