"""Every error an endpoint can answer, as a class, and the one envelope they all come in (contract 13)."""

import logging
import sqlite3
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpResponse
from rest_framework import exceptions as drf

from steerleads.api.json import answer

log = logging.getLogger(__name__)

# The database is away, locked or full. Not a bug of ours, and worth trying again. A PostgreSQL that takes no writes for
# now (a hosted one when its disk is full, a standby) says so by an InternalError.
DATABASE_ERRORS = (OperationalError, InterfaceError, InternalError)
RETRY_AFTER = 2  # seconds
# How it says that it can be read, and takes no writes: PostgreSQL's states for a standby and for a full disk, SQLite's
# codes for the same.
TAKES_NO_WRITES = {"25006", "53100", sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL}

NO_WRITES = "The database takes no writes at the moment: what only reads is answered. Try again later."


def takes_no_writes(error: Exception) -> bool:
    """Whether one of DATABASE_ERRORS says that the database takes no writes at the moment, while it can be read."""
    cause = error.__cause__ or error  # the driver's own
    code = getattr(cause, "sqlite_errorcode", None)
    return (getattr(cause, "sqlstate", None) if code is None else code & 0xFF) in TAKES_NO_WRITES


class ApiError(Exception):
    """`details` are {field, code, message}; `error` itself repeats the first of them."""

    status = 500
    code = "INTERNAL_ERROR"
    type = "api_error"
    message = "Something went wrong on our side. It has been logged under the X-Request-Id of this answer."

    def __init__(self, message: object = None, *, headers: dict[str, str] | None = None) -> None:
        # In the language of whoever asked: staff's in the admin, English under /v1.
        self.message = str(message or self.message)
        super().__init__(self.message)
        self.headers = headers or {}
        self.details: list[dict[str, str]] = []

    def envelope(self) -> dict[str, Any]:
        """The error as the body of an answer."""
        error: dict[str, Any] = {"code": self.code, "message": self.message, "type": self.type}
        if self.details:
            error["field"] = self.details[0]["field"]
            error["details"] = self.details
        return {"status": "error", "error": error}


class ValidationFailed(ApiError):
    status, code, type = 400, "VALIDATION_ERROR", "validation_error"
    message = "The request is not valid."

    def __init__(
        self,
        message: str | None = None,
        *,
        field: str | None = None,
        reason: str = "invalid",
        details: list[dict[str, str]] | None = None,
    ) -> None:
        if details is None:
            details = [{"field": field, "code": reason, "message": message or self.message}] if field else []
        super().__init__(message or (details[0]["message"] if details else None))
        self.details = details


class Unauthenticated(ApiError):
    status, type = 401, "authentication_error"

    def __init__(self, message: object = None) -> None:
        super().__init__(message, headers={"WWW-Authenticate": "Bearer"})


class MissingApiKey(Unauthenticated):
    code = "MISSING_API_KEY"
    message = "No API key was sent. Send the header: Authorization: Bearer YOUR_API_KEY"


class InvalidApiKey(Unauthenticated):
    code = "INVALID_API_KEY"
    message = "This API key is malformed, unknown, expired or revoked."


class InsufficientScope(ApiError):
    status, code, type = 403, "INSUFFICIENT_SCOPE", "permission_error"
    message = "This API key does not have the scope that this call needs."


class HttpsRequired(ApiError):
    status, code, type = 403, "HTTPS_REQUIRED", "permission_error"
    message = (
        "This server answers by https only. A key that was sent by plain http could be read on its way: rotate it."
    )


class NotFound(ApiError):
    status, code, type = 404, "NOT_FOUND", "not_found"
    message = "There is nothing at this path. See /v1/docs for the paths there are."


class MethodNotAllowed(ApiError):
    status, code, type = 405, "METHOD_NOT_ALLOWED", "validation_error"
    message = "This path does not take this method."


class RequestTimeout(ApiError):
    status, code, type = 408, "REQUEST_TIMEOUT", "api_error"
    message = "The body did not arrive within 30 seconds. Send it again, on a connection that is quick enough."


class PreconditionFailed(ApiError):
    status, code, type = 412, "PRECONDITION_FAILED", "conflict"
    message = "It has changed since you read it: its ETag is another one now. Read it again and retry."


class PayloadTooLarge(ApiError):
    status, code, type = 413, "PAYLOAD_TOO_LARGE", "validation_error"
    message = "The body is larger than 1 MiB (1048576 bytes)."


class UnsupportedMediaType(ApiError):
    status, code, type = 415, "UNSUPPORTED_MEDIA_TYPE", "validation_error"
    message = "Send the body as Content-Type: application/json (in UTF-8)."


class UnsupportedContentEncoding(UnsupportedMediaType):
    message = "Send the body as it is, without a Content-Encoding: it may not be compressed."

    def __init__(self) -> None:
        super().__init__(headers={"Accept-Encoding": "identity"})


class IdempotencyKeyReused(ApiError):
    status, code, type = 422, "IDEMPOTENCY_KEY_REUSED", "validation_error"
    message = "This Idempotency-Key was used for another request. Use a new key for a new request."


class RateLimitExceeded(ApiError):
    status, code, type = 429, "RATE_LIMIT_EXCEEDED", "rate_limit_error"
    message = "This API key has used up its requests for this hour."


class ServiceUnavailable(ApiError):
    status, code, type = 503, "SERVICE_UNAVAILABLE", "api_error"
    message = "The database cannot be reached right now. Try again in a moment."

    def __init__(self, message: object = None) -> None:
        super().__init__(message, headers={"Retry-After": str(RETRY_AFTER)})


def answer_error(exception: Exception, context: Any = None) -> HttpResponse:
    """DRF's exception handler: every exception becomes an envelope; one that nobody foresaw is logged."""
    error = _as_api_error(exception, context)
    if error.status >= 500:
        log.error("%s", error.code, exc_info=exception)
    return answer(error.envelope(), status=error.status, headers=error.headers)


def answer_status(status: int, headers: Mapping[str, str]) -> HttpResponse:
    """The envelope for an answer that was made outside of the API's own code, with these of its headers."""
    known = {400: ValidationFailed, 404: NotFound, 405: MethodNotAllowed, 413: PayloadTooLarge, 503: ServiceUnavailable}
    error = known.get(status, ValidationFailed if status < 500 else ApiError)()
    return answer(error.envelope(), status=status, headers={**error.headers, **headers})


def _as_api_error(exception: Exception, context: Any) -> ApiError:
    if isinstance(exception, ApiError):
        return exception
    if isinstance(exception, DATABASE_ERRORS):
        return ServiceUnavailable(NO_WRITES if takes_no_writes(exception) else None)
    if isinstance(exception, drf.MethodNotAllowed):
        allowed = ", ".join(context["view"].allowed_methods)
        return MethodNotAllowed(f"This path takes {allowed}.", headers={"Allow": allowed})
    if isinstance(exception, (Http404, drf.NotFound)):
        return NotFound()
    if isinstance(exception, RequestDataTooBig):
        return PayloadTooLarge()
    if isinstance(exception, SuspiciousOperation):
        return ValidationFailed("The request has too many parameters (over 1000) or is malformed.")
    return ApiError()
