"""Holds answers against the served OpenAPI document: status, error code, media type, headers, and every key."""

import copy
import gzip
import json
import re
from functools import cache

from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator, FormatChecker

from steerleads.db.ids import parse_id

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")  # contract 17: UTC, whole seconds
METHODS = ("get", "post", "patch", "delete")
# Headers of the transport, which no operation needs to tell of.
TRANSPORT = {
    "allow",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-security-policy",
    "content-type",
    "cross-origin-opener-policy",
    "date",
    "referrer-policy",
    "server",
    "strict-transport-security",
    "vary",
    "x-content-type-options",
    "x-frame-options",
}
formats = FormatChecker(())
formats.checks("uuid")(lambda value: not isinstance(value, str) or parse_id(value) and value == value.lower())
formats.checks("date-time")(lambda value: not isinstance(value, str) or INSTANT.fullmatch(value))


@cache
def document():
    """The document as a client reads it."""
    return json.loads(json.dumps(SchemaGenerator().get_schema(public=True)))


def described_operations():
    """(method, path, operation) of everything in the document; each has `parameters`, if only none."""
    return [
        (method.upper(), path, {"parameters": [], **item[method]})
        for path, item in document()["paths"].items()
        for method in METHODS
        if method in item
    ]


def declared_errors(operation):
    """{(status, code)} that an operation says it can answer."""
    return {
        (int(status), example["value"]["error"]["code"])
        for status, answer in operation["responses"].items()
        if int(status) >= 400
        for example in answer["content"]["application/json"]["examples"].values()
    }


def check_against_schema(response, *, rows=1):
    """Raise if a test client's `response` is not what the document says. Returns it.

    Of a list so many `rows` are looked at, None for all of them: holding a thousand leads against the document takes a
    second, and they are made by one function. test_schema_answers looks at all of some.
    """
    request = response.wsgi_request
    operation = _operation(request.method, request.path_info)
    if operation is None:
        _check_undescribed(response)
        return response
    written = operation["responses"].get(str(response.status_code))
    assert written, f"{operation['operationId']} does not declare the status {response.status_code}."
    _check_headers(response, operation, written)
    if request.method == "HEAD" or response.streaming:
        return response
    if "content" not in written:
        assert response.content == b"", f"{operation['operationId']} declares no body for {response.status_code}."
        return response
    media_type = response["Content-Type"].partition(";")[0]
    assert media_type in written["content"], f"{operation['operationId']} does not declare {media_type}."
    if media_type != "application/json":
        return response
    body = _body(response)
    looked_at = body[:rows] if isinstance(body, list) else body
    _validator(operation["operationId"], str(response.status_code)).validate(looked_at)
    if response.status_code >= 400:
        found = (response.status_code, body["error"]["code"])
        assert found in declared_errors(operation), f"{operation['operationId']} does not declare {found}."
    return response


def _operation(method, path):
    """The operation of a request, with literal parts of a path before its parameters; None if nobody describes it."""
    parts = path.removesuffix("/").split("/")
    method = "get" if method == "HEAD" else method.lower()
    found = [
        (candidate.count("{"), item[method])
        for candidate, item in document()["paths"].items()
        if method in item and _fits(candidate.split("/"), parts)
    ]
    return min(found, key=lambda each: each[0])[1] if found else None


def _fits(template, parts):
    return len(template) == len(parts) and all(
        (part and wanted.startswith("{")) or wanted == part for wanted, part in zip(template, parts, strict=True)
    )


def _check_undescribed(response):
    """An unknown path or method, or the description itself: an error there is an envelope all the same."""
    if response.status_code >= 400 and response.wsgi_request.method != "HEAD":
        _strict("#/components/schemas/Error").validate(_body(response))


def _check_headers(response, operation, written):
    declared = {name.lower() for name in written.get("headers", ())}
    found = {name.lower() for name in response.headers}
    unknown = found - declared - TRANSPORT
    assert not unknown, f"{operation['operationId']} does not declare the headers {sorted(unknown)}."


def _body(response):
    content = response.content
    if response.get("Content-Encoding") == "gzip":
        content = gzip.decompress(content)
    return json.loads(content)


@cache
def _validator(operation_id, status):
    operation = next(found for _, _, found in described_operations() if found["operationId"] == operation_id)
    return validator_of(operation["responses"][status]["content"]["application/json"]["schema"])


@cache
def _strict(reference):
    return validator_of({"$ref": reference})


def validator_of(schema):
    """A validator of a schema of the document, its formats too, that refuses keys which nobody described."""
    closed = {**schema, "components": {"schemas": _closed_components()}}
    return Draft202012Validator(closed, format_checker=formats)


@cache
def _closed_components():
    """The components with `additionalProperties: false`: in our own answers a key too many is a mistake."""
    schemas = copy.deepcopy(document()["components"]["schemas"])
    for schema in schemas.values():
        if schema.get("type") == "object":
            schema.setdefault("additionalProperties", False)
    return schemas
