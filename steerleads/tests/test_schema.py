"""The OpenAPI document as it is served: open, valid, complete, with the page's words and examples."""

import json
import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.urls import get_resolver

from steerleads.tests.openapi_oracle import declared_errors, described_operations, document
from steerleads.tests.test_page_examples import TEST_DRIVE, USE_CASES

pytestmark = pytest.mark.on_one_database

FIGURES = ("conversion", "response", "completion", "ageing", "activity", "heatmap")
OPERATIONS = {
    "test_auth": "GET /v1/auth/test",
    "list_leads": "GET /v1/leads",
    "get_lead": "GET /v1/leads/{id}",
    "create_lead": "POST /v1/leads/car/{carId}",
    "update_lead": "PATCH /v1/leads/{id}",
    "list_car_leads": "GET /v1/leads/car/{carId}",
    "list_leads_by_status": "GET /v1/leads/status/{status}",
    "reorder_leads": "PATCH /v1/leads/car/{carId}/reorder",
    "update_lead_order": "PATCH /v1/leads/{id}/order",
    "delete_lead": "DELETE /v1/leads/{id}",
    "get_lead_history": "GET /v1/leads/{id}/history",
    "archive_lead": "POST /v1/leads/{id}/archive",
    "restore_lead": "POST /v1/leads/{id}/restore",
    "get_lead_work": "GET /v1/leads/{id}/work",
    "update_lead_work": "PATCH /v1/leads/{id}/work",
    "claim_lead": "POST /v1/leads/{id}/claim",
    "add_lead_contact": "POST /v1/leads/{id}/contacts",
    "list_staff": "GET /v1/staff",
    "list_vehicles": "GET /v1/vehicles",
    "create_vehicle": "POST /v1/vehicles",
    "get_vehicle": "GET /v1/vehicles/{id}",
    "update_vehicle": "PATCH /v1/vehicles/{id}",
    "delete_vehicle": "DELETE /v1/vehicles/{id}",
    "export_leads": "GET /v1/exports/leads",
    "export_vehicles": "GET /v1/exports/vehicles",
    "export_history": "GET /v1/exports/history",
    "list_events": "GET /v1/events",
    "list_webhooks": "GET /v1/webhooks",
    "create_webhook": "POST /v1/webhooks",
    "get_webhook": "GET /v1/webhooks/{id}",
    "update_webhook": "PATCH /v1/webhooks/{id}",
    "delete_webhook": "DELETE /v1/webhooks/{id}",
    "rotate_webhook_secret": "POST /v1/webhooks/{id}/rotate",
    "test_webhook": "POST /v1/webhooks/{id}/test",
    "list_webhook_deliveries": "GET /v1/webhooks/{id}/deliveries",
    **{f"get_{name}": f"GET /v1/analytics/{name}" for name in FIGURES},
    **{f"list_{name}_leads": f"GET /v1/analytics/{name}/leads" for name in FIGURES},
    "redeliver_webhook_delivery": "POST /v1/webhooks/{id}/deliveries/{deliveryId}/redeliver",
}
YAML = "application/yaml"
SERVED = [
    ({}, {}, "application/json"),
    ({"format": "json"}, {}, "application/json"),
    ({"format": "yaml"}, {}, YAML),
    ({"format": "yaml"}, {"accept": "application/json"}, YAML),
    ({"format": ""}, {}, "application/json"),
    ({}, {"accept": YAML}, YAML),
    ({}, {"accept": "application/vnd.oai.openapi"}, "application/vnd.oai.openapi"),
    ({}, {"accept": "application/vnd.oai.openapi+json"}, "application/vnd.oai.openapi+json"),
    ({}, {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}, "application/json"),
    ({}, {"accept": "image/png"}, "application/json"),
    ({}, {"accept": "nonsense;;,/"}, "application/json"),
]


def test_it_is_valid_and_nothing_is_guessed(capsys):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")
    assert capsys.readouterr().err == ""


def read_yaml(content):
    """As `yaml.safe_load`, which takes two seconds; libyaml does not."""
    return yaml.load(content, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@pytest.mark.parametrize(("query", "headers", "media_type"), SERVED)
def test_served_without_a_key_in_the_format_asked_for(client, query, headers, media_type):
    response = client.get("/v1/schema", query, headers=headers)
    assert (response.status_code, response["Content-Type"]) == (200, media_type)
    read = json.loads if "json" in media_type else read_yaml
    assert read(response.content) == document()


def test_unknown_parameters_are_named_there_too(client):
    response = client.get("/v1/schema?format[]=yaml&pretty=1")
    assert (response["Content-Type"], response["X-Ignored-Parameters"]) == (YAML, "pretty")


@pytest.mark.parametrize("query", [{"format": "html"}, {"format": ["json", "yaml"]}])
def test_another_format_is_refused_in_the_envelope(client, query):
    response = client.get("/v1/schema", query)
    assert response.status_code == 400
    assert response.json()["error"]["field"] == "format"


def test_other_methods_are_refused_in_the_envelope(client):
    response = client.post("/v1/schema")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert response.json()["error"]["code"] == "METHOD_NOT_ALLOWED"


def test_version_and_server():
    assert document()["openapi"].startswith("3.1.")
    assert document()["servers"] == [{"url": "/"}]


def test_every_operation_under_a_readable_name():
    assert {each["operationId"]: f"{method} {path}" for method, path, each in described_operations()} == OPERATIONS


def test_every_route_of_the_api_is_described():
    routes = {
        f"{method.upper()} /{route.replace('<str:', '{').replace('>', '}')}"
        for route, actions in _routes(get_resolver().url_patterns)
        for method in actions
    }
    assert routes == set(OPERATIONS.values())


@pytest.mark.parametrize(
    "operation", [pytest.param(each, id=each["operationId"]) for *_, each in described_operations()]
)
def test_every_operation_says_what_it_does_and_needs(operation):
    assert operation["summary"] and operation["description"]
    assert operation["tags"][0] in [tag["name"] for tag in document()["tags"]]
    assert operation["security"] == [{"apiKey": []}]
    assert all(parameter["description"] for parameter in operation["parameters"])
    assert {(401, "MISSING_API_KEY"), (401, "INVALID_API_KEY"), (503, "SERVICE_UNAVAILABLE")} <= declared_errors(
        operation
    )


def test_the_key_is_a_bearer_token():
    assert document()["components"]["securitySchemes"]["apiKey"]["scheme"] == "bearer"


def test_limits_of_the_page():
    lead = document()["components"]["schemas"]["NewLead"]
    limits = {name: field.get("maxLength") for name, field in lead["properties"].items() if "maxLength" in field}
    assert limits == {"action": 200, "targetName": 200, "targetInfo": 500, "tag": 100, "note": 1000}
    assert lead["required"] == ["action", "targetInfo", "targetName"]


def test_the_pages_requests_are_the_examples():
    create, reorder = _operation("create_lead"), _operation("reorder_leads")
    examples = create["requestBody"]["content"]["application/json"]["examples"].values()
    assert [example["value"] for example in examples] == [TEST_DRIVE, *USE_CASES]
    examples = reorder["requestBody"]["content"]["application/json"]["examples"].values()
    [reordered] = [example["value"]["leadOrders"] for example in examples]
    assert [list(item) for item in reordered] == [["id", "order"]] * 3  # with UUIDs for the page's `lead_id_1`
    assert [item["order"] for item in reordered] == [1, 2, 3]


def test_the_docs_list_the_codes_that_the_document_has():
    docs = Path(settings.BASE_DIR, "docs", "api.md").read_text(encoding="utf-8")
    table = docs.partition("| Status | Codes |")[2].partition("\n\n")[0]
    everywhere = {"NOT_FOUND", "METHOD_NOT_ALLOWED"}  # of paths and methods that are no operation
    codes = {code for _, _, operation in described_operations() for _, code in declared_errors(operation)}
    assert set(re.findall(r"`([A-Z_]+)`", table)) == codes | everywhere


def _operation(operation_id):
    return next(each for *_, each in described_operations() if each["operationId"] == operation_id)


def _routes(patterns, prefix=""):
    """(route, {method: action}) of every viewset below /v1 that has a description."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _routes(pattern.url_patterns, route)
        elif route.startswith("v1/") and getattr(pattern.callback, "actions", None):
            yield route, {method: action for method, action in pattern.callback.actions.items() if method != "head"}
