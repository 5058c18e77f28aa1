"""Reads the answer to a POST: the head, which has to be whole, and what comes of the body within a moment."""

import io
import re
import socket
import time
from contextlib import closing
from http.client import HTTPException, HTTPResponse, IncompleteRead

from leads.outbox.outcomes import Outcome, printable
from leads.outbox.pauses import GONE, asked_pause

BODY_SECONDS = 1  # it is only shown: the head has said all that matters
READ_BYTES = 64 * 1024
SHOWN_BYTES = 1024
SWITCHING = 101  # the one interim answer that ends the talk
# http.client takes a head that ends anywhere, and at most a hundred lines of it: so this is judged by the bytes.
STATUS_LINE = re.compile(rb"HTTP/1\.[0-9] +([1-9][0-9]{2})[ \r\n]")
BLANK_LINE = re.compile(rb"\n\r?\n")


def read_outcome(sock: socket.socket, deadline: float) -> Outcome:
    """The Outcome that a connected socket answers by the deadline, a time of `time.monotonic()`.

    Raises OSError (TimeoutError when it is late) or HTTPException if no whole head of a final answer comes.
    """
    answer = _Answer(sock, deadline)
    status = answer.status()
    headers, body = _rest(answer)
    return Outcome(
        ok=200 <= status < 300,
        status=status,
        answer=_shown(body),
        gone=status == GONE,
        later=asked_pause(status, headers),
    )


def seconds_left(deadline: float) -> float:
    """Raises TimeoutError if there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Answer(io.RawIOBase):
    """What a socket gives until the deadline and not beyond READ_BYTES: all that HTTPResponse needs of a socket."""

    def __init__(self, sock, deadline):
        self._sock, self._deadline, self._unread = sock, deadline, READ_BYTES
        self._held = bytearray()  # what came, and is still to be read by HTTPResponse
        self._is_whole = False

    def status(self):
        """The status of the final answer, whose whole head has come. What comes before it (RFC 9110, 15.2) is dropped."""
        while True:
            end = self._wait_for_head()
            status = int(STATUS_LINE.match(self._held)[1])
            if status >= 200 or status == SWITCHING:
                self._is_whole = True
                self._deadline = min(self._deadline, time.monotonic() + BODY_SECONDS)
                return status
            del self._held[:end]

    def _wait_for_head(self):
        """Where the head that is held ends."""
        seen = 0
        while True:
            if b"\n" in self._held and not STATUS_LINE.match(self._held):
                raise HTTPException("That is no status line.")
            if end := BLANK_LINE.search(self._held, max(seen - 2, 0)):
                return end.end()
            seen = len(self._held)
            more = self._receive(READ_BYTES)
            if not more:
                raise HTTPException("The head was cut.")
            self._held += more

    def makefile(self, mode):
        return io.BufferedReader(self)

    def readable(self):
        return True

    def readinto(self, buffer):
        given = bytes(self._held[: len(buffer)]) or self._receive(len(buffer))
        del self._held[: len(given)]
        buffer[: len(given)] = given
        return len(given)

    def _receive(self, most):
        try:
            self._sock.settimeout(seconds_left(self._deadline))
            received = self._sock.recv(min(most, self._unread))
        except OSError:
            if self._is_whole:
                return b""  # a body may break off, or not come: that changes nothing
            raise
        self._unread -= len(received)
        return received


def _rest(answer):
    """(headers, the body as far as it came)"""
    with closing(HTTPResponse(answer, method="POST")) as response:
        try:
            response.begin()
            body = response.read(READ_BYTES)
        except IncompleteRead as cut:
            body = cut.partial
        except (HTTPException, ValueError):  # too many headers for it; a chunk of negative length
            body = b""
        return response.headers or {}, body


def _shown(body):
    return printable(body[:SHOWN_BYTES].decode("utf-8", "replace"))
