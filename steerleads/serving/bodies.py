"""A request's body, awaited with an eye on the clock: whole or not at all, and never for long."""

import asyncio
import io
import time

from django.conf import settings

from steerleads.api.errors import RequestTimeout

SECONDS_FOR_A_BODY = 30
SECONDS_WITHOUT_A_QUESTION = 0.05  # within which a body that was sent with its head is there
# A client that is still sending cannot read its answer. So what nobody wants is taken, too, from a client that hurries.
MOST_THROWN_AWAY = 64 * 1024 * 1024
HURRY_BYTES, HURRY_SECONDS = 16 * 1024, 0.5  # at least as many, each time


class Body:
    """What comes by an ASGI `receive`: `promised` bytes, or as many as there are (None)."""

    def __init__(self, receive, promised):
        self._receive, self._promised = receive, promised
        self._ends_at = time.monotonic() + SECONDS_FOR_A_BODY
        self._pieces, self._length = [], 0
        self._coming = None  # the piece that is awaited
        self._is_over = self.broke_off = False
        self._most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    def allow(self, most, seconds):
        """Let it be as large, and take as long."""
        self._most, self._ends_at = most, time.monotonic() + seconds

    async def arrives(self, seconds=None):
        """Whether it is there before its time is up, or within so many seconds."""
        until = self._ends_at if seconds is None else min(self._ends_at, time.monotonic() + seconds)
        while not self.has_arrived and await self._take(until):
            pass
        return self.has_arrived

    @property
    def has_arrived(self):
        """Whether there is nothing more to wait for: it is whole, or broke off, or is too large."""
        return self._is_over or self._size > self._most

    def put_into(self, environ):
        """As Django is to read it. It judges bodies by CONTENT_LENGTH: a chunked one it would take for none at all."""
        environ["CONTENT_LENGTH"] = str(self._size if self.has_arrived else max(1, self._size))
        environ["wsgi.input"] = io.BytesIO(b"".join(self._pieces)) if self.has_arrived else _Late()

    async def throw_away_the_rest(self):
        """So that a client that is still sending can read its answer. One that dawdles is not waited for."""
        self._pieces = []
        while not self._is_over and self._length < MOST_THROWN_AWAY:
            before, until = self._length, min(self._ends_at, time.monotonic() + HURRY_SECONDS)
            while not self._is_over and self._length < MOST_THROWN_AWAY and await self._take(until):
                self._pieces = []
            if self._length - before < HURRY_BYTES:
                break
        if self._coming:
            self._coming.cancel()

    # --- How -----------------------------------------------------------------------------------

    @property
    def _size(self):
        return max(self._promised or 0, self._length)

    async def _take(self, until):
        """Whether another piece came until then."""
        if self._coming is None:
            self._coming = asyncio.ensure_future(self._receive())
        await asyncio.wait([self._coming], timeout=max(0, until - time.monotonic()))
        if not self._coming.done():
            return False
        message, self._coming = self._coming.result(), None
        if piece := message.get("body"):
            self._pieces.append(piece)
            self._length += len(piece)
        self._is_over = not message.get("more_body") or self._length == self._promised
        self.broke_off = message["type"] == "http.disconnect" or (self._is_over and self._length < self._size)
        return True


class _Late:
    """The file of a body that is not there, for those who judge a request without asking for its body."""

    def read(self, *size):
        raise RequestTimeout()

    readline = read
