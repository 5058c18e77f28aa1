"""Writes the Operations of `steerleads.api.openapi` into the OpenAPI document.

drf-spectacular finds the routes and turns serializers into schemas. Parameters of lists follow from their filters and
listing; summaries, examples and the errors that an operation can answer are written down by hand.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from http import HTTPStatus
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent, force_instance, is_serializer

from steerleads.api import errors
from steerleads.api.errors import ApiError
from steerleads.api.lists import ListViewSet
from steerleads.api.openapi import (
    ACCEPT_ENCODING,
    IF_NONE_MATCH,
    IGNORED_FIELDS,
    IGNORED_PARAMETERS,
    PAGE_LIMIT,
    PAGING_PARAMETERS,
    RATE_LIMIT,
    REPLAYED,
    REQUEST_ID,
    RETRY_AFTER,
    SORT_ORDER,
    WWW_AUTHENTICATE,
    Error,
    Header,
    Operation,
    Parameter,
    enum,
)
from steerleads.api.serializers import MoneyField

OF_ERRORS = {401: (WWW_AUTHENTICATE,), 415: (ACCEPT_ENCODING,), 429: (RETRY_AFTER,), 503: (RETRY_AFTER,)}


class ApiSchema(AutoSchema):
    """Writes the Operation that a viewset's `operations` have for an action; other views are left to drf-spectacular."""

    view: Any  # an ApiViewSet, or one that is left to drf-spectacular

    def get_operation(self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any) -> Any:
        described = getattr(self.view, "operations", {}).get(getattr(self.view, "action", None))
        if described is None:
            return super().get_operation(path, path_regex, path_prefix, method, registry)
        self.registry, self.path, self.method = registry, path, method.upper()
        return self._written(described)

    def _written(self, described: Operation) -> dict[str, Any]:
        if issubclass(type(self.view), ListViewSet) and isinstance(described.answer.shape, list):
            described = replace(described, parameters=(*described.parameters, *self._list_parameters(described)))
        operation: dict[str, Any] = {
            "operationId": described.id,
            "summary": described.summary,
            "description": described.description,
            "tags": [described.tag],
            "parameters": [self._parameter(parameter) for parameter in described.parameters],
        }
        if described.body:
            operation["requestBody"] = self._request_body(described)
        if auth := self.get_auth():
            operation["security"] = auth
        operation["responses"] = dict(sorted({**self._answers(described), **self._errors(described)}.items()))
        return operation

    def _list_parameters(self, described: Operation) -> list[Parameter]:
        """What a list takes, but a filter with the name of a path's variable: generated clients break on that."""
        filterset, listing = self.view.filterset_class, self.view.listing
        filters = filterset.base_filters if filterset else {}
        found = [
            Parameter(name, each.extra["help_text"], each.schema, example=each.example)
            for name, each in filters.items()
        ]
        if listing.sort_name:
            sorts = _sort_field(listing.sort_name, tuple(listing.sorts))(default=listing.default)
            found += [Parameter("sortBy", f"Sort field: {', '.join(f'`{name}`' for name in listing.sorts)}", sorts)]
            found += [SORT_ORDER]
        limit, *paging = PAGING_PARAMETERS
        found += [PAGE_LIMIT if self.view.always_paged else limit, *paging, IF_NONE_MATCH]
        return [parameter for parameter in found if not described.takes(parameter.name)]

    def _parameter(self, parameter: Parameter) -> dict[str, Any]:
        written = {
            "in": parameter.location,
            "name": parameter.name,
            "description": parameter.description,
            "schema": self._schema(parameter.schema),
        }
        if parameter.location == "path":
            written["required"] = True
        if parameter.example is not None:
            written["example"] = parameter.example
        return written

    def _request_body(self, described: Operation) -> dict[str, Any]:
        content = {"application/json": self._content(self._schema(described.body), described.examples)}
        body = {"required": True, "content": content}
        if self.method == "PATCH":
            # Said in words: a second media type makes generated clients offer the same body twice.
            body["description"] = "Also taken as `application/merge-patch+json`."
        return body

    # --- Answers -------------------------------------------------------------------------------

    def _answers(self, described: Operation) -> dict[str, Any]:
        answer = described.answer
        headers = [REQUEST_ID, *RATE_LIMIT, IGNORED_PARAMETERS, *answer.headers]
        headers += [IGNORED_FIELDS] * bool(described.body) + [REPLAYED] * described.takes("Idempotency-Key")
        content = {"application/json": self._content(self._schema(answer.shape), answer.examples)}
        written = {
            str(answer.status): {
                "description": answer.description,
                "headers": self._headers(headers),
                "content": content,
            }
        }
        if described.takes("If-None-Match"):
            description = "It is as you know it: your ETag is still its ETag. Not counted by the rate limit."
            written["304"] = {"description": description, "headers": self._headers(headers)}
        return written

    def _errors(self, described: Operation) -> dict[str, Any]:
        by_status: dict[int, dict[str, ApiError]] = defaultdict(dict)
        for error in self._possible_errors(described):
            example = error() if isinstance(error, type) else error
            by_status[example.status].setdefault(example.code, example)
        ignored = [IGNORED_PARAMETERS] + [IGNORED_FIELDS] * bool(described.body)
        return {str(status): self._error(status, found.values(), ignored) for status, found in by_status.items()}

    def _possible_errors(self, described: Operation) -> list[Any]:
        possible = [*described.errors, errors.HttpsRequired, errors.MissingApiKey, errors.InvalidApiKey]
        if self.view.area:
            possible.append(errors.InsufficientScope)
        possible.append(errors.ValidationFailed("The request has too many parameters (over 1000) or is malformed."))
        if described.takes("If-Match"):
            possible.append(errors.PreconditionFailed)
        if described.body:
            possible += [errors.PayloadTooLarge, errors.RequestTimeout, errors.UnsupportedMediaType]
        if described.takes("Idempotency-Key"):
            possible += [errors.PayloadTooLarge, errors.RequestTimeout, errors.IdempotencyKeyReused]
        return [*possible, errors.RateLimitExceeded, ApiError, errors.ServiceUnavailable]

    def _error(self, status: int, found: Iterable[ApiError], ignored: Iterable[Header]) -> dict[str, Any]:
        headers = [REQUEST_ID, *OF_ERRORS.get(status, ())]
        headers += [] if status == 401 else [*RATE_LIMIT, *ignored]
        codes = ", ".join(f"`{error.code}`" for error in found)
        examples = {error.code: error.envelope() for error in found}
        return {
            "description": f"{HTTPStatus(status).phrase}: {codes}",
            "headers": self._headers(headers),
            "content": {"application/json": self._content(self._schema(Error), examples)},
        }

    # --- How -----------------------------------------------------------------------------------

    def _schema(self, shape: Any) -> Any:
        if isinstance(shape, dict):
            return shape
        if isinstance(shape, list):
            return {"type": "array", "items": self._schema(shape[0])}
        if is_serializer(shape):
            return self.resolve_serializer(shape, "response").ref
        return self._map_serializer_field(force_instance(shape), "response")

    def _content(self, schema: Any, examples: Mapping[str, Any]) -> dict[str, Any]:
        content = {"schema": schema}
        if examples:
            content["examples"] = {name: {"value": value} for name, value in examples.items()}
        return content

    def _headers(self, headers: Iterable[Header]) -> dict[str, Any]:
        return {header.name: self._header(header).ref for header in headers}

    def _header(self, header: Header) -> ResolvedComponent:
        schema = {"description": header.description, "schema": header.schema}
        component = ResolvedComponent(header.name, ResolvedComponent.HEADER, schema, object=header)
        self.registry.register_on_missing(component)
        return component


@cache
def _sort_field(name: str, sorts: tuple[str, ...]) -> Any:
    """Made once: the document takes two of one name for different things."""
    return enum(name, sorts)


class BodyExtension(OpenApiSerializerExtension):
    """A request body: each field has its `help_text`. `partial_body`: no field is required.

    `words` has the texts of enums: as a `help_text`, drf-spectacular would wrap them and their name in an `allOf`.
    """

    target_class = "steerleads.api.serializers.BodySerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Any) -> Any:
        body = force_instance(self.target)
        words = getattr(body, "words", {})
        fields = body.fields.items()
        properties = {name: auto_schema._map_serializer_field(each, direction) for name, each in fields}
        for name, each in fields:
            if description := words.get(name, each.help_text):
                properties[name]["description"] = description
        schema = {"type": "object", "description": type(body).__doc__, "properties": properties}
        required = [name for name, each in fields if each.required and not getattr(body, "partial_body", False)]
        return {**schema, "required": required} if required else schema


class TextExtension(OpenApiSerializerFieldExtension):
    target_class = "steerleads.api.serializers.TextField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Any:
        least = {} if self.target.allow_null else {"minLength": 1}
        return {"type": "string", **least, "maxLength": self.target.max_length}


class VinExtension(OpenApiSerializerFieldExtension):
    target_class = "steerleads.api.serializers.VinField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Any:
        return {"type": "string", "pattern": "^[A-HJ-NPR-Za-hj-npr-z0-9]{17}$"}


class WholeNumberExtension(OpenApiSerializerFieldExtension):
    target_class = "steerleads.api.serializers.WholeNumberField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Any:
        return {"type": "integer", "minimum": self.target.least, "maximum": self.target.most}


class MoneyExtension(OpenApiSerializerFieldExtension):
    target_class = "steerleads.api.serializers.MoneyField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Any:
        return {"type": "number", "minimum": 0, "maximum": float(MoneyField.MOST)}
