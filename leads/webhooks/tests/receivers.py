"""Real HTTP receivers on 127.0.0.1 for tests: each records what it is sent and answers as it is told.

with receiver() as crm:                                      # 200 to everything
with receiver([Reply(500), Reply(200)]) as crm:              # one after the other; the last stays
with receiver(lambda request: Reply(410, delay=0.2)) as crm: # what a function says
    settings.WEBHOOK_ALLOW = [crm.origin]
    ...                                                      # something is sent to crm.url
    assert crm.requests[0].json["type"] == "lead.created"
"""

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Event, Thread


@dataclass(frozen=True)
class Reply:
    """What to answer, `delay` seconds after the request: a `status` and a `body`, or the `raw` bytes as they are.

    With `drip`, the bytes go out one by one, so many seconds apart. A `silent` receiver says nothing until it closes;
    one that `stays` leaves the connection open behind its answer until then.
    """

    status: int = 200
    body: bytes = b"ok"
    headers: dict = field(default_factory=dict)
    delay: float = 0
    drip: float = 0
    raw: bytes | None = None
    silent: bool = False
    stays: bool = False

    def written(self):
        if self.raw is not None:
            return self.raw
        headers = {"Content-Length": len(self.body), "Connection": "close", **self.headers}
        lines = [f"HTTP/1.1 {self.status} Told", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        return "\r\n".join(lines).encode() + self.body


@dataclass
class Request:
    """One request as it came; times are of `time.monotonic()`, and header names in lower case."""

    path: str
    headers: dict
    body: bytes
    began: float
    ended: float | None = None

    @property
    def json(self):
        return json.loads(self.body)


class Receiver(ThreadingHTTPServer):
    """Use `receiver`, which closes it. `requests` are in order of arrival; `most_in_flight` were there at one time."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, answer, tls=None):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scheme = "https" if tls else "http"
        if tls:
            # The handshake in the request's own thread: a client that breaks it off holds up no other.
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.answer = answer
        self.requests = []
        self.in_flight = self.most_in_flight = 0
        self.closed = Event()
        self._changed = Condition()

    @property
    def origin(self):
        return f"{self.scheme}://127.0.0.1:{self.server_port}"

    @property
    def url(self):
        return f"{self.origin}/hook"

    def wait_for(self, count, seconds=10):
        """The first `count` requests, once there are so many. AssertionError if they don't come."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.requests) >= count, seconds), (
                f"{len(self.requests)} of {count} requests came within {seconds} s"
            )
            return self.requests[:count]

    def begin(self, request):
        """Record it, and give the Reply to it."""
        with self._changed:
            self.requests.append(request)
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
            self._changed.notify_all()
            return self._reply(request)

    def end(self, request):
        with self._changed:
            self.in_flight -= 1
            request.ended = time.monotonic()
            self._changed.notify_all()

    def handle_error(self, request, client_address):
        """Clients that hang up are what some tests are about."""

    def _reply(self, request):
        if callable(self.answer):
            return self.answer(request)
        if isinstance(self.answer, Reply):
            return self.answer
        return self.answer[min(len(self.requests), len(self.answer)) - 1]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.close_connection = True
        began = time.monotonic()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.path, headers, body, began)
        reply = self.server.begin(request)
        try:
            self._answer(reply)
        finally:
            self.server.end(request)

    do_GET = do_PUT = do_POST

    def _answer(self, reply):
        closed = self.server.closed
        closed.wait(None if reply.silent else reply.delay)
        if reply.silent:
            return
        if not reply.drip:
            self.wfile.write(reply.written())
        for byte in reply.written() if reply.drip else b"":
            self.wfile.write(bytes([byte]))
            if closed.wait(reply.drip):
                return
        closed.wait(None if reply.stays else 0)

    def log_message(self, *arguments):
        pass


@contextmanager
def receiver(answer=None, *, tls=None):
    """A listening Receiver, closed afterwards. `answer` is a Reply, a list of them, or a function of the Request;
    it may be replaced while it runs. `tls` is a server's SSLContext."""
    server = Receiver(answer or Reply(), tls)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closed.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
