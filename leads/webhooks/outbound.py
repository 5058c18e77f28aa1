"""One POST to the outside: to an address that was checked and to no other, within bounds of time and size."""

import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from functools import cache
from http.client import HTTPException
from threading import Thread

from leads.outbox.outcomes import Outcome
from leads.webhooks.addresses import RefusedURL, check_url, is_public
from leads.webhooks.answers import read_outcome, seconds_left

CONNECT_SECONDS = 5  # over all addresses of a name
WHOLE_SECONDS = 15  # from the question to the DNS to the end of the answer's head
LEAST_SHARE = 1
USER_AGENT = "SteerLeads/1.0"


class _Failed(Exception):
    """Its text is the error of the Outcome."""


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
    """The Outcome of one POST of these bytes. Whatever the other side does, nothing is raised.

    Errors by the stage that failed: refused_url, dns, refused_address, connect, tls, timeout (connected, but no whole
    head of an answer in time), protocol (what came is no HTTP, or no whole head).
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
        # Who hangs up before having read it all may have answered before.
        with suppress(ConnectionError, ssl.SSLEOFError):
            _send(sock, _request(target, body, headers), deadline)
        return read_outcome(sock, deadline)


def _resolve(target, deadline):
    """All addresses of the host, asked once. The system's resolver cannot be stopped: late, it is left behind."""
    addresses = []

    def ask():
        try:
            addresses.extend(socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError):
            addresses.clear()

    thread = Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds_left(deadline))
    if thread.is_alive() or not addresses:
        raise _Failed("dns")
    return addresses


def _connect(addresses, deadline):
    """A socket to the first address that takes it. They share the time, so that a dead one leaves some to the next."""
    deadline = min(deadline, time.monotonic() + CONNECT_SECONDS)
    for index, (family, kind, protocol, _, address) in enumerate(addresses):
        sock = None
        try:
            left = seconds_left(deadline)
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
    sock.settimeout(seconds_left(deadline))
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
        sock.settimeout(seconds_left(deadline))
        rest = rest[sock.send(rest) :]
