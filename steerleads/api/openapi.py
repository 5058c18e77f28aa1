"""What the API's operations are described with, and the parameters, headers and errors that they share."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from steerleads.api.lists import DEFAULT_PAGE, LARGEST_PAGE


@dataclass(frozen=True)
class Header:
    """A header that an answer may carry."""

    name: str
    description: str
    schema: dict


@dataclass(frozen=True)
class Parameter:
    """What may be sent beside the body. `schema` is a JSON schema, a field of a serializer, or [a field] for several."""

    name: str
    description: str
    schema: object
    location: str = "query"
    example: object = None


@dataclass(frozen=True)
class Answer:
    """A successful answer. `shape` is a serializer, [a serializer] for an array, None for no body; examples by name."""

    description: str
    shape: object = None
    examples: dict = field(default_factory=dict)
    headers: tuple = ()
    status: int = 200


@dataclass(frozen=True)
class Operation:
    """`errors` are those beside what follows from the rest: from the key, a body, If-Match, an Idempotency-Key.

    An error is a class, or an instance where the class alone makes no example.
    """

    id: str
    tag: str
    summary: str
    description: str
    answer: Answer
    parameters: tuple = ()
    body: object = None
    examples: dict = field(default_factory=dict)
    errors: tuple = ()

    def takes(self, name: str) -> bool:
        return any(parameter.name == name for parameter in self.parameters)


def operations(**by_action: Operation) -> Callable[[type], type]:
    """A decorator that describes the actions of a viewset."""

    def describe(viewset: Any) -> Any:
        viewset.operations = by_action
        return viewset

    return describe


def enum(name: str, values: Iterable[str]) -> type[serializers.Field]:
    """A field for one of these texts, under a name of its own in the document (and in generated clients)."""
    schema = {"type": "string", "enum": list(values)}
    return extend_schema_field(schema, component_name=name)(type(name, (serializers.Field,), {}))


REQUEST_ID = Header("X-Request-Id", "The caller's request id if it sent a sane one, else ours.", {"type": "string"})
RATE_LIMIT = (
    Header("RateLimit-Limit", "Requests an hour that this key may make.", {"type": "integer"}),
    Header("RateLimit-Remaining", "Requests that are left in this hour.", {"type": "integer"}),
    Header("RateLimit-Reset", "Seconds until the hour is over.", {"type": "integer"}),
)
IGNORED_PARAMETERS = Header(
    "X-Ignored-Parameters", "Names of unknown query parameters, percent-encoded.", {"type": "string"}
)
IGNORED_FIELDS = Header(
    "X-Ignored-Fields", "Names of unknown or read-only fields of the body, percent-encoded.", {"type": "string"}
)
REPLAYED = Header(
    "Idempotency-Replayed",
    "There when this is the answer to an earlier request with the same Idempotency-Key.",
    {"type": "string", "enum": ["true"]},
)
RETRY_AFTER = Header("Retry-After", "Seconds to wait before trying again.", {"type": "integer"})
ACCEPT_ENCODING = Header(
    "Accept-Encoding",
    "There when the body came with a Content-Encoding, which is not taken.",
    {"type": "string", "enum": ["identity"]},
)
WWW_AUTHENTICATE = Header("WWW-Authenticate", "How to authenticate.", {"type": "string"})


class ErrorDetail(serializers.Serializer):
    field = serializers.CharField(help_text="The field or parameter, like `targetName` or `leadOrders[2].id`.")
    code = serializers.CharField(help_text="What was wrong with it, like `required` or `max_length`.")
    message = serializers.CharField()


class ErrorBody(serializers.Serializer):
    code = serializers.CharField(help_text="What went wrong, for programs. The examples list what can come here.")
    message = serializers.CharField(help_text="What was wrong and what would be right, for people.")
    type = enum(
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
    )(help_text="The family of the error.")
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


SortOrder = enum("SortOrder", ["asc", "desc"])

TEXT = {"type": "string"}
ID = {"type": "string", "format": "uuid"}
ETAG = Header("ETag", "Names the state of what is answered, for If-Match and If-None-Match.", TEXT)
LOCATION = Header("Location", "The path of what was created.", {"type": "string", "format": "uri-reference"})
LINK = Header("Link", 'With `limit`: the paths of the next page (`rel="next"`) and the first one.', TEXT)
TOTAL = Header("X-Total-Count", "With `count=true`: how many there are on all pages.", {"type": "integer"})

IF_MATCH = Parameter(
    "If-Match",
    "An ETag that you got, or `*`. If it has changed since, nothing is written and the answer is a 412.",
    TEXT,
    "header",
    example='"3"',
)
IF_NONE_MATCH = Parameter(
    "If-None-Match",
    "An ETag that you got. If it is still the same, the answer is a 304 without a body.",
    TEXT,
    "header",
)
IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "A text of your choice that makes retries safe: the same request with the same key is done once and answered "
    "again for 24 hours.",
    {"type": "string", "minLength": 1, "maxLength": 255},
    "header",
)
SORT_ORDER = Parameter("sortOrder", "Sort direction: `asc`, `desc`", SortOrder(default="asc"))
PAGE_LIMIT = Parameter(
    "limit",
    "How many to answer at most.",
    {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": DEFAULT_PAGE},
)
PAGING_PARAMETERS = (
    Parameter(
        "limit",
        "How many to answer at most, with the path of the next page in the `Link` header. Without `limit` and "
        "`cursor` the answer is the whole list.",
        {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE},
    ),
    Parameter(
        "cursor",
        f"Where the page begins, from the `Link` header of the page before. Alone it means `limit={DEFAULT_PAGE}`.",
        TEXT,
    ),
    Parameter("count", "`true` counts what is on all pages: see the header `X-Total-Count`.", {"type": "boolean"}),
)
LIST_HEADERS = (ETAG, LINK, TOTAL)
