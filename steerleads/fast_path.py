"""The two reads that are asked for most, without Django's and DRF's machinery, which is two thirds of their time on SQLite.

All it can say is 200, to a plain request for something that is there, with a key and a share of its hour that this
process remembers. It leaves everything else to Django's way, as if it had not been here.
`steerleads/tests/test_fast_path.py` holds both ways against each other, to the last header.
"""

import io
import re
import threading
import time
from types import SimpleNamespace

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.db import DEFAULT_DB_ALIAS, connections
from django.http import HttpResponse
from django.middleware.security import SecurityMiddleware

from leads.fast_reads import read_lead, read_leads_of_car
from steerleads import logs
from steerleads.api import json
from steerleads.dealers.authentication import secret_of
from steerleads.dealers.keys import find_key_in_memory
from steerleads.dealers.ratelimit import take
from steerleads.middleware import (
    Compression,
    ContentSecurityPolicy,
    Envelope,
    Hosts,
    record_answer,
    request_id,
)
from steerleads.proxies import believe_proxy

PATH = re.compile(r"/v1/leads/(car/)?([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})")
SCOPE = "leads:read"
READS = {
    # what stands before the id: (how it is read, the route and the id's name in the log)
    None: (read_lead, "v1/leads/<str:id>", "id"),
    "car/": (read_leads_of_car, "v1/leads/car/<str:carId>", "carId"),
}


class FastPath:
    """A WSGI application before another one."""

    def __init__(self, application):
        self.application = application
        self.compression = Compression(lambda request: None)
        self.hosts = Hosts()
        self.here = threading.local()  # has this thread's connection
        schemes = ["https"] if settings.SECURE_SSL_REDIRECT else ["http", "https"]
        self.fixed_headers = {scheme: _fixed_headers(scheme) for scheme in schemes}

    def __call__(self, environ, start_response):
        match = PATH.fullmatch(environ["PATH_INFO"]) if _is_plain(environ) else None
        answer = match and self._answer(environ, *match.groups())
        if not answer:
            return self.application(environ, start_response)
        headers, body = answer
        start_response("200 OK", list(headers.items()))
        return [body]

    def _answer(self, environ, kind, id):
        """(headers, body), or None: then nothing was counted, and no line written."""
        began, (read, route, name) = time.perf_counter(), READS[kind]
        try:
            key = self._judged(environ)
            found = key and read(self._database(), key.dealership, id)
            limit = take(key, in_memory=True) if found else None
        except Exception:  # whatever it is, Django's way meets it, too, and says it properly
            return None
        if not found or (key.hourly_limit and not limit):
            return None
        token = logs.request_id.set(request_id(environ))
        try:
            answer = self._dressed(environ, *found, limit)
            record_answer("GET", route, {name: id}, 200, time.perf_counter() - began, key)
        finally:
            logs.request_id.reset(token)
        return answer

    def _judged(self, environ):
        """The key, if nothing stands against an answer. Raises what Django raises of a Host, or MissingApiKey."""
        believe_proxy(environ)
        if environ["wsgi.url_scheme"] not in self.fixed_headers:
            return None
        if environ.get("HTTP_HOST") not in self.hosts:
            self.hosts.judge(WSGIRequest({**environ, "CONTENT_TYPE": ""}))  # of some types Django fails
        key = find_key_in_memory(secret_of(environ), environ.get("REMOTE_ADDR", ""))
        return key if key and SCOPE in key.scopes else None

    def _database(self):
        if not hasattr(self.here, "database"):
            self.here.database = connections[DEFAULT_DB_ALIAS]
        return self.here.database

    def _dressed(self, environ, body, tag, limit):
        """(headers, body) as the middleware would have left them."""
        headers = {
            **self.fixed_headers[environ["wsgi.url_scheme"]],
            "X-Request-Id": logs.request_id.get(),
            "Content-Length": str(len(body)),
        }
        if tag:
            headers["ETag"] = tag
        if limit:
            headers |= limit.headers()
        if len(body) <= Compression.LEAST_BYTES:
            return headers, body
        if "HTTP_ACCEPT_ENCODING" not in environ:
            return {**headers, "Vary": "Accept-Encoding"}, body
        response = HttpResponse(body, headers=headers)
        response = self.compression.process_response(SimpleNamespace(META=environ), response)
        return dict(response.items()), response.content


def _is_plain(environ):
    asks = environ["REQUEST_METHOD"] == "GET" and not environ.get("QUERY_STRING")
    return asks and "HTTP_IF_NONE_MATCH" not in environ


def _fixed_headers(scheme):
    """What the middleware puts on every answer, by asking it."""
    layer = lambda request: json.answer({})  # noqa: E731
    for middleware in (SecurityMiddleware, ContentSecurityPolicy, Envelope):
        layer = middleware(layer)
    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": "/v1/leads", "wsgi.url_scheme": scheme, "wsgi.input": io.BytesIO()}
    return dict(layer(WSGIRequest(asked)).items())
