"""The ASGI application that `manage.py serve` runs: Django's WSGI application in threads, behind a loop.

Who sends or reads slowly is waited for in the loop, where that holds up nobody: by WSGI alone, 70 sockets that sent a
byte of a body each silenced the whole product (contract 7). And header names still are what was sent.
"""

import asyncio
import io
import logging
import sys
from urllib.parse import unquote_to_bytes

from django.db import close_old_connections

from steerleads import environment, wsgi
from steerleads.api import json
from steerleads.api.errors import DATABASE_ERRORS, ApiError, RequestTimeout, ValidationFailed
from steerleads.dealers.authentication import secret_of
from steerleads.dealers.keys import find_key
from steerleads.proxies import believe_proxy
from steerleads.serving.bodies import SECONDS_WITHOUT_A_QUESTION, Body
from steerleads.serving.middleware import is_api_path, lacks_https, record_answer
from steerleads.serving.threads import Threads
from steerleads.serving.uploads import LARGEST, SECONDS, may_send_file, takes_file

log = logging.getLogger(__name__)

SERVER = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    "wsgi.errors": sys.stderr,
}
MOST_NAMES = 1000  # of headers, remembered as WSGI spells them; a caller can make up as many as he likes
END = object()


class AnswerBrokeOff(Exception):
    """Said to the server in place of the error, whose text the server would log."""


class Application:
    """An ASGI application around a WSGI one, of which `threads` requests are in work at a time."""

    def __init__(self, application, threads):
        self.application = application
        self.threads = Threads(threads)

    async def __call__(self, scope, receive, send):
        environ = environ_of(scope)
        body = _body_of(environ, receive)
        if body is None:
            await self._answer(environ, receive, send)
            return
        if takes_file(environ) and await self.threads.run(may_send_file, environ):
            body.allow(LARGEST, SECONDS)
        if await self._is_worth_waiting_for(body, environ):
            await body.arrives()
        if body.broke_off:  # hardly anybody is there to read it
            await _refuse(environ, ValidationFailed("The body broke off before its end."), send)
        elif not body.has_arrived and not is_api_path(environ["PATH_INFO"]):
            await _refuse(environ, RequestTimeout(), send)
        else:
            body.put_into(environ)
            await self._answer(environ, receive, send)
        await body.throw_away_the_rest()

    async def _is_worth_waiting_for(self, body, environ):
        """False if plain http or the key has been judged and will not do: Django says so whatever the body is."""
        if await body.arrives(SECONDS_WITHOUT_A_QUESTION) or not is_api_path(environ["PATH_INFO"]):
            return True
        return await self.threads.run(_may_have_a_key, environ)

    async def _answer(self, environ, receive, send):
        status, headers, pieces, answer = await self.threads.run(_call, self.application, environ)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        if answer is None:
            await send({"type": "http.response.body", "body": pieces})
        else:
            await self._stream(answer, pieces, receive, send)

    async def _stream(self, answer, pieces, receive, send):
        """A piece at a time, at the client's pace. A thread is taken for as long as it makes one."""
        end, piece = asyncio.ensure_future(_end_of(receive)), None
        try:
            while not end.done() and (piece := await self.threads.run(_next, pieces)) is not END:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        finally:
            end.cancel()
            await self.threads.run(_close, answer)
        if piece is END:  # else it would look whole to somebody who is still there
            await send({"type": "http.response.body", "body": b""})


def environ_of(scope):
    """What WSGI makes of a request. A header whose name has an underscore is left out.

    WSGI could not tell it from the one with a hyphen, which may be a proxy's: nginx leaves them out, too.
    """
    path = scope["raw_path"]
    environ = {
        **SERVER,
        "REQUEST_METHOD": scope["method"].upper(),  # as Django reads it
        "PATH_INFO": (unquote_to_bytes(path) if b"%" in path else path).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": scope["server"][0],
        "SERVER_PORT": str(scope["server"][1]),
        "REMOTE_ADDR": scope["client"][0],
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": io.BytesIO(),
    }
    for name, value in scope["headers"]:
        if key := _NAMES.get(name) or _remember(name):
            value = value.decode("latin-1")
            # Several lines are one list, in their order; of cookies with their own separator.
            environ[key] = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{value}" if key in environ else value
    return environ


_NAMES = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}


def _remember(name):
    """A header's key in WSGI's environ, or None."""
    if b"_" in name:
        return None
    key = "HTTP_" + name.decode("latin-1").replace("-", "_").upper()
    if len(_NAMES) < MOST_NAMES:
        _NAMES[name] = key
    return key


def _body_of(environ, receive):
    """The request's Body, or None if there is none."""
    chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    promised = None if chunked else int(environ.get("CONTENT_LENGTH") or 0)
    return None if promised == 0 else Body(receive, promised)


async def _end_of(receive):
    """Over when the client has gone away."""
    while (await receive())["type"] != "http.disconnect":
        pass


# --- In a thread -------------------------------------------------------------------------------


def _call(application, environ):
    """(status, headers, the whole body, None), or (status, headers, an iterator of pieces, the answer to be closed)."""
    said = []
    answer = application(environ, lambda status, headers, exc_info=None: said.append((status, headers)))
    status, headers = said[-1]
    head = int(status[:3]), [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    if getattr(answer, "streaming", not isinstance(answer, list)):
        close_old_connections()  # what follows is made by whichever thread is free
        return *head, iter(answer), answer
    body = b"".join(answer)
    _close(answer)
    return *head, body, None


def _next(pieces):
    """The next piece, or END. Raises AnswerBrokeOff, once the failure is logged in our way: without its text."""
    try:
        return next(pieces, END)
    except Exception as error:
        log.error("An answer broke off", exc_info=error)
        raise AnswerBrokeOff() from None


def _close(answer):
    try:
        getattr(answer, "close", bool)()
    except Exception as error:  # what it answers is done, and said
        log.error("Tidying up behind an answer failed", exc_info=error)


def _may_have_a_key(environ):
    """Whether there is a key, not sent in the clear, for which it is worth waiting for the body."""
    believe_proxy(environ)
    if lacks_https(environ):
        return False
    try:
        return find_key(secret_of(environ)) is not None
    except (ApiError, *DATABASE_ERRORS):
        return False
    finally:
        close_old_connections()


async def _refuse(environ, error, send):
    """Answer without Django."""
    record_answer(environ["REQUEST_METHOD"], "-", {}, error.status, 0, None)
    kind, body = "text/plain; charset=utf-8", error.message.encode()
    if is_api_path(environ["PATH_INFO"]):
        kind, body = "application/json", json.render(error.envelope())
    headers = [(b"content-type", kind.encode()), (b"cache-control", b"private, no-cache")]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


application = Application(wsgi.application, environment.serve_threads())
