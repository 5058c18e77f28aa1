"""What drf-spectacular is told of the API's operations: `operation`, and the parameters, headers and errors they share."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.utils import translation
from drf_spectacular.drainage import isolate_view_method
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiRequest,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
)
from rest_framework import serializers

from steerleads.api import errors
from steerleads.api.errors import ApiError
from steerleads.api.list_query import DEFAULT_PAGE, LARGEST_PAGE
from steerleads.api.serializers import enum

# --- Objects that all operations share -----------------------------------------------------------


class ErrorDetail(serializers.Serializer):
    field = serializers.CharField(help_text="The field or parameter, like `targetName` or `leadOrders[2].id`.")
    code = serializers.CharField(help_text="What was wrong with it, like `required` or `max_length`.")
    message = serializers.CharField()


ErrorType = enum(
    "ErrorType",
    [
        "validation_error",
        "authentication_error",
        "permission_error",
        "not_found",
        "conflict",
        "rate_limit_error",
        "api_error",
    ],
)


class ErrorBody(serializers.Serializer):
    code = serializers.CharField(help_text="What went wrong, for programs. The examples list what can come here.")
    message = serializers.CharField(help_text="What was wrong and what would be right, for people.")
    type = ErrorType(help_text="The family of the error.")
    field = serializers.CharField(required=False, help_text="The first of the details' fields.")
    details = ErrorDetail(many=True, required=False, help_text="Everything that was wrong.")


@extend_schema_field({"type": "string", "const": "error"})
class ErrorStatus(serializers.Field):
    """What tells an envelope from everything else."""


class Error(serializers.Serializer):
    """The envelope of every error."""

    status = ErrorStatus()
    error = ErrorBody()


class Success(serializers.Serializer):
    """It is done."""

    success = serializers.BooleanField()
    message = serializers.CharField()


# --- Headers of answers --------------------------------------------------------------------------

SUCCESSES = (200, 201, 202, 304)
ALL_BUT_401 = tuple(status for status in range(200, 600) if status != 401)


def header(
    name: str, description: str, type: Any = str, *, of: Collection[int] | bool = SUCCESSES, **further: Any
) -> OpenApiParameter:
    """A header of the answers with these statuses, True for all. It stands among an operation's `parameters`."""
    response = of if isinstance(of, bool) else list(of)
    return OpenApiParameter(name, type, OpenApiParameter.HEADER, description=description, response=response, **further)


OF_ALL_OPERATIONS = (
    header("X-Request-Id", "The caller's request id if it sent a sane one, else ours.", of=True),
    header("RateLimit-Limit", "Requests an hour that this key may make.", int, of=ALL_BUT_401),
    header("RateLimit-Remaining", "Requests that are left in this hour.", int, of=ALL_BUT_401),
    header("RateLimit-Reset", "Seconds until the hour is over.", int, of=ALL_BUT_401),
    header("X-Ignored-Parameters", "Names of unknown query parameters, percent-encoded.", of=ALL_BUT_401),
    header("WWW-Authenticate", "How to authenticate.", of=[401]),
    header("Retry-After", "Seconds to wait before trying again.", int, of=[429, 503]),
)
OF_BODIES = (
    header("X-Ignored-Fields", "Names of unknown or read-only fields of the body, percent-encoded.", of=ALL_BUT_401),
    header(
        "Accept-Encoding",
        "There when the body came with a Content-Encoding, which is not taken.",
        enum=["identity"],
        of=[415],
    ),
)
ETAG = header("ETag", "Names the state of what is answered, for If-Match and If-None-Match.")
LOCATION = header("Location", "The path of what was created.", {"type": "string", "format": "uri-reference"})
LINK = header("Link", 'With `limit`: the paths of the next page (`rel="next"`) and the first one.')
TOTAL = header(
    "X-Total-Count",
    "With `count=true`, and behind the numbers of figures always: how many there are on all pages.",
    int,
)
DISPOSITION = header("Content-Disposition", "The name under which to keep the file, with the dealership's local date.")
REPLAYED = header(
    "Idempotency-Replayed",
    "There when this is the answer to an earlier request with the same Idempotency-Key.",
    enum=["true"],
)

# --- Parameters ----------------------------------------------------------------------------------


def path_id(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, UUID, OpenApiParameter.PATH, description=description)


IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="An ETag that you got, or `*`. If it has changed since, nothing is written and the answer is a 412.",
    examples=[OpenApiExample("ETag", '"3"')],
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="An ETag that you got. If it is still the same, the answer is a 304 without a body.",
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255},
    OpenApiParameter.HEADER,
    description="A text of your choice that makes retries safe: the same request with the same key is done once and "
    "answered again for 24 hours.",
)
PAGE_LIMIT = OpenApiParameter(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": DEFAULT_PAGE},
    description="How many to answer at most.",
)
FOR = OpenApiParameter(
    "for",
    str,
    enum=["excel"],
    description="`excel`: a CSV file that Excel opens with a double click, in the language of the dealership. It begins "
    "with a byte order mark, and in French and Arabic has semicolons, and commas before decimals.",
)
WHOLE_OR_LIMIT = OpenApiParameter(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE},
    description="How many to answer at most, with the path of the next page in the `Link` header. Without `limit` and "
    "`cursor` the answer is the whole list.",
)
PAGING = (
    OpenApiParameter(
        "cursor",
        str,
        description="Where the page begins, from the `Link` header of the page before. Alone it means "
        f"`limit={DEFAULT_PAGE}`.",
    ),
    OpenApiParameter("count", bool, description="`true` counts what is on all pages: see the header `X-Total-Count`."),
)
SortOrder = enum("SortOrder", ["asc", "desc"])

# What goes together: a list is known again by its ETag, and a request that can be repeated tells a repetition.
LISTED = (IF_NONE_MATCH, ETAG, LINK, TOTAL)
IDEMPOTENT = (IDEMPOTENCY_KEY, REPLAYED)

# --- Operations ----------------------------------------------------------------------------------


def answer(shape: Any, description: str, examples: Mapping[str, Any] = {}) -> OpenApiResponse:
    """`shape` is a serializer, or anything else that drf-spectacular takes. An example of a list is one of its rows."""
    return OpenApiResponse(shape, description, _examples(examples))


def done(description: str, message: str) -> OpenApiResponse:
    """The answer that says no more than that it is done."""
    return answer(Success, description, {message: {"success": True, "message": message}})


def body(shape: Any, examples: Mapping[str, Any]) -> OpenApiRequest:
    return OpenApiRequest(shape, examples=_examples(examples))


def _examples(by_name: Mapping[str, Any]) -> list[OpenApiExample]:
    return [OpenApiExample(name, value) for name, value in by_name.items()]


def operation(
    operation_id: str,
    *,
    responses: Mapping[Any, OpenApiResponse],
    request: OpenApiRequest | None = None,
    parameters: Iterable[OpenApiParameter] = (),
    errors: Iterable[ApiError | type[ApiError]] = (),
    any_key: bool = False,
    **words: Any,
) -> Callable:
    """drf-spectacular's `extend_schema`, with the answers that follow from the rest: the 304 and the errors.

    `responses` are the good answers by status, or (status, media type) for what is no JSON. `errors` are those beside what follows from the key, a body, If-Match and an
    Idempotency-Key; an instance where the class alone makes no example. `any_key`: it needs no scope.
    """
    parameters = list(parameters)
    shared = _shared_errors(parameters, with_body=request is not None, any_key=any_key)
    answers = {**responses, **_error_responses([*errors, *shared])}
    if IF_NONE_MATCH in parameters:
        same = "It is as you know it: your ETag is still its ETag. Not counted by the rate limit."
        answers[304] = OpenApiResponse(description=same)
    return extend_schema(operation_id, request=request, responses=answers, parameters=parameters, **words)


def operations(**by_action: Callable) -> Callable[[type], type]:
    """drf-spectacular's `extend_schema_view`, which takes `list` and `create`, for actions of any name."""

    def describe(viewset: Any) -> Any:
        for action, described in by_action.items():
            described(isolate_view_method(viewset, action))
        return viewset

    return describe


def _shared_errors(parameters: list[OpenApiParameter], *, with_body: bool, any_key: bool) -> list[Any]:
    possible: list[Any] = [errors.HttpsRequired, errors.MissingApiKey, errors.InvalidApiKey]
    if not any_key:
        possible.append(errors.InsufficientScope)
    if LINK in parameters:
        wrong = f"“limit” must be a whole number from 1 to {LARGEST_PAGE}."
        possible.append(errors.ValidationFailed(wrong, field="limit"))
    possible.append(errors.ValidationFailed("The request has too many parameters (over 1000) or is malformed."))
    if IF_MATCH in parameters:
        possible.append(errors.PreconditionFailed)
    if with_body:
        possible += [errors.PayloadTooLarge, errors.RequestTimeout, errors.UnsupportedMediaType]
    if IDEMPOTENCY_KEY in parameters:
        possible += [errors.PayloadTooLarge, errors.RequestTimeout, errors.IdempotencyKeyReused]
    return [*possible, errors.RateLimitExceeded, ApiError, errors.ServiceUnavailable]


def _error_responses(possible: Iterable[ApiError | type[ApiError]]) -> dict[int, OpenApiResponse]:
    """The answers of these errors by status, with an example of each code: the first of several."""
    by_status: dict[int, dict[str, ApiError]] = defaultdict(dict)
    with translation.override(None):  # in English, whoever it is whose request has this module imported
        for each in possible:
            error = each() if isinstance(each, type) else each
            by_status[error.status].setdefault(error.code, error)
    return {
        status: OpenApiResponse(
            Error,
            f"{HTTPStatus(status).phrase}: {', '.join(f'`{code}`' for code in found)}",
            [OpenApiExample(code, error.envelope()) for code, error in found.items()],
        )
        for status, found in by_status.items()
    }
