"""One POST to the outside: to an address that was checked and to no other, within bounds of time and size."""

import io
import socket
import ssl
import time
from contextlib import closing
from functools import cache
from http.client import HTTPException, HTTPResponse, IncompleteRead
from threading import Thread

from leads.delivery.addresses import RefusedURL, check_url, is_public
from leads.delivery.outcomes import Outcome, printable

CONNECT_SECONDS = 5  # over all addresses of a name
WHOLE_SECONDS = 15  # from the question to the DNS to the last byte of the answer
LEAST_SHARE = 1
READ_BYTES = 64 * 1024
SHOWN_BYTES = 1024
USER_AGENT = "SteerLeads/1.0"
SWITCHING = 101  # the one interim answer that ends the talk


class _Failed(Exception):
    """Its text is the error of the Outcome."""


def post(url, body, headers):
    """The Outcome of one POST of these bytes. Whatever the other side does, nothing is raised.

    Errors by the stage that failed: refused_url, dns, refused_address, connect, tls, timeout (connected, but no whole
    answer in time), protocol (what came is no HTTP, or nothing came).
    """
    deadline = time.monotonic() + WHOLE_SECONDS
    try:
        return _attempt(check_url(url), body, headers, deadline)
    except RefusedURL:
        return Outcome(ok=False, error="refused_url")
    except _Failed as failed:
        return Outcome(ok=False, error=str(failed))
    except TimeoutError:
        return Outcome(ok=False, error="timeout")
    except ssl.SSLError:
        return Outcome(ok=False, error="tls")
    except (OSError, HTTPException):
        return Outcome(ok=False, error="protocol")


def _attempt(target, body, headers, deadline):
    addresses = _resolve(target, deadline)
    # Every one of them: a name with one private address among public ones is somebody's trick or mistake.
    if not target.is_allowed and not all(is_public(address[0]) for *_, address in addresses):
        raise _Failed("refused_address")
    with closing(_connect(addresses, deadline)) as plain, closing(_secure(plain, target, deadline)) as sock:
        _send(sock, _request(target, body, headers), deadline)
        return _outcome(HTTPResponse(_Answer(sock, deadline), method="POST"))


def _resolve(target, deadline):
    """All addresses of the host, asked once. The system's resolver cannot be stopped: late, it is left behind."""
    found = []

    def ask():
        try:
            found.extend(socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError):
            found.clear()

    thread = Thread(target=ask, daemon=True)
    thread.start()
    thread.join(_left(deadline))
    if thread.is_alive() or not found:
        raise _Failed("dns")
    return found


def _connect(addresses, deadline):
    """A socket to the first address that takes it. They share the time, so that a dead one leaves some to the next."""
    deadline = min(deadline, time.monotonic() + CONNECT_SECONDS)
    for index, (family, kind, protocol, _, address) in enumerate(addresses):
        sock = None
        try:
            left = _left(deadline)
            sock = socket.socket(family, kind, protocol)
            sock.settimeout(max(left / (len(addresses) - index), min(left, LEAST_SHARE)))
            sock.connect(address)
            return sock
        except OSError:
            if sock is not None:
                sock.close()
    raise _Failed("connect")


def _secure(sock, target, deadline):
    if target.scheme != "https":
        return sock
    sock.settimeout(_left(deadline))
    try:
        return _tls().wrap_socket(sock, server_hostname=target.host)
    except TimeoutError:
        raise
    except OSError:
        raise _Failed("tls") from None


@cache
def _tls():
    return ssl.create_default_context()


def _request(target, body, headers):
    headers = {
        "Host": target.authority,
        "User-Agent": USER_AGENT,
        "Accept-Encoding": "identity",
        "Connection": "close",
        "Content-Length": len(body),
        **headers,
    }
    lines = [f"POST {target.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode("ascii") + body


def _send(sock, request, deadline):
    # Not sendall: over TLS it gives each piece the whole time anew.
    rest = memoryview(request)
    while rest:
        sock.settimeout(_left(deadline))
        rest = rest[sock.send(rest) :]


class _Answer(io.RawIOBase):
    """What a socket gives until the deadline and not beyond READ_BYTES: all that HTTPResponse needs of a socket."""

    def __init__(self, sock, deadline):
        self._sock, self._deadline, self._unread = sock, deadline, READ_BYTES

    def makefile(self, mode):
        return io.BufferedReader(self)

    def readable(self):
        return True

    def readinto(self, buffer):
        if not self._unread:
            return 0
        self._sock.settimeout(_left(self._deadline))
        count = self._sock.recv_into(buffer, min(len(buffer), self._unread))
        self._unread -= count
        return count


def _outcome(response):
    with closing(response):
        response.begin()
        # What comes before the answer (RFC 9110, 15.2): http.client skips 100 only. What follows is read the same way.
        while response.status < 200 and response.status != SWITCHING:
            response.headers = None
            response.begin()
        try:
            body = response.read(READ_BYTES)
        except ValueError:  # a chunk of negative length
            body = b""
        except IncompleteRead as error:
            body = error.partial  # the status has said all that matters
    status = response.status
    return Outcome(ok=200 <= status < 300, status=status, answer=_shown(body), gone=status == 410)


def _shown(body):
    return printable(body[:SHOWN_BYTES].decode("utf-8", "replace"))


def _left(deadline):
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
