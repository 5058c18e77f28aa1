"""Stands between the server and Django: reads the API's request bodies whole, and minds answers that break off."""

import io
import logging

from django.conf import settings

log = logging.getLogger(__name__)

METHODS_WITH_BODY = {"POST", "PUT", "PATCH", "DELETE"}
PIECE = 64 * 1024
# A client that is still sending cannot read why it was refused: so this much is read and thrown away.
MOST_THROWN_AWAY = 64 * 1024 * 1024


class BodyBrokeOff(OSError):
    """The client went away before it had sent what its Content-Length promised."""


class AnswerBrokeOff(Exception):
    """Said to the server in place of the error, whose text the server would log."""


class Bodies:
    """A WSGI application around another one.

    Django judges bodies by CONTENT_LENGTH alone: it takes a chunked body for an empty one, and one that is cut short
    for a whole one. So the length is made true here, and a body that broke off cannot be read.
    """

    def __init__(self, application):
        self.application = application

    def __call__(self, environ, start_response):
        if environ["REQUEST_METHOD"] in METHODS_WITH_BODY and environ["PATH_INFO"].startswith("/v1/"):
            _settle(environ)
        answer = self.application(environ, start_response)
        if getattr(answer, "streaming", True):
            return _Answer(answer)
        pieces = list(answer)  # which the server takes whole; anything else it would ask for piece by piece
        try:
            answer.close()
        except Exception as error:  # what it answers is done, and said
            log.error("Tidying up behind an answer failed", exc_info=error)
        return pieces


def _settle(environ):
    """Put in the body's place what Django is to read of it."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    promised = None if chunked else int(environ.get("CONTENT_LENGTH") or 0)
    if promised == 0 or (promised or 0) > MOST_THROWN_AWAY:
        return
    source = environ["wsgi.input"]
    body = _read(source, limit + 1 if chunked else min(promised, limit + 1))
    environ["wsgi.input"] = io.BytesIO(body)
    if len(body) > limit:
        _throw_away(source, MOST_THROWN_AWAY - len(body))
    elif not chunked and len(body) < promised:
        environ["wsgi.input"] = _BrokenOff()
    if chunked:
        environ["CONTENT_LENGTH"] = str(len(body))


def _read(source, most):
    """Up to `most` bytes. Granian's input understands nothing but `read` of a positive number."""
    pieces, left = [], most
    while left and (piece := source.read(min(left, PIECE))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _throw_away(source, most):
    while most > 0 and (piece := source.read(PIECE)):
        most -= len(piece)


class _BrokenOff:
    def read(self, *size):
        raise BodyBrokeOff()

    readline = read


class _Answer:
    """The application's answer, whose failure is logged in our way: without the exception's text."""

    def __init__(self, answer):
        self._answer, self._pieces = answer, iter(answer)

    def __iter__(self):
        return self

    def __next__(self):
        try:
            return next(self._pieces)
        except StopIteration:
            raise
        except Exception as error:
            log.error("An answer broke off", exc_info=error)
            raise AnswerBrokeOff() from None

    def close(self):
        self._answer.close()
