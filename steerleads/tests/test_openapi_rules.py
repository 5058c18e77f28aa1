"""What generators and linters stumble over, as rules of our own that walk the whole document (contract 40)."""

import json
import re
from collections import Counter
from datetime import date
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from leads.models import EventKind
from steerleads.tests.openapi_oracle import described_operations, document, formats

pytestmark = pytest.mark.on_one_database

EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
SCHEMAS = document()["components"]["schemas"]
OPERATIONS = [
    *((f"{method} {path}", path, operation) for method, path, operation in described_operations()),
    *((f"webhook {name}", "", item["post"]) for name, item in document()["webhooks"].items()),
]
every_operation = pytest.mark.parametrize(
    ("path", "operation"), [pytest.param(path, operation, id=name) for name, path, operation in OPERATIONS]
)

strict = FormatChecker(())
strict.checkers = dict(formats.checkers)
strict.checks("uri")(lambda value: not isinstance(value, str) or all(urlsplit(value)[:2]))
strict.checks("uri-reference")(lambda value: not isinstance(value, str) or not re.search(r"[\s<>\"]", value))
strict.checks("date")(lambda value: not isinstance(value, str) or date.fromisoformat(value))
strict.checks("email")(lambda value: not isinstance(value, str) or EMAIL.fullmatch(value))


def _walk(value, place="#"):
    """(place, dict) of every object inside, examples' own insides left out."""
    if isinstance(value, dict):
        yield place, value
        for name, inner in value.items():
            if name not in ("example", "examples", "default"):
                yield from _walk(inner, f"{place}/{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _walk(inner, f"{place}/{index}")


def _resolved(schema):
    return SCHEMAS[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _schemas_in(schema, seen=()):
    """A schema, what it refers to, and all that it is made of."""
    found = _resolved(schema)
    if any(found is each for each in seen):
        return
    yield from (schema, found)
    inner = [*found.get("properties", {}).values(), *(found[each] for each in ("items",) if each in found)]
    inner += [each for together in ("allOf", "oneOf", "anyOf") for each in found.get(together, ())]
    for each in inner:
        yield from _schemas_in(each, (*seen, found))


def _request_schemas():
    for name, _, operation in OPERATIONS:
        for content in operation.get("requestBody", {}).get("content", {}).values():
            yield from ((name, each) for each in _schemas_in(content["schema"]))


def _examples():
    """(place, schema, value) of everything that is given as an example, or as a default, each once."""
    found = {json.dumps(facts): (place, *facts) for place, *facts in _all_examples()}
    return [pytest.param(schema, value, id=place) for place, schema, value in found.values()]


def _all_examples():
    for place, found in _walk(document()):
        schema = found.get("schema", found)
        for name in ("example", "default"):
            if name in found and ("type" in schema or "$ref" in schema):
                yield place, schema, found[name]
        if isinstance(found.get("examples"), dict) and "schema" in found:
            yield from ((f"{place} {name}", schema, each["value"]) for name, each in found["examples"].items())


def _twice(names):
    return [name for name, times in Counter(names).items() if times > 1]


def _plain(name):
    """What is left of a name in languages that know no dashes and no capitals."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


@every_operation
def test_no_two_parameters_share_a_name_wherever_they_are(path, operation):
    assert not _twice(_plain(parameter["name"]) for parameter in operation["parameters"])


@every_operation
def test_parameters_of_the_path_are_those_of_the_operation(path, operation):
    described = [each for each in operation["parameters"] if each["in"] == "path"]
    assert sorted(re.findall(r"{(\w+)}", path)) == sorted(each["name"] for each in described)
    assert all(each["required"] for each in described)


@every_operation
def test_parameters_of_the_path_come_first(path, operation):
    """Some generated clients take them by their place."""
    locations = [each["in"] for each in operation["parameters"]]
    assert locations == sorted(locations, key=["path", "query", "header"].index)


def test_what_answers_share_stands_once():
    headers = [
        header
        for _, _, operation in described_operations()
        for response in operation["responses"].values()
        for header in response["headers"].values()
    ]
    assert headers and all(list(header) == ["$ref"] for header in headers)


def test_a_body_must_be_there_also_where_each_of_its_fields_may_be_left_out():
    bodies = {each["operationId"]: each["requestBody"] for *_, each in OPERATIONS if "requestBody" in each}
    assert "update_lead" in bodies and all(body["required"] for body in bodies.values())


@every_operation
def test_every_operation_has_a_success_words_and_a_known_tag(path, operation):
    assert any(status.startswith("2") for status in operation["responses"])
    assert all(answer["description"] for answer in operation["responses"].values())
    assert operation["summary"] and operation["description"] and "security" in operation
    assert set(operation["tags"]) <= {tag["name"] for tag in document()["tags"] if tag["description"]}


def test_nothing_that_a_request_may_leave_out_has_a_default():
    found = [
        (operation, name)
        for operation, schema in _request_schemas()
        for name, field in schema.get("properties", {}).items()
        if name not in schema.get("required", ()) and any("default" in each for each in _schemas_in(field))
    ]
    assert not found and list(_request_schemas())


def test_what_may_be_left_out_says_what_it_is_then():
    """In place of the defaults."""
    words = {name: SCHEMAS[name]["properties"] for name in ("NewLead", "NewVehicle", "NewWebhook")}
    assert "`NEW` (default)" in words["NewLead"]["status"]["description"]
    assert "default: 0" in words["NewLead"]["order"]["description"]
    assert "`LOADING` (default)" in words["NewVehicle"]["status"]["description"]
    assert "Default: all but `lead.moved`" in words["NewWebhook"]["events"]["description"]
    assert "Default: `true`" in words["NewWebhook"]["enabled"]["description"]


@pytest.mark.parametrize(("schema", "value"), _examples())
def test_every_example_and_default_is_valid_formats_too(schema, value):
    components = {"components": document()["components"]}
    Draft202012Validator({**schema, **components}, format_checker=strict).validate(value)


def test_every_format_can_be_judged():
    used = {found["format"] for _, found in _walk(document()) if isinstance(found.get("format"), str)}
    assert {"uuid", "date-time", "uri"} <= used <= {*strict.checkers, "double", "binary"}


def test_names_of_operations_and_schemas_stay_apart_in_every_language():
    ids = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", each) for each in ids)
    assert not _twice(map(_plain, ids)) and not _twice(map(_plain, SCHEMAS))


def test_properties_stay_apart_in_every_language():
    assert not [
        (name, twice)
        for name, schema in SCHEMAS.items()
        if (twice := _twice(map(_plain, schema.get("properties", ()))))
    ]


def test_references_lead_somewhere_and_nothing_is_left_over():
    used = {found["$ref"] for _, found in _walk(document()) if "$ref" in found}
    there = {
        f"#/components/{kind}/{name}"
        for kind, parts in document()["components"].items()
        for name in parts
        if kind != "securitySchemes"
    }
    assert used == there


def test_enums_are_of_their_type_and_each_value_comes_once():
    kinds = {"string": str, "integer": int, "boolean": bool}
    enums = [found for _, found in _walk(document()) if isinstance(found.get("enum"), list)]
    assert enums
    for found in enums:
        assert not _twice(found["enum"])
        assert all(isinstance(value, kinds[found["type"]]) for value in found["enum"])


def test_lists_say_of_what():
    assert not [place for place, found in _walk(document()) if found.get("type") == "array" and "items" not in found]


def test_paths_are_clean():
    paths = list(document()["paths"])
    assert all(re.fullmatch(r"/v1(/[a-z]+|/{[a-zA-Z]+})+", path) for path in paths)
    assert not _twice(re.sub(r"{\w+}", "{}", path) for path in paths)


def test_whom_to_ask_and_under_which_licence():
    info = document()["info"]
    assert info["contact"]["name"] and urlsplit(info["contact"]["url"]).scheme == "https"
    assert info["license"] == {"name": "MIT", "identifier": "MIT"}
    assert info["title"] and info["version"] and info["description"]


def test_webhooks_are_described_for_every_kind_of_event():
    assert set(document()["webhooks"]) == {*EventKind.values, "webhook.test"}


def test_requests_of_ours_and_to_us_have_no_tag_in_common():
    """Generators make one class of each tag of the paths, and one of each of the webhooks: one would overwrite the other."""
    ours = {tag for item in document()["webhooks"].values() for tag in item["post"]["tags"]}
    theirs = {tag for _, _, operation in described_operations() for tag in operation["tags"]}
    assert ours and not ours & theirs
