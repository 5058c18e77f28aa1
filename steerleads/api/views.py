"""What every endpoint does in the same order: who calls, what may they, what did they send, how is it answered."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from functools import cache, cached_property
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.utils.http import parse_header_parameters
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from steerleads.api import etags
from steerleads.api.errors import ApiError, NotFound, UnsupportedContentEncoding, UnsupportedMediaType, ValidationFailed
from steerleads.api.json import NotJSON, answer, parse_object
from steerleads.api.objects import ObjectSerializer
from steerleads.api.parameters import Parameters, header_names
from steerleads.api.serializers import BodySerializer, check
from steerleads.db.compiled import CompiledQuery, by_id
from steerleads.db.ids import parse_id

KEPT_IN_304 = ("ETag", "Link", "X-Total-Count", "X-Gone-Count", "X-Archived", "X-Next-After", "X-Paused-Until")


class ApiViewSet(ViewSet):
    """Base of all viewsets. `area` names the scopes: `leads` means `leads:read` and `leads:write`.

    One with a colon is a scope for everything: `webhooks:manage`. Several are needed together. `not_found` has, for each id in the paths, the error
    if there is nothing of that id.
    """

    area: str | tuple[str, ...] | None = None
    not_found: dict[str, type[NotFound]] = {}
    request: Any  # DRF's, whose `auth` is a key: rooms above say what that is
    action: str | None = None  # type: ignore[assignment]  # as DRF has it for a method that there is not
    ignored_parameters: Sequence[str] = ()
    ignored_fields: Sequence[str] = ()
    http_method_names = ["get", "head", "post", "patch", "delete"]

    # --- What was sent -------------------------------------------------------------------------

    @cached_property
    def dealership(self) -> Any:
        """Whose key it is."""
        return self.request.auth.dealership

    @cached_property
    def path(self) -> dict[str, Any]:
        """The variables of the path, ids as such. Raises the error of `not_found` for an id that is none."""
        return {
            name: self._read_id(name, text) if name in self.not_found else text for name, text in self.kwargs.items()
        }

    def get_queryset(self) -> QuerySet:
        """The rows that an action is about, from `dealership`, `path` and `action` alone: it is kept compiled."""
        raise NotImplementedError

    def get_shown(self, serializer_class: type[ObjectSerializer], *further: str) -> tuple:
        """The one of `get_queryset` that has the path's `id`, as an object, and further columns of it.

        Raises `not_found_error`.
        """
        columns = serializer_class.columns
        query = _one(type(self), columns + further)  # type: ignore[arg-type]  # mypy hashes an instance
        row = query.row(self.request.auth.dealership_id, self.path["id"])
        if row is None:
            raise self.not_found_error(self.path["id"])
        return serializer_class.render(row[: len(columns)]), *row[len(columns) :]

    def not_found_error(self, id: UUID) -> ApiError:
        """Why there is none with the path's `id`."""
        return self.not_found["id"]()

    def parameters(self, known: Mapping[str, bool] | None = None) -> Parameters:
        """The query's Parameters. Called by every action, so that unknown ones are always named."""
        parameters = Parameters.of(self.request._request, known or {})
        self.ignored_parameters = parameters.ignored
        return parameters

    def read(self, serializer_class: type[BodySerializer], *, partial: bool = False) -> dict[str, Any]:
        """The body's fields as `serializer_class` cleans them, in its order; the others are named as ignored."""
        self._check_media_type()
        try:
            body = parse_object(self._bytes())
        except NotJSON as error:
            raise ValidationFailed(str(error)) from None
        fields, self.ignored_fields = check(serializer_class, body, partial=partial)
        return fields

    def if_match(self) -> Collection[str] | None:
        """The parsed If-Match header, for a verb to compare under its lock."""
        return etags.parse(self.request.headers.get("If-Match"))

    def prefers_representation(self) -> bool:
        preferences = self.request.headers.get("Prefer", "").lower().replace('"', "")
        return "return=representation" in [part.strip() for part in preferences.replace(";", ",").split(",")]

    def is_known(self, response: HttpResponseBase) -> bool:
        """Whether the caller has this answer already, by its If-None-Match."""
        known = etags.parse(self.request.META.get("HTTP_IF_NONE_MATCH"))
        current = etags.parse(response.get("ETag"))
        if not known or not current:
            return False
        return known == etags.ANY or bool(set(known) & set(current))

    def fingerprint(self) -> str:
        """What makes two requests the same one for an Idempotency-Key: method, path, query and body."""
        request = self.request._request
        head = f"{request.method} {request.path_info}?{request.META.get('QUERY_STRING', '')}\n"
        return hashlib.sha256(head.encode("utf-8", "surrogateescape") + self._bytes()).hexdigest()

    # --- What is answered ----------------------------------------------------------------------

    def answer(self, data: object, *, status: int = 200, etag: str | None = None, **headers: str) -> HttpResponse:
        """JSON, with its ETag. Header names come as keywords: Location, Preference_Applied, …"""
        response = answer(data, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})
        if etag:
            response["ETag"] = etags.quoted(etag)
        return response

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {}

    @property
    def allowed_methods(self) -> list[str]:
        methods = super().allowed_methods
        return [*methods, "HEAD"] if "GET" in methods and "HEAD" not in methods else methods

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        for header, names in (
            ("X-Ignored-Parameters", self.ignored_parameters),
            ("X-Ignored-Fields", self.ignored_fields),
        ):
            if names:
                response[header] = header_names(names)
        response = self._not_modified(request, response)
        limit = getattr(request._request, "hourly_limit", None)
        if limit is not None:
            if response.status_code == 304:
                limit.give_back()
            for header, value in limit.headers().items():
                response[header] = value
        return response

    # --- How -----------------------------------------------------------------------------------

    def _read_id(self, name: str, text: str) -> UUID:
        value = parse_id(text)
        if value is None:
            raise self.not_found[name]()
        return value

    def _not_modified(self, request: Request, response: Any) -> Any:
        if request.method not in ("GET", "HEAD") or response.status_code != 200 or not self.is_known(response):
            return response
        kept = {name: response[name] for name in KEPT_IN_304 if name in response}
        unchanged = answer({}, status=304, headers=kept)
        unchanged.content = b""
        del unchanged["Content-Type"]
        return unchanged

    def _check_media_type(self) -> None:
        if not self.request.META.get("CONTENT_TYPE") and self.request.META.get("CONTENT_LENGTH") in ("", "0", None):
            return  # no body, so no media type: it is bad JSON that is wrong
        codings = self.request.META.get("HTTP_CONTENT_ENCODING", "").lower().split(",")
        if any(coding.strip() not in ("", "identity") for coding in codings):
            raise UnsupportedContentEncoding()
        try:
            media_type, parameters = parse_header_parameters(self.request.META.get("CONTENT_TYPE", ""))
        except (ValueError, LookupError, UnicodeError):
            raise UnsupportedMediaType() from None
        accepted = ["application/json"] + ["application/merge-patch+json"] * (self.request.method == "PATCH")
        charset = parameters.get("charset", "utf-8")
        if media_type.lower() not in accepted or str(charset).lower() not in ("utf-8", "utf8"):
            raise UnsupportedMediaType()

    def _bytes(self) -> bytes:
        try:
            return self.request._request.body
        except (UnreadablePostError, ValueError):  # or a Content-Length that is no number
            raise ValidationFailed("The body broke off before its end.") from None


def queryset_for(
    view_class: type[ApiViewSet], action: str | None, dealership: object, path: Mapping[str, object]
) -> QuerySet:
    """What a view's `get_queryset` is for these values, or for what stands for them in a compiled query."""
    view: Any = view_class()
    view.action, view.dealership, view.path = action, dealership, path
    return view.get_queryset()


@cache
def _one(view_class: type[ApiViewSet], columns: tuple[str, ...]) -> CompiledQuery:
    def build(dealership: object, id: object) -> QuerySet:
        rows = queryset_for(view_class, "retrieve", dealership, {"id": id})
        return rows.filter(pk=id).order_by().values_list(*columns)

    return by_id(build)


class UnknownPath(ApiViewSet):
    """Everything under /v1 that no route takes. With a key it is a 404, without one a 401."""

    schema = None  # it is no part of the API's description

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound()

    def list(self, request: Request) -> None:
        """Never reached: `initial` has judged."""
