"""What wraps every request, outermost first: log line, proxy, compression, page policy; and what answers the API's."""

import logging
import re
import time
from random import getrandbits

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.middleware.gzip import GZipMiddleware
from django.urls import resolve
from django.utils.cache import patch_vary_headers

from steerleads import logs
from steerleads.api import errors
from steerleads.db.ids import is_id
from steerleads.operations import counters
from steerleads.proxies import believe_proxy

SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._:=+/-]{1,128}")
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def is_api(request):
    return is_api_path(request.path_info)


def is_api_path(path):
    return path == "/v1" or path.startswith("/v1/")


def lacks_https(environ):
    """Whether a request came by plain http where https is required; what a proxy says of it is believed already."""
    return settings.SECURE_SSL_REDIRECT and environ["wsgi.url_scheme"] != "https"


class RequestLog:
    """Gives the request an id and writes one line about it: the route, never the query or an unknown path."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.id = request_id(request.META)
        token = logs.request_id.set(request.id)
        began = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-Id"] = request.id
            self._record(request, response, time.perf_counter() - began)
            return response
        finally:
            logs.request_id.reset(token)

    def _record(self, request, response, seconds):
        match, key = request.resolver_match, getattr(request, "api_key", None)
        # What open boards ask every other second would bury everything else.
        level = logging.DEBUG if getattr(response, "is_routine", False) else logging.INFO
        route, ids = (match.route, match.kwargs) if match and match.route else ("-", {})
        record_answer(request.method, route, ids, response.status_code, seconds, key, level)


def request_id(environ):
    """The caller's, if it is a sane one, or a new one."""
    sent = environ.get("HTTP_X_REQUEST_ID", "")
    return sent if SANE_REQUEST_ID.fullmatch(sent) else _new_request_id()


def record_answer(method, route, ids, status, seconds, key, level=logging.INFO):
    """Count an answer, and write its line: of `ids`, what the path named, those that are ids."""
    counters.count(status)
    facts = {"ms": round(seconds * 1000, 1)}
    if key:
        facts["key"] = key.id
    for name in ("id", "carId"):
        if is_id(known := ids.get(name)):
            facts[name] = known.lower()
    logs.access_log.log(level, f"{method} {route} {status}", extra={"facts": facts})


def _new_request_id():
    """Like a UUID of version 4, made in a third of the time.

    It is no secret. The system's own randomness would hand the interpreter to another thread in between.
    """
    digits = f"{getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


class TrustedProxy:
    """Believes X-Forwarded-For and X-Forwarded-Proto from the addresses in TRUSTED_PROXIES, and only from them."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        believe_proxy(request.META)
        return self.get_response(request)


class Compression(GZipMiddleware):
    """Compresses answers over 1 KiB for clients that accept gzip (`gzip;q=0` does not), but for what is a zip already."""

    LEAST_BYTES = 1024
    ZIPS = ("application/vnd.openxmlformats-",)

    def process_response(self, request, response):
        if response.get("Content-Type", "").startswith(self.ZIPS):
            return response
        if not response.streaming and len(response.content) <= self.LEAST_BYTES:
            return response
        if not _accepts_gzip(request.META.get("HTTP_ACCEPT_ENCODING", "")):
            patch_vary_headers(response, ("Accept-Encoding",))
            return response
        return super().process_response(request, response)


def _accepts_gzip(header):
    for part in header.lower().split(","):
        coding, _, parameters = part.partition(";")
        if coding.strip() == "gzip":
            return not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", parameters)
    return False


class ContentSecurityPolicy:
    """Pages run our own scripts and styles only: nothing inline, nothing evaluated, nothing framed."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", PAGE_POLICY)
        return response


class Api:
    """Answers what is under /v1 from here, so that all below is for pages alone, and is Django's own.

    The API has no sessions, no forms and no static files. Whatever refuses a request before a view does (a bad Host,
    say) answers in the error envelope. One slash too many at the path's end is taken off: a redirect would drop a
    POST's body.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.answer = convert_exception_to_response(_answer)

    def __call__(self, request):
        if not is_api(request):
            return self.get_response(request)
        response = self.answer(request)
        if response.status_code >= 400 and not response.get("Content-Type", "").startswith("application/json"):
            kept = {"Allow": response["Allow"]} if "Allow" in response else {}
            response = errors.answer_status(response.status_code, kept)
        response.setdefault("Cache-Control", "private, no-cache")
        if not response.streaming:
            response["Content-Length"] = str(len(response.content))
        return response


def _answer(request):
    if lacks_https(request.META):  # the key has travelled already: no redirect could undo that (contract 8)
        return errors.answer_error(errors.HttpsRequired())
    request.get_host()  # raises DisallowedHost, which `views.bad_request` answers
    path = request.path_info
    if path.endswith("/") and not path.endswith("//"):
        request.path_info = path[:-1]
    view, arguments, named = request.resolver_match = resolve(request.path_info)
    return view(request, *arguments, **named)


# --- For pages only --------------------------------------------------------------------------------


class HealthHost:
    """Lets /healthz, /readyz and /metrics answer under any Host: load balancers and Prometheus ask by address."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path_info in ("/healthz", "/readyz", "/metrics"):
            request.get_host = lambda: "localhost"
        return self.get_response(request)
